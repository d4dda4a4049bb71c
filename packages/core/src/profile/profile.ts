// Issuance policy per profile. Subject and SAN are built from the holder, never copied from a CSR (threat B1).
import { type Slot, slotText } from "#core/slot-page/slot.ts";

export type AskedBy = "factory" | "operator";

export type Profile = {
  readonly name: string;
  readonly lifetimeDays: number;
  readonly askedBy: readonly AskedBy[];
  readonly keyTypes: readonly KeyType[];
  /** What happens to names, EKUs or CA rights that a CSR asks for beyond its profile. */
  readonly onUnexpected: "refuse" | "ignore";
  readonly renewal: RenewalPolicy;
};

export type RenewalPolicy = {
  /** The share of a certificate's life after which its renewal window opens, in percent; it closes at 90. */
  readonly opensAtPercent: number;
  /** Whether a renewal may keep the key it renews. */
  readonly keyReuse: "refuse" | "allow";
  /** How long after its notAfter a certificate may still renew itself; 0: not at all. */
  readonly graceDays: number;
  /** How long a renewed certificate stays good after its successor was seen at the edge. */
  readonly overlapDays: number;
  /** `Certificate Expiring` goes out this many days before notAfter, while there is no successor. Descending. */
  readonly expiringDays: readonly number[];
};

export type KeyType = "rsa-2048" | "rsa-3072" | "rsa-4096" | "p-256" | "p-384";

// P-521 is left out: CloudFront's trust store documents P-256 and P-384 only, for anchors and signatures alike.
const allKeyTypes = ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"] as const;

const renewal: RenewalPolicy = {
  opensAtPercent: 66,
  keyReuse: "refuse",
  graceDays: 0,
  overlapDays: 7,
  expiringDays: [30, 14, 7, 1],
};

export const profiles = {
  device: {
    name: "device",
    lifetimeDays: 365,
    askedBy: ["factory", "operator"],
    keyTypes: allKeyTypes,
    onUnexpected: "refuse",
    renewal,
  },
  partner: {
    name: "partner",
    lifetimeDays: 365,
    askedBy: ["operator"],
    keyTypes: allKeyTypes,
    onUnexpected: "refuse",
    renewal,
  },
  factory: {
    name: "factory",
    lifetimeDays: 180,
    askedBy: ["operator"],
    keyTypes: allKeyTypes,
    onUnexpected: "refuse",
    renewal,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

/** The one template we issue with: subject and SAN from the API, key usage and EKU fixed (aws-services, 2.1). */
export const templateArn = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1";

export type SubjectTemplate = {
  readonly organization: string;
  readonly organizationalUnit: string;
  readonly commonName: string;
  readonly uri: string;
};

/** O, OU and CN are the only subject attributes; the URI name carries tenant and holder for origins that read SANs. */
export function subjectFor(identity: { tenant: string; holder: string; slot: Slot }): SubjectTemplate {
  return {
    organization: identity.tenant,
    organizationalUnit: slotText(identity.slot),
    commonName: identity.holder,
    uri: sanUri(identity),
  };
}

export function sanUri(identity: { readonly tenant: string; readonly holder: string }): string {
  return `urn:edgecert:${identity.tenant}:${identity.holder}`;
}
