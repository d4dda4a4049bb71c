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
};

export type KeyType = "rsa-2048" | "rsa-3072" | "rsa-4096" | "p-256" | "p-384";

// P-521 is left out: CloudFront's trust store documents P-256 and P-384 only, for anchors and signatures alike.
const allKeyTypes = ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"] as const;

export const profiles = {
  device: {
    name: "device",
    lifetimeDays: 365,
    askedBy: ["factory", "operator"],
    keyTypes: allKeyTypes,
    onUnexpected: "refuse",
  },
  partner: {
    name: "partner",
    lifetimeDays: 365,
    askedBy: ["operator"],
    keyTypes: allKeyTypes,
    onUnexpected: "refuse",
  },
  factory: {
    name: "factory",
    lifetimeDays: 180,
    askedBy: ["operator"],
    keyTypes: allKeyTypes,
    onUnexpected: "refuse",
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
