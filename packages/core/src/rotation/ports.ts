// What rotating the origin certificate needs of the outside world: roles, not technologies.
import type { AuditRecord } from "#core/audit.ts";
import type { CaDescription } from "#core/authority/describe-ca.ts";
import type { IssuedCertificate } from "#core/enrolment/ports.ts";
import type { CaRevoker } from "#core/revocation/revoke-at-ca.ts";
import type { OriginState } from "./origin-state.ts";

declare const recorded: unique symbol;

/** A state that is on disk. Only the registry makes one, so nothing reaches the live ARN before its record. */
export type RecordedOriginState = OriginState & { readonly [recorded]: true };

export type OriginRegistry = {
  /** A strongly consistent read. */
  readonly read: () => Promise<OriginState | undefined>;
  /**
   * State and audit records in one transaction, if the row still has `state.version`; answers it with the next one.
   * Undefined when somebody else has written meanwhile.
   */
  readonly save: (
    state: OriginState,
    audit: readonly AuditRecord[],
  ) => Promise<RecordedOriginState | undefined>;
};

export type OriginCa = {
  readonly describe: () => Promise<CaDescription | undefined>;
  /** Answers the certificate's ARN, which ends in its serial. */
  readonly ask: (request: {
    readonly csrDer: Uint8Array;
    readonly domainName: string;
    readonly notAfter: Date;
    readonly keyAlgorithm: string;
    /** 1 to 36 characters. */
    readonly idempotencyToken: string;
  }) => Promise<string>;
  readonly collect: (certificateArn: string) => Promise<IssuedCertificate | "pending">;
  readonly revoke: (...input: Tail<Parameters<CaRevoker["revoke"]>>) => Promise<void>;
};

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

/** Which of the two certificates that ACM keeps for the edge: the one in use, or the one that is tried first. */
export type OriginUse = "live" | "rehearsal";

/** ACM. It never gives a private key back, so an import cannot be undone from there. */
export type OriginCertificateStore = {
  readonly read: (use: OriginUse) => Promise<IssuedCertificate>;
  readonly replace: (
    use: OriginUse,
    material: IssuedCertificate & { readonly privateKeyPem: string },
  ) => Promise<void>;
};

/** `seen`: the API was reached with this certificate. `other`: with another one. `refused`: it was not reached. */
export type ProbeOutcome = "seen" | "other" | "refused";

/** One request through the edge. */
export type OriginProbe = (use: OriginUse, sha256: string) => Promise<ProbeOutcome>;
