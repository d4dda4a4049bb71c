// A canary's name, its key and its request. It is a device like any other to CA, registry and edge: what is proved with
// it holds for them. It belongs to a tenant of its own, so that no listing of anybody's devices shows it.
import type { CheckedRequest } from "#core/enrolment/issue-checked.ts";
import { identifyRequest } from "#core/enrolment/request.ts";
import { resolveAltNames } from "#core/profile/alternative-name.ts";
import { profiles } from "#core/profile/profile.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";

export type CanaryKey = {
  readonly csrDer: Uint8Array;
  readonly spkiSha256: string;
  /** PKCS #8, PEM. Never logged, stored or put into an error (invariant I11). */
  readonly exportPem: () => Promise<string>;
};

/** It is revoked within minutes; should that fail, it ends by itself. */
const lifetimeDays = 1;

export function canaryName(authorityId: string): { readonly tenant: string; readonly holder: string } {
  return { tenant: "edgecert", holder: `canary.${authorityId}` };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export async function makeCanaryKey(authorityId: string): Promise<CanaryKey> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${canaryName(authorityId).holder}`,
    keys,
    signingAlgorithm: algorithm,
  });
  return {
    csrDer: new Uint8Array(csr.rawData),
    spkiSha256: await sha256Hex(new Uint8Array(csr.publicKey.rawData)),
    exportPem: async () =>
      `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY")}\n`,
  };
}

export async function canaryRequest(
  authorityId: string,
  { csrDer, spkiSha256 }: CanaryKey,
  actor: string,
): Promise<CheckedRequest> {
  const { tenant, holder } = canaryName(authorityId);
  const { name: profile, altNames: templates, renewal } = profiles.device;
  const altNames = resolveAltNames(templates, { tenant, holder });
  if (altNames.kind === "unfit") throw new Error("a canary's name fits the built-in profile");
  const csrSha256 = await sha256Hex(csrDer);
  const shared = { tenant, holder, profile, csrSha256 };
  const identity = { ...shared, principal: actor, idempotencyKey: undefined, lot: undefined };
  const { enrolmentId: id, requestSha256 } = await identifyRequest(identity);
  return {
    ...shared,
    id,
    requestSha256,
    lifetimeDays,
    opensAtPercent: renewal.opensAtPercent,
    altNames: altNames.names,
    csrDer,
    spkiSha256,
    actor,
  };
}
