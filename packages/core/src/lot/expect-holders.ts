// The manifest of a lot: the holders that may be enrolled into it, each for one current certificate (threat A1). It
// grows by calls and never shrinks.
import type { LotMark } from "#core/authority/lot.ts";
import { fail } from "#core/error.ts";
import { holdersAtOnce, type LotRegistry } from "./ports.ts";

export type ExpectHoldersDeps = { readonly lots: LotRegistry; readonly now: () => Date };

export type ManifestPart = {
  readonly tenant: string;
  readonly lot: string;
  readonly holders: readonly string[];
  readonly actor: string;
  readonly requestId: string;
};

export type ManifestResult = {
  /** Of these holders, the ones that were not on it before. */
  readonly added: number;
  readonly expectedHolders: NonNullable<LotMark["expectedHolders"]>;
};

/** A part is written again without the holders that are known by then; two writers of one manifest take turns. */
const mostAttempts = 5;

/**
 * Safe to repeat: what a crash has left out is made up for, and who is on the manifest stays as they are.
 * Refuses with `lot.started` when the lot has certificates and no manifest, `lot.revoked` and `registry.busy`.
 */
export async function expectHolders(deps: ExpectHoldersDeps, part: ManifestPart): Promise<ManifestResult> {
  const { tenant, lot } = part;
  const holders = [...new Set(part.holders)];
  let added = 0;
  for (let from = 0; from < holders.length; from += holdersAtOnce) {
    added += await expectSome(deps, part, holders.slice(from, from + holdersAtOnce), from);
  }
  return { added, expectedHolders: (await deps.lots.readLot(tenant, lot)).expectedHolders ?? 0 };
}

/** How many of them were added. */
async function expectSome(
  { lots, now }: ExpectHoldersDeps,
  { tenant, lot, actor, requestId }: ManifestPart,
  holders: readonly string[],
  from: number,
): Promise<number> {
  let wanted = holders;
  for (let attempt = 0; wanted.length > 0; attempt += 1) {
    if (attempt === mostAttempts) fail("registry.busy", { retryAfterSeconds: 1 });
    const outcome = await lots.recordExpected(
      { tenant, lot, holders: wanted },
      {
        subject: `${tenant}/${lot}`,
        action: "lot.holders_expected",
        actor,
        // One call is several transactions, each with a record of its own.
        requestId: `${requestId}/${from}`,
        at: now(),
        facts: { added: String(wanted.length), first: wanted[0] ?? "" },
      },
    );
    if (outcome.kind === "started") fail("lot.started", { lot });
    if (outcome.kind === "revoked") fail("lot.revoked", { lot });
    if (outcome.kind === "recorded") return wanted.length;
    const known = new Set(outcome.holders);
    wanted = wanted.filter(holder => !known.has(holder));
  }
  return 0;
}
