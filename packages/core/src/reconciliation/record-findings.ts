// Puts on record what a run has found, before the run counts as done: a run that dies finds it again.
import { type FindingCause, findingOf } from "./finding.ts";
import type { ReconcileCaDeps } from "./ports.ts";
import type { Suspect } from "./read-report.ts";

/** A transaction holds a hundred items, and an event the ids of its certificates. */
const findingsAtOnce = 50;

export type Found = Readonly<Record<FindingCause, readonly Suspect[]>>;

/** Only what is not on record yet is written and told. */
export async function recordFindings(
  { registry, now }: Pick<ReconcileCaDeps, "registry" | "now">,
  authorityId: string,
  reportId: string,
  found: Found,
): Promise<void> {
  // `Object.entries` forgets the keys' type, and the record has no others.
  for (const [cause, suspects] of Object.entries(found) as [FindingCause, readonly Suspect[]][]) {
    const findings = suspects.map(suspect => findingOf(cause, suspect, reportId, now()));
    const known = await registry.knownFindings(authorityId, findings);
    const news = findings.filter(({ id }) => !known.has(id));
    for (let from = 0; from < news.length; from += findingsAtOnce) {
      await registry.recordFindings(authorityId, news.slice(from, from + findingsAtOnce));
    }
  }
}
