// An authority: a CA whose certificates the edge admits, and how the edge judges them.
import type { Slot } from "#core/slot-page/slot.ts";

export const authorityStates = ["prepared", "active", "draining", "retired", "distrusted"] as const;
export type AuthorityState = (typeof authorityStates)[number];

export const caKeyAlgorithms = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1"] as const;
export type CaKeyAlgorithm = (typeof caKeyAlgorithms)[number];

export type Authority = {
  readonly id: string;
  readonly state: AuthorityState;
  /** `slots`: we issue and number; `serials`: foreign or adopted, one store key per revoked serial. */
  readonly layout: "slots" | "serials";
  readonly caArn: string;
  readonly keyAlgorithm: CaKeyAlgorithm;
  /** The CA certificate's subject, normalised as the edge normalises an issuer. */
  readonly issuerDn: string;
  readonly certificatePem: string;
  /** Parents up to the root, the CA's own certificate excluded. Empty for a root. */
  readonly chainPem: string;
  readonly notAfter: Date;
  /** Certificates with an earlier notBefore are refused at the edge. Epoch seconds. */
  readonly notBeforeFloor: number;
  readonly firstLiveSlot: number;
  /** First slot never handed to a block. */
  readonly nextSlot: number;
  /** Slots below this have a page in the edge store; blocks are cut only from these. */
  readonly provisionedSlots: number;
  readonly version: number;
};

/** A run of slots that one worker or lot may use. */
export type SlotBlock = { readonly authorityId: string; readonly first: Slot; readonly size: number };
