// IssueCertificate: the one call that cannot be taken back. It is sent twice at most, under one idempotency token.
import { ACMPCAClient, type ApiPassthrough, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import type { CertificateAuthority, IssueRequest } from "#core/enrolment/ports.ts";
import { isAppError } from "#core/error.ts";
import { type SubjectTemplate, templateArn } from "#core/profile/profile.ts";
import { csrPem } from "./csr-pem.ts";
import { translateCaError } from "./errors.ts";
import { signingAlgorithms } from "./private-ca.ts";

/**
 * The SDK would send "used up" again (`LimitExceededException` is in its retry list), and throttled calls beside our
 * own pacing; worse, nobody could tell whether a first try had been lost before it.
 */
export function openIssuingCa(): ACMPCAClient {
  return new ACMPCAClient({ maxAttempts: 1 });
}

/** `ca.exhausted` means that this ask has brought no certificate. */
export function issueFrom(client: ACMPCAClient): CertificateAuthority["ask"] {
  return async request => {
    try {
      return await issue(client, request);
    } catch (error) {
      if (!isAppError(error, "ca.unavailable")) throw error;
      try {
        return await issue(client, request);
      } catch (second) {
        // The first try may have issued the CA's very last certificate: whether it did is not known now.
        throw isAppError(second, "ca.exhausted") ? error : second;
      }
    }
  };
}

async function issue(client: ACMPCAClient, request: IssueRequest): Promise<string> {
  try {
    const { CertificateArn } = await client.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn: request.authority.caArn,
        Csr: new TextEncoder().encode(csrPem(request.csrDer)),
        SigningAlgorithm: signingAlgorithms[request.authority.keyAlgorithm],
        TemplateArn: templateArn,
        Validity: { Type: "ABSOLUTE", Value: Math.floor(request.notAfter.getTime() / 1000) },
        IdempotencyToken: request.idempotencyToken,
        ApiPassthrough: passthrough(request.subject),
      }),
    );
    if (CertificateArn === undefined) throw new Error("IssueCertificate answered no ARN");
    return CertificateArn;
  } catch (error) {
    throw translateCaError(error);
  }
}

function passthrough(subject: SubjectTemplate): ApiPassthrough {
  return {
    Subject: {
      Organization: subject.organization,
      OrganizationalUnit: subject.organizationalUnit,
      CommonName: subject.commonName,
    },
    Extensions: {
      SubjectAlternativeNames: subject.altNames.map(({ kind, value }) =>
        kind === "uri" ? { UniformResourceIdentifier: value } : { DnsName: value },
      ),
    },
  };
}
