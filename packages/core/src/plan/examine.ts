// What a plan tells of certificates that their own rows and their holders' say: whether they are in use, whether their
// holder is left with none, what has succeeded them. A large plan looks at fewer and fewer, and estimates.
import type { Certificate } from "#core/certificate/certificate.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { isOpenTo } from "./counts.ts";
import type { Plan } from "./plan.ts";
import type { PlanFinder } from "./ports.ts";
import { type CoveredRow, covers, mayMissSuccessors } from "./selector.ts";

/** Each stands for `weight` certificates. */
export type Sample = { readonly row: CoveredRow; readonly weight: number };

export type Examined = {
  readonly seenLastDay: number;
  readonly holdersLeftWithNone: number;
  /** Open to the plan's action, and not covered by its selector. */
  readonly successors: readonly Certificate[];
};

/** The first of them are all looked at, then every second, every fourth: about as many of each doubling. */
const lookedAtPerDoubling = 256;

/** For how many certificates the `ordinal`-th stands, from 0; undefined when it is not looked at. */
export function weightOf(ordinal: number, examinesAll: boolean): number | undefined {
  if (examinesAll || ordinal < lookedAtPerDoubling) return 1;
  const weight = 2 ** Math.floor(Math.log2(ordinal / lookedAtPerDoubling));
  return ordinal % weight === 0 ? weight : undefined;
}

/** Successors are not estimated: they are refused. */
export function examinesAll({ lineage, selector }: Pick<Plan, "lineage" | "selector">): boolean {
  return lineage && mayMissSuccessors(selector);
}

/** Each holder is a query and a read of its few rows; DynamoDB answers in a few milliseconds. */
const holdersAtOnce = 10;
const dayMs = 86_400_000;

export async function examine(
  finder: Pick<PlanFinder, "findByHolder">,
  plan: Plan,
  samples: readonly Sample[],
  now: Date,
): Promise<Examined> {
  const holders = Map.groupBy(samples, ({ row }) => `${row.tenant}/${row.holder}`);
  const found = await severalAtOnce([...holders.values()], holdersAtOnce, async ofHolder => {
    const [first] = ofHolder;
    const all = first === undefined ? [] : await finder.findByHolder(first.row.tenant, first.row.holder);
    return examineHolder(plan, ofHolder, all, now);
  });
  return {
    seenLastDay: found.reduce((sum, { seenLastDay }) => sum + seenLastDay, 0),
    holdersLeftWithNone: found.reduce((sum, { holdersLeftWithNone }) => sum + holdersLeftWithNone, 0),
    successors: found.flatMap(({ successors }) => successors),
  };
}

function examineHolder(
  plan: Plan,
  samples: readonly Sample[],
  all: readonly Certificate[],
  now: Date,
): Examined {
  const weights = new Map(samples.map(({ row, weight }) => [row.id, weight]));
  const since = plan.createdAt.getTime() - dayMs;
  const seen = all.filter(({ lastSeenAt }) => lastSeenAt !== undefined && lastSeenAt.getTime() >= since);
  const going = selectedOf(plan, all);
  const admitted = all.filter(({ state, notAfter }) => state === "active" && now < notAfter);
  const isLeftWithNone = admitted.length > 0 && admitted.every(certificate => going.has(certificate));
  // One of its certificates stands for the holder: else it would be counted once for each.
  const [speaker] = all
    .filter(certificate => covers(plan.selector, certificate) && isOpenTo(plan.action, certificate, now))
    .map(({ id }) => id)
    .sort();
  const holders = speaker === undefined ? 0 : (weights.get(speaker) ?? 0);
  return {
    seenLastDay: seen.reduce((sum, { id }) => sum + (weights.get(id) ?? 0), 0),
    holdersLeftWithNone: isLeftWithNone ? holders : 0,
    successors: [...going].filter(
      certificate => !covers(plan.selector, certificate) && isOpenTo(plan.action, certificate, now),
    ),
  };
}

/** Of one holder's certificates those that go, with all that came of them by renewal, replaced successors too. */
function selectedOf({ selector, lineage }: Plan, all: readonly Certificate[]): ReadonlySet<Certificate> {
  const going = new Set(all.filter(certificate => covers(selector, certificate)));
  if (!lineage) return going;
  const ids = new Set(Array.from(going, ({ id }) => id));
  for (;;) {
    const next = all.filter(({ id, renews }) => renews !== undefined && ids.has(renews) && !ids.has(id));
    if (next.length === 0) return going;
    for (const certificate of next) {
      going.add(certificate);
      ids.add(certificate.id);
    }
  }
}
