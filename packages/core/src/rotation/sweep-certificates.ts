// One batch of a sweep: reads the certificates strongly, decides for each, and writes what was decided. What the index
// says is a hint: a certificate that is due no more, or not yet, is left alone.
import type { Certificate } from "#core/certificate/certificate.ts";
import { isAppError } from "#core/error.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { type Due, nextDue } from "./due.ts";
import { changeFor, type DueChange, inTransactions } from "./due-change.ts";
import { retire } from "./retire.ts";
import { renewalPolicy } from "./superseded.ts";
import { countKinds, type SweepCounts, type SweepKind, sumCounts } from "./sweep-counts.ts";
import type { SweepDeps } from "./sweep-ports.ts";

type Batch = { readonly requestId: string; readonly startedAt: Date };
type Decided = { readonly certificate: Certificate; readonly due: Due };
type Run = Parameters<typeof changeFor>[2];

const actor = "job:sweep-due";
const retirementsAtOnce = 8;

/** At most 100 ids. Never rejects: one that cannot be dealt with is counted and told, and does not hold up the others. */
export function sweepCertificates(
  deps: SweepDeps,
  ids: readonly string[],
  { requestId, startedAt }: Batch,
): Promise<SweepCounts> {
  return counted(deps, ids, String, async some => {
    const run = { actor, requestId, now: deps.now() };
    const decided = await decide(deps, some, startedAt, run.now);
    const retiring = decided.flatMap(({ certificate, due }) => (due.kind === "retire" ? [certificate] : []));
    const resuming = decided.flatMap(({ certificate, due }) => (due.kind === "resume" ? [certificate] : []));
    const changes = decided.flatMap(({ certificate, due }) =>
      due.kind === "retire" || due.kind === "resume" ? [] : [changeFor(certificate, due, run)],
    );
    const [recorded, retired, resumed] = await Promise.all([
      Promise.all(inTransactions(changes).map(group => record(deps, group))),
      severalAtOnce(retiring, retirementsAtOnce, certificate => retireOne(deps, certificate, run)),
      severalAtOnce(resuming, retirementsAtOnce, certificate => resumeOne(deps, certificate, run)),
    ]);
    return sumCounts([...recorded, ...retired, ...resumed]);
  });
}

async function decide(
  { registry, profiles }: SweepDeps,
  ids: readonly string[],
  startedAt: Date,
  now: Date,
): Promise<readonly Decided[]> {
  const rows = (await registry.readDue(ids)).filter(({ dueAt }) => dueAt <= startedAt);
  const successorIds = rows.flatMap(({ certificate }) => certificate.renewedBy ?? []);
  const successors = successorIds.length === 0 ? [] : await registry.readCertificates(successorIds);
  const byId = new Map<string | undefined, Certificate>(successors.map(one => [one.id, one]));
  return Promise.all(
    rows.map(async ({ certificate }) => {
      const renewal = await renewalPolicy(profiles, certificate);
      const successor = byId.get(certificate.renewedBy);
      return { certificate, due: nextDue({ certificate, renewal, successor, now }) };
    }),
  );
}

function record(deps: SweepDeps, changes: readonly DueChange[]): Promise<SweepCounts> {
  return counted(
    deps,
    changes,
    ({ certificate }) => certificate.id,
    async some => {
      const written = await deps.registry.recordDue(some);
      const lost = Array.from({ length: some.length - written.length }, (): SweepKind => "contended");
      return countKinds([...written.flatMap(kindsOf), ...lost]);
    },
  );
}

function retireOne(deps: SweepDeps, certificate: Certificate, run: Run): Promise<SweepCounts> {
  return counted(
    deps,
    [certificate],
    ({ id }) => id,
    async () => {
      const outcome = await retire(deps.registry, certificate, run);
      return countKinds([outcome === "revoked" ? "retired" : "contended"]);
    },
  );
}

/** Its hold has an end, and that is now: whatever else refuses it goes on doing so. */
function resumeOne(deps: SweepDeps, certificate: Certificate, run: Run): Promise<SweepCounts> {
  return counted(
    deps,
    [certificate],
    ({ id }) => id,
    async () => {
      const { requestId, now: at } = run;
      const facts = { until: certificate.hold?.until?.toISOString() ?? "" };
      const audit = {
        subject: certificate.id,
        action: "certificate.resumed",
        actor,
        requestId,
        at,
        facts,
      } as const;
      const isResumed = await deps.registry.recordResume(certificate, audit);
      return countKinds([isResumed ? "resumed" : "contended"]);
    },
  );
}

function kindsOf({ state, events }: DueChange): readonly SweepKind[] {
  if (state === "expired") return ["expired"];
  if (events.length === 0) return ["moved"];
  return events.map(({ detailType }) =>
    detailType === "Certificate Renewal Due" ? "renewalsDue" : "expiring",
  );
}

/** Work on several that fails is done again one by one, so that it fails for the one whose fault it is. */
async function counted<T>(
  deps: Pick<SweepDeps, "onError">,
  items: readonly T[],
  idOf: (item: T) => string,
  work: (items: readonly T[]) => Promise<SweepCounts>,
): Promise<SweepCounts> {
  try {
    return await work(items);
  } catch (error) {
    // Others write the same rows, or DynamoDB asks for patience: repeating at once would be no help.
    if (isAppError(error, "registry.busy")) return countKinds(items.map(() => "contended"));
    if (items.length > 1) {
      return sumCounts(await severalAtOnce(items, 1, item => counted(deps, [item], idOf, work)));
    }
    for (const item of items) deps.onError(idOf(item), error);
    return countKinds(items.map(() => "failed"));
  }
}
