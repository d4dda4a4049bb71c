// What Private CA knows of a revocation. It lists nothing, but it refuses to revoke twice, and that is an answer.
import { type ACMPCAClient, RevokeCertificateCommand } from "@aws-sdk/client-acm-pca";

/** Throws unless the CA has the certificate as revoked. Ask only after the registry says so: asking first would revoke. */
export async function revokedAtCa(client: ACMPCAClient, caArn: string, serial: string): Promise<void> {
  try {
    await client.send(
      new RevokeCertificateCommand({
        CertificateAuthorityArn: caArn,
        CertificateSerial: serial,
        RevocationReason: "UNSPECIFIED",
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "RequestAlreadyProcessedException") return;
    throw error;
  }
  throw new Error("the CA had not been told");
}
