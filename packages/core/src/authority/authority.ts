// An authority: a CA whose certificates the edge admits, and how the edge judges them.
export const authorityStates = ["prepared", "active", "draining", "retired", "distrusted"] as const;
export type AuthorityState = (typeof authorityStates)[number];

export const caKeyAlgorithms = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1"] as const;
export type CaKeyAlgorithm = (typeof caKeyAlgorithms)[number];

export type Rehearsal = { readonly certificateId: string; readonly at: Date };

type AuthorityParts = {
  readonly id: string;
  readonly state: AuthorityState;
  readonly keyAlgorithm: CaKeyAlgorithm;
  /** The CA certificate's subject, normalised as the edge normalises an issuer. */
  readonly issuerDn: string;
  readonly certificatePem: string;
  /** Parents up to the root, the CA's own certificate excluded. Empty for a root. */
  readonly chainPem: string;
  readonly notAfter: Date;
  /** Of the keys of this CA and its parents: the only certificates a client may present beside its own. */
  readonly pins: readonly string[];
  /** Certificates with an earlier notBefore are refused at the edge. Epoch seconds. */
  readonly notBeforeFloor: number;
  /** When its state was changed last; absent since it was registered. */
  readonly stateChangedAt?: Date | undefined;
  /** When it became active by a change; absent for one that was registered so. */
  readonly activatedAt?: Date | undefined;
  /** The last certificate of it that got through the edge to our API before it was active. */
  readonly rehearsal?: Rehearsal | undefined;
  readonly version: number;
};

/** A Private CA that we issue from: its certificates carry slots. */
export type ManagedAuthority = AuthorityParts & {
  readonly kind: "managed";
  readonly layout: "slots";
  readonly caArn: string;
  /** Every certificate with a lower slot has expired; the edge refuses them all without a page. */
  readonly firstLiveSlot: number;
  /** Slots below this have no page in the edge store any more. At most `firstLiveSlot`. */
  readonly clearedSlots: number;
  /** First slot never handed to a block. */
  readonly nextSlot: number;
  /** Slots below this have a page in the edge store; blocks are cut only from these. */
  readonly provisionedSlots: number;
  /** What a block that did not fit would need to be provisioned; 0 when none has failed to. */
  readonly wantedSlots: number;
  /** The CA has answered that it has no certificates left; nobody asks it until it is tried again. */
  readonly exhaustedAt?: Date | undefined;
};

/** A Private CA of ours with certificates from before edgecert: nothing is issued from it. */
export type AdoptedAuthority = AuthorityParts & {
  readonly kind: "adopted";
  readonly layout: "serials";
  readonly caArn: string;
};

/** A partner's own CA, of which we know its certificate and nothing else. */
export type ForeignAuthority = AuthorityParts & { readonly kind: "foreign"; readonly layout: "serials" };

/** `serials`: their certificates carry no slot, so the edge store has one key per revoked serial. */
export type SerialsAuthority = AdoptedAuthority | ForeignAuthority;

export type Authority = ManagedAuthority | SerialsAuthority;

/** Whether edgecert issues from it, and so knows its certificates by slot. */
export function isManaged(authority: Authority): authority is ManagedAuthority {
  return authority.kind === "managed";
}

const standing = {
  prepared: true,
  active: true,
  draining: true,
  retired: false,
  distrusted: false,
} as const satisfies Record<AuthorityState, boolean>;

/** Whether the authority's certificates are judged one by one; without standing all of them are refused. */
export function hasStanding(authority: Pick<Authority, "state">): boolean {
  return standing[authority.state];
}

/**
 * Whose certificates are asked for now: of those that issue the one that became active last, so that activating a new
 * one is enough. Undefined when none issues.
 */
export function issuingAuthority(authorities: readonly Authority[]): ManagedAuthority | undefined {
  const activated = ({ activatedAt }: ManagedAuthority): number => activatedAt?.getTime() ?? 0;
  // Sorting is stable: among those that were registered active, the first by id.
  return authorities
    .filter(isManaged)
    .filter(issuesNow)
    .toSorted((a, b) => activated(b) - activated(a))[0];
}

/** Whether new certificates may be asked of it. */
export function issuesNow({ state, exhaustedAt }: Pick<ManagedAuthority, "state" | "exhaustedAt">): boolean {
  return state === "active" && exhaustedAt === undefined;
}
