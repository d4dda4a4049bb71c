// Issuance policy per profile. Subject and SAN are built from the holder, never copied from a CSR (threat B1).
import { type Slot, slotText } from "#core/slot-page/slot.ts";
import { type AltName, type AltNameTemplate, holderUrn } from "./alternative-name.ts";

/** `factory`: a line's certificate, within its claim. `token`: a claim token. */
export const askers = ["factory", "token", "operator"] as const;
export type AskedBy = (typeof askers)[number];

export type Profile = {
  readonly name: string;
  readonly lifetimeDays: number;
  /** Nobody: a certificate that edgecert's own jobs ask for. */
  readonly askedBy: readonly AskedBy[];
  readonly keyTypes: readonly KeyType[];
  /** What happens to names, EKUs or CA rights that a CSR asks for beyond its profile. */
  readonly onUnexpected: "refuse" | "ignore";
  readonly altNames: readonly AltNameTemplate[];
  readonly renewal: RenewalPolicy;
};

export const onReturns = ["tell", "hold"] as const;
export type OnReturn = (typeof onReturns)[number];

export type RenewalPolicy = {
  /** The share of a certificate's life after which its renewal window opens, in percent; it closes at 90. */
  readonly opensAtPercent: number;
  /** Whether a renewal may keep the key it renews. */
  readonly keyReuse: "refuse" | "allow";
  /** How long after its notAfter a certificate may still renew itself; 0: not at all. */
  readonly graceDays: number;
  /** How long a renewed certificate stays good after its successor was seen at the edge. */
  readonly overlapDays: number;
  /** What happens, beside the event, when a superseded certificate comes back: nothing, or its lineage is held. */
  readonly onReturn: OnReturn;
  /** `Certificate Expiring` goes out this many days before notAfter, while there is no successor. Descending. */
  readonly expiringDays: readonly number[];
};

// P-521 is left out: CloudFront's trust store documents P-256 and P-384 only, for anchors and signatures alike.
export const keyTypes = ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"] as const;
export type KeyType = (typeof keyTypes)[number];

const renewal: RenewalPolicy = {
  opensAtPercent: 66,
  keyReuse: "refuse",
  graceDays: 0,
  overlapDays: 7,
  // A bad release that takes a fleet back to its old certificates must not lock it out (invariant I10).
  onReturn: "tell",
  expiringDays: [30, 14, 7, 1],
};

const usual = { keyTypes, onUnexpected: "refuse", altNames: [holderUrn], renewal } as const;

export const profiles = {
  device: { ...usual, name: "device", lifetimeDays: 365, askedBy: ["factory", "token", "operator"] },
  partner: { ...usual, name: "partner", lifetimeDays: 365, askedBy: ["token", "operator"] },
  // A line's certificate opens the door to others: only a person gives one out.
  factory: { ...usual, name: "factory", lifetimeDays: 180, askedBy: ["operator"] },
  origin: { ...usual, name: "origin", lifetimeDays: 90, askedBy: [] },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export function isBuiltIn(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

/** The one template we issue with: subject and SAN from the API, key usage and EKU fixed (aws-services, 2.1). */
export const templateArn = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1";

export type SubjectTemplate = {
  readonly organization: string;
  readonly organizationalUnit: string;
  readonly commonName: string;
  readonly altNames: readonly AltName[];
};

/** O, OU and CN are the only subject attributes; the alternative names are those that the intent was recorded with. */
export function subjectFor(identity: {
  tenant: string;
  holder: string;
  slot: Slot;
  altNames: readonly AltName[];
}): SubjectTemplate {
  return {
    organization: identity.tenant,
    organizationalUnit: slotText(identity.slot),
    commonName: identity.holder,
    altNames: identity.altNames,
  };
}
