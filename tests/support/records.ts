// Registry records with sound defaults; a test gives only what it is about.
import type { ForeignAuthority, ManagedAuthority } from "#core/authority/authority.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import type { Claim, ClaimId } from "#core/claim/claim.ts";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { type Slot, toSlot } from "#core/slot-page/slot.ts";
import { dayMs, fromNoon, noon } from "./fixed-time.ts";

export const caArn = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/0f1e2d3c";

export function aSlot(value: number): Slot {
  const slot = toSlot(value);
  if (slot === undefined) throw new Error(`${value} is no slot`);
  return slot;
}

export function aSerial(text: string): Serial {
  const serial = parseSerial(text);
  if (serial === undefined) throw new Error(`${text} is no serial`);
  return serial;
}

export function anAuthority(parts: Partial<ManagedAuthority> = {}): ManagedAuthority {
  return {
    id: "m1",
    state: "active",
    kind: "managed",
    layout: "slots",
    caArn,
    keyAlgorithm: "EC_prime256v1",
    issuerDn: "CN=Device CA,O=Edgecert Test",
    certificatePem: "(the CA certificate)\n",
    chainPem: "(its parents)\n",
    notAfter: fromNoon(3650 * dayMs),
    pins: [],
    notBeforeFloor: 0,
    firstLiveSlot: 0,
    clearedSlots: 0,
    nextSlot: 0,
    provisionedSlots: 50 * 4096,
    wantedSlots: 0,
    version: 1,
    ...parts,
  };
}

export function aForeignAuthority(parts: Partial<ForeignAuthority> = {}): ForeignAuthority {
  return {
    id: "p1",
    state: "active",
    kind: "foreign",
    layout: "serials",
    keyAlgorithm: "EC_prime256v1",
    issuerDn: "CN=Partner CA,O=Partner",
    certificatePem: "(the partner's CA certificate)\n",
    chainPem: "",
    notAfter: fromNoon(3650 * dayMs),
    pins: [],
    notBeforeFloor: 0,
    version: 1,
    ...parts,
  };
}

export function aCertificate(parts: Partial<Certificate> = {}): Certificate {
  const serial = parts.serial ?? aSerial("4a3f5c92d1e87b6c");
  const authorityId = parts.authorityId ?? "m1";
  return {
    id: certificateId(authorityId, serial),
    authorityId,
    serial,
    slot: aSlot(0x1a2f3),
    tenant: "acme",
    holder: "device-1",
    profile: "device",
    state: "active",
    sha256: "c5".repeat(32),
    spkiSha256: "5b".repeat(32),
    certificateArn: `${caArn}/certificate/${serial}`,
    certificatePem: "(the certificate)\n",
    notBefore: noon,
    notAfter: fromNoon(365 * dayMs),
    issuedAt: noon,
    enrolmentId: "enr_1",
    opensAtPercent: 66,
    version: 1,
    ...parts,
  };
}

/** Of the line `line-1`, for a hundred devices of any lot, until 30 days from noon. */
export function aClaim(parts: Partial<Claim> = {}): Claim {
  return {
    id: "clm_000000000000000000000001" as ClaimId, // Ids are random, which a test names itself.
    tenant: "acme",
    profiles: ["device"],
    lots: "any",
    holders: "any",
    asker: { kind: "certificate", line: "line-1" },
    state: "enabled",
    count: 100,
    expiresAt: fromNoon(30 * dayMs),
    shards: 13,
    createdAt: noon,
    createdBy: "operator:ada",
    version: 1,
    ...parts,
  };
}

/** The brand is the registry's to give; in a test without one, this stands for "it is on disk". */
export function anEnrolment(parts: Partial<Enrolment> = {}): RecordedEnrolment {
  const enrolment: Enrolment = {
    id: "enr_1" as EnrolmentId, // Ids are digests, which a test names more plainly.
    state: "accepted",
    tenant: "acme",
    holder: "device-1",
    profile: "device",
    requestSha256: "4e".repeat(32),
    csrDer: Uint8Array.of(0x30, 0x00),
    csrSha256: "c7".repeat(32),
    spkiSha256: "5b".repeat(32),
    altNames: [{ kind: "uri", value: "urn:edgecert:acme:device-1" }],
    authorityId: "m1",
    slot: aSlot(0x1a2f3),
    notAfter: fromNoon(365 * dayMs),
    opensAtPercent: 66,
    attempt: 1,
    attemptStartedAt: noon,
    actor: "certificate:m1-01",
    createdAt: noon,
    version: 1,
    ...parts,
  };
  return enrolment as RecordedEnrolment;
}
