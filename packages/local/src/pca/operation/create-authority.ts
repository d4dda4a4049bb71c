// CreateCertificateAuthority: records the CA at once, makes its key and its request in the background.
import { randomUUID } from "node:crypto";
import { AwsError } from "../../wire/aws-json.ts";
import { authorityArn } from "../arn.ts";
import type { AuthorityConfiguration, CreateAuthority } from "../input/authority.ts";
import { IDEMPOTENCY_WINDOW_MS, type Pca } from "../pca.ts";
import type { Authority } from "../state/authority.ts";
import { generateCaKey, keyFamily, signatureKind } from "../x509/algorithm.ts";
import { signRequest } from "../x509/certificate.ts";
import { objectIdentifier, sequence } from "../x509/der.ts";
import { type Extension, keyUsage, OID } from "../x509/extension.ts";
import { encodeGeneralName } from "../x509/general-name.ts";
import { encodeSubject } from "../x509/name.ts";
import { toPem } from "../x509/pem.ts";
import { checkRevocation } from "./revocation-configuration.ts";
import { checkTags } from "./tags.ts";

export function createAuthority(pca: Pca, input: CreateAuthority): { CertificateAuthorityArn: string } {
  const now = pca.clock.now().getTime();
  const repeated = pca.authorities
    .all()
    .find(
      item =>
        input.IdempotencyToken !== undefined &&
        item.token === input.IdempotencyToken &&
        item.createdAt > now - IDEMPOTENCY_WINDOW_MS,
    );
  if (repeated !== undefined) return { CertificateAuthorityArn: repeated.arn };
  checkRevocation(input.RevocationConfiguration);
  checkTags(input.Tags ?? []);
  checkConfiguration(input.CertificateAuthorityConfiguration);
  if (pca.authorities.all().length >= pca.quotas.authorities) {
    throw new AwsError(
      "LimitExceededException",
      `You have reached ${pca.quotas.authorities} certificate authorities.`,
    );
  }
  const id = randomUUID();
  const authority = pca.authorities.save({
    id,
    arn: authorityArn(pca.account, id),
    type: input.CertificateAuthorityType,
    usageMode: input.UsageMode ?? "GENERAL_PURPOSE",
    configuration: input.CertificateAuthorityConfiguration,
    revocation: input.RevocationConfiguration ?? {},
    keyStorage: input.KeyStorageSecurityStandard ?? "FIPS_140_2_LEVEL_3_OR_HIGHER",
    tags: input.Tags ?? [],
    token: input.IdempotencyToken,
    createdAt: now,
    changedAt: now,
    status: "CREATING",
  });
  pca.inBackground(makeKey(pca, authority));
  return { CertificateAuthorityArn: authority.arn };
}

/** Throws InvalidArgsException for what no key or request can be made of. */
function checkConfiguration(configuration: AuthorityConfiguration): void {
  const family = keyFamily(configuration.KeyAlgorithm);
  if (family === undefined || family !== signatureKind(configuration.SigningAlgorithm)?.family) {
    throw new AwsError(
      "InvalidArgsException",
      `A ${configuration.KeyAlgorithm} key cannot be made here or cannot sign with ${configuration.SigningAlgorithm}.`,
    );
  }
  encodeSubject(configuration.Subject);
  requestExtensions(configuration);
}

/** Makes the key of a CA in state CREATING, also of one whose making a kill interrupted. */
export async function makeKey(pca: Pca, { id, arn, configuration }: Authority): Promise<void> {
  const kind = signatureKind(configuration.SigningAlgorithm);
  if (kind === undefined) throw new Error(`no signature kind for ${configuration.SigningAlgorithm}`);
  const { privateKey, publicKey } = await generateCaKey(configuration.KeyAlgorithm);
  const parts = {
    subject: encodeSubject(configuration.Subject),
    subjectPublicKeyInfo: publicKey.export({ format: "der", type: "spki" }),
    extensions: requestExtensions(configuration),
  };
  const request = toPem("CERTIFICATE REQUEST", signRequest(parts, kind, privateKey));
  // The record may have changed, or gone, while the key was being made.
  const current = pca.authorities.all().find(item => item.id === id);
  if (current === undefined) return;
  pca.authorities.save({
    ...current,
    status: "PENDING_CERTIFICATE",
    changedAt: pca.clock.now().getTime(),
    key: { privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(), request },
  });
  pca.emit("ACM Private CA Creation", [arn]);
}

const ACCESS_METHODS = {
  CA_REPOSITORY: "1.3.6.1.5.5.7.48.5",
  RESOURCE_PKI_MANIFEST: "1.3.6.1.5.5.7.48.10",
  RESOURCE_PKI_NOTIFY: "1.3.6.1.5.5.7.48.13",
} as const;

function requestExtensions({ CsrExtensions: wanted }: AuthorityConfiguration): readonly Extension[] {
  const usage = wanted?.KeyUsage && keyUsage(wanted.KeyUsage);
  const access = (wanted?.SubjectInformationAccess ?? []).map(
    ({ AccessMethod: method, AccessLocation: location }) => {
      const oid = method.AccessMethodType
        ? ACCESS_METHODS[method.AccessMethodType]
        : method.CustomObjectIdentifier;
      if (oid === undefined)
        throw new AwsError("InvalidArgsException", "An access description needs a method.");
      return sequence(objectIdentifier(oid), encodeGeneralName(location));
    },
  );
  return [
    ...(usage === undefined ? [] : [usage]),
    ...(access.length === 0
      ? []
      : [{ oid: OID.subjectInformationAccess, critical: false, value: sequence(...access) }]),
  ];
}
