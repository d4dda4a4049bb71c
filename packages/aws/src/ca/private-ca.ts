// AWS Private CA as the domain's certificate authority: collects, revokes, and translates PCA's errors.
import {
  ACMPCAClient,
  GetCertificateCommand,
  type RevocationReason as PcaReason,
  RevokeCertificateCommand,
  type SigningAlgorithm,
} from "@aws-sdk/client-acm-pca";
import type { CaKeyAlgorithm } from "#core/authority/authority.ts";
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { CertificateAuthority, IssuedCertificate } from "#core/enrolment/ports.ts";
import type { CaRevoker } from "#core/revocation/revoke-at-ca.ts";
import { errorName, translateCaError } from "./errors.ts";
import { type SigningTime, signingTime } from "./signing-time.ts";

export type { ACMPCAClient };

/** For everything but IssueCertificate, which must know of each try. */
export function openPrivateCa(): ACMPCAClient {
  return new ACMPCAClient({ maxAttempts: 2 });
}

export function privateCa(client: ACMPCAClient): Pick<CertificateAuthority, "collect"> & CaRevoker {
  const signing = signingTime();
  return {
    collect: (caArn, certificateArn, waitMs) => collect(client, signing, caArn, certificateArn, waitMs),
    revoke: (caArn, serial, reason) => revoke(client, caArn, serial, reason),
  };
}

// The family must be the CA key's, not the CSR's (aws-services, 1.1); the hash matches the key's strength.
export const signingAlgorithms = {
  RSA_2048: "SHA256WITHRSA",
  RSA_3072: "SHA256WITHRSA",
  RSA_4096: "SHA256WITHRSA",
  EC_prime256v1: "SHA256WITHECDSA",
  EC_secp384r1: "SHA384WITHECDSA",
} as const satisfies Record<CaKeyAlgorithm, SigningAlgorithm>;

async function collect(
  client: ACMPCAClient,
  signing: SigningTime,
  caArn: string,
  certificateArn: string,
  waitMs: number,
): Promise<IssuedCertificate | "pending"> {
  let waitedMs = 0;
  for (const [polls, pauseMs] of signing.pausesMs(waitMs).entries()) {
    await new Promise(resolve => setTimeout(resolve, pauseMs));
    waitedMs += pauseMs;
    const issued = await getCertificate(client, caArn, certificateArn);
    if (issued === "pending") continue;
    if (polls === 0) signing.wasReady();
    else signing.wasEarly(waitedMs);
    return issued;
  }
  signing.wasEarly(waitedMs);
  return "pending";
}

async function getCertificate(
  client: ACMPCAClient,
  caArn: string,
  certificateArn: string,
): Promise<IssuedCertificate | "pending"> {
  try {
    const { Certificate, CertificateChain } = await client.send(
      new GetCertificateCommand({ CertificateAuthorityArn: caArn, CertificateArn: certificateArn }),
    );
    if (Certificate === undefined) throw new Error("GetCertificate answered no certificate");
    return { certificatePem: Certificate, chainPem: CertificateChain ?? "" };
  } catch (error) {
    if (errorName(error) === "RequestInProgressException") return "pending";
    throw translateCaError(error);
  }
}

const pcaReasons = {
  unspecified: "UNSPECIFIED",
  keyCompromise: "KEY_COMPROMISE",
  cACompromise: "CERTIFICATE_AUTHORITY_COMPROMISE",
  affiliationChanged: "AFFILIATION_CHANGED",
  superseded: "SUPERSEDED",
  cessationOfOperation: "CESSATION_OF_OPERATION",
  privilegeWithdrawn: "PRIVILEGE_WITHDRAWN",
  aACompromise: "A_A_COMPROMISE",
} as const satisfies Record<RevocationReason, PcaReason>;

async function revoke(
  client: ACMPCAClient,
  caArn: string,
  serial: string,
  reason: RevocationReason,
): Promise<void> {
  try {
    await client.send(
      new RevokeCertificateCommand({
        CertificateAuthorityArn: caArn,
        CertificateSerial: serial,
        RevocationReason: pcaReasons[reason],
      }),
    );
  } catch (error) {
    if (errorName(error) !== "RequestAlreadyProcessedException") throw translateCaError(error);
  }
}
