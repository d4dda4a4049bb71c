// Steps 3 and 4 of a rotation: a key, a certificate for it from the origin's own authority, and every check on it.
import type { CaDescription } from "#core/authority/describe-ca.ts";
import type { IssuedCertificate } from "#core/enrolment/ports.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { sha256Fields } from "#core/sha256.ts";
import { makeOriginKey } from "./origin-key.ts";
import { type OriginKeyType, originProfile } from "./origin-profile.ts";
import type { OriginCertificate } from "./origin-state.ts";
import type { OriginCa } from "./ports.ts";
import { verifyOriginCertificate } from "./verify-origin-certificate.ts";

export type OriginRequest = {
  readonly runId: string;
  readonly ca: CaDescription;
  readonly keyType: OriginKeyType;
  readonly now: () => Date;
  /** Called as soon as the CA has answered, so that a certificate without its key can be revoked later. */
  readonly recordAsked: (serial: Serial) => Promise<void>;
};

export type OriginMaterial = IssuedCertificate & { readonly privateKeyPem: string };
export type NewOriginCertificate = {
  readonly candidate: OriginCertificate;
  readonly material: OriginMaterial;
};

/** Throws when the CA refuses, is slow, or answers with something else than was asked for. */
export async function issueOriginCertificate(
  ca: OriginCa,
  request: OriginRequest,
): Promise<NewOriginCertificate> {
  // 3 Make the key and ask.
  const key = await makeOriginKey(request.keyType);
  // Whole seconds, as certificates and Private CA have them.
  const beginsSeconds = Math.floor(request.now().getTime() / 1000);
  const notAfter = new Date((beginsSeconds + originProfile.lifetimeDays * 86_400) * 1000);
  const certificateArn = await ca.ask({
    csrDer: key.csrDer,
    domainName: originProfile.domainName,
    notAfter,
    keyAlgorithm: request.ca.keyAlgorithm,
    // Of this key: a repeated invocation has the same run id and another key, and needs a certificate of its own.
    idempotencyToken: (await sha256Fields(request.runId, key.spkiSha256)).slice(0, 36),
  });
  const serial = parseSerial(certificateArn.split("/").at(-1) ?? "");
  if (serial === undefined) throw new Error("the CA's certificate ARN ends in no serial");
  await request.recordAsked(serial);
  // 4 Collect and verify.
  const issued = await ca.collect(certificateArn);
  if (issued === "pending") throw new Error("the CA has not signed in time");
  const {
    keyType: _keyType,
    faults,
    ...candidate
  } = await verifyOriginCertificate(issued, {
    ca: request.ca,
    now: request.now(),
    asked: { spkiSha256: key.spkiSha256, notAfter },
  });
  const strange = candidate.serial === serial ? faults : [...faults, "the serial is not the one in the ARN"];
  if (strange.length > 0) throw new Error(`the CA's certificate does not match: ${strange.join("; ")}`);
  return { candidate, material: { ...issued, privateKeyPem: await key.exportPem() } };
}
