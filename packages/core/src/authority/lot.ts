// A lot as the registry knows it: its blocks of slots, and whether it has been revoked.
import type { Revocation } from "#core/certificate/certificate.ts";
import type { LotBlock } from "./block.ts";

export type Lot = {
  readonly tenant: string;
  readonly name: string;
  /** In the order they were cut, renewals' blocks among them. */
  readonly blocks: readonly LotBlock[];
  /** Set once and for ever: nobody is enrolled into the lot any more, and it gets no further block. */
  readonly revocation?: Revocation;
};
