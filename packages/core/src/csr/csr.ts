// A sound CSR as the rest of core sees it: what was asked for, the key, and the bytes to send to the CA.

import type { Bytes } from "./bytes.ts";

export type CurveName = "P-256" | "P-384" | "P-521";

export type CsrKey =
  | { readonly kind: "rsa"; readonly bits: 2048 | 3072 | 4096 }
  | { readonly kind: "ec"; readonly curve: CurveName };

export type GeneralNameKind = "dns" | "uri" | "email" | "ip" | "registeredId";

export type KeyUsage =
  | "digitalSignature"
  | "nonRepudiation"
  | "keyEncipherment"
  | "dataEncipherment"
  | "keyAgreement"
  | "keyCertSign"
  | "cRLSign"
  | "encipherOnly"
  | "decipherOnly";

export type RequestedExtensions = {
  readonly subjectAltNames: readonly { readonly kind: GeneralNameKind; readonly value: string }[];
  /** Names such as `clientAuth` for the purposes of RFC 5280 §4.2.1.12, dotted OIDs for others. */
  readonly extendedKeyUsages: readonly string[];
  readonly keyUsages: readonly KeyUsage[];
  readonly basicConstraintsCa: boolean;
  /** Dotted OIDs of the other extensions; none of them is critical. */
  readonly others: readonly string[];
};

export type Csr = {
  /** The canonical re-encoding, equal to what was posted: send this, or `pem`, to the CA. */
  readonly der: Bytes;
  readonly pem: string;
  /** Of `der`, lower-case hex. */
  readonly sha256: string;
  readonly key: CsrKey;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes;
  /** Of `spki`, lower-case hex: the key's identity in the registry and the block list. */
  readonly spkiSha256: string;
  /** In the order of the request; types by short name (`CN`, `O`). Empty for an empty subject. */
  readonly subject: readonly { readonly type: string; readonly value: string }[];
  readonly requested: RequestedExtensions;
  /** A challenge password is in `der` and never leaves it: its value is not decoded. */
  readonly hasChallengePassword: boolean;
};
