// The connection function: admits or refuses one TLS handshake. `allow` is the last line and the only way in; a missing
// field, a store that fails and every other exception end in `deny`.

import cf, { type KeyValueStore } from "cloudfront";
import { generationKey } from "#core/slot-page/generation.ts";
import { type Handshake, judgeHandshake } from "./handshake.ts";
import { type Certificate, judge } from "./judge.ts";
import type { RevocationStatus } from "./ocsp.ts";
import { readKey } from "./store.ts";
import { describe, isAdmitted, judgeAnonymous, type Verdict } from "./verdict.ts";

type Leaf = Certificate & Pick<Handshake, "validity">;

/** The documentation shows the event in two shapes. */
export type Connection = {
  readonly clientCertificate?: {
    readonly certificates: { readonly leaf: Leaf; readonly intermediates: Handshake["intermediates"] };
    readonly revocationStatus?: RevocationStatus;
  };
  /** Of two older tutorial pages. It has no place for intermediates, so pins cannot be checked there. */
  readonly clientCertInfo?: Leaf;
  readonly allow: () => void;
  readonly deny: () => void;
  readonly logCustomData: (text: string) => void;
};

export async function connectionHandler(connection: Connection): Promise<void> {
  let verdict: Verdict = { reason: "exception" };
  try {
    const store = cf.kvs();
    verdict = await judgeConnection(connection, store);
    // The admitted pay for two reads, the refused for a third: how old the store is that this edge location knows.
    const generation = isAdmitted(verdict) ? undefined : await readKey(store, generationKey);
    connection.logCustomData(describe(verdict, generation));
  } catch (_error) {
    verdict = { reason: "exception" };
  }
  if (!isAdmitted(verdict)) return connection.deny();
  return connection.allow();
}

async function judgeConnection(connection: Connection, store: KeyValueStore): Promise<Verdict> {
  const chain = connection.clientCertificate;
  if (chain) {
    const certificates = chain.certificates;
    return await judgeLeaf(certificates.leaf, certificates.intermediates, chain.revocationStatus, store);
  }
  if (connection.clientCertInfo) return await judgeLeaf(connection.clientCertInfo, [], undefined, store);
  return judgeAnonymous(EDGE_CONFIGURATION.admitWithoutCertificate);
}

function judgeLeaf(
  leaf: Leaf,
  intermediates: Handshake["intermediates"],
  revocationStatus: Handshake["revocationStatus"],
  store: KeyValueStore,
): Promise<Verdict> {
  const handshake = {
    validity: leaf.validity,
    intermediates: intermediates,
    revocationStatus: revocationStatus,
  };
  return judge(leaf, authority => judgeHandshake(handshake, authority), store);
}
