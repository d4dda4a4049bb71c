// Reconcile the registry with what each CA itself says it issued (threat C4, invariant I3): a certificate that no
// enrolment owns is refused at the edge and revoked; a revocation that the CA never heard of is told again.
import { isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import type { CertificateId } from "#core/certificate/certificate.ts";
import { settledAfterMs } from "./judge-issued.ts";
import type { Progress, ReconcileCaDeps } from "./ports.ts";
import { earliest, type Findings, readReport } from "./read-report.ts";
import { recordFindings } from "./record-findings.ts";
import { type Settled, settleOrphans } from "./settle-orphans.ts";

export type ReconcileCaInput = {
  readonly requestId: string;
  /** The brake: more new orphans of one authority than this are left alone, for a person to look at. */
  readonly mostOrphans: number;
  /** False when little of the run's time is left. */
  readonly mayGoOn: () => boolean;
};

export type Reconciled =
  | { readonly kind: "not_yet"; readonly authorityId: string; readonly retryAfterSeconds: number }
  /** This report has been judged before. */
  | { readonly kind: "nothing_new"; readonly authorityId: string }
  | { readonly kind: "failed"; readonly authorityId: string; readonly error: Error }
  | ({
      readonly kind: "judged";
      readonly authorityId: string;
      readonly reportId: string;
      readonly isFullPass: boolean;
      readonly revokedAtCaOnly: readonly CertificateId[];
    } & Pick<Findings, "entries" | "passedOver" | "young" | "owed" | "isComplete"> &
      Omit<Settled, "unowned" | "oldestUndecided">);

/** Old entries cost a read each, and change only by a revocation: once a day is enough for them. */
const fullPassEveryMs = 24 * 3_600_000;

/** One authority's trouble does not hold up the others. */
export async function reconcileCa(
  deps: ReconcileCaDeps,
  input: ReconcileCaInput,
): Promise<readonly Reconciled[]> {
  const results: Reconciled[] = [];
  for (const authority of await deps.registry.listAuthorities()) {
    if (!isManaged(authority)) continue;
    try {
      results.push(await reconcileOne(deps, authority, input));
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      results.push({ kind: "failed", authorityId: authority.id, error });
    }
  }
  return results;
}

async function reconcileOne(
  deps: ReconcileCaDeps,
  authority: ManagedAuthority,
  input: ReconcileCaInput,
): Promise<Reconciled> {
  const authorityId = authority.id;
  const latest = await deps.latestReport(authority);
  if (latest.kind === "not_yet") return { ...latest, authorityId };
  const { report } = latest;
  const previous = await deps.registry.readProgress(authorityId);
  // By hand with a wider brake, the same report is judged again.
  if (previous?.reportId === report.id && !hasUndecided(previous, report.requestedAt)) {
    return { kind: "nothing_new", authorityId };
  }
  const now = deps.now();
  const isFullPass =
    previous === undefined || now.getTime() - previous.fullPassAt.getTime() >= fullPassEveryMs;
  const since = isFullPass ? undefined : previous.judgedUntil;
  const found = await readReport(deps, authorityId, report, { since, mayGoOn: input.mayGoOn });
  const { oldestUndecided, unowned, ...settled } = await settleOrphans(
    deps,
    authority,
    found.suspects,
    input,
  );
  await recordFindings(deps, authorityId, report.id, {
    unknown_certificate: unowned,
    revocation_missing_at_ca: found.toldAgain,
    revoked_at_ca_only: found.revokedAtCaOnly,
  });
  if (found.isComplete) {
    const undecided = [found.oldestUndecided, oldestUndecided].filter(date => date !== undefined);
    const progress: Progress = {
      reportId: report.id,
      judgedUntil: undecided.reduce(earliest, judgedAtBest(report.requestedAt)),
      fullPassAt: isFullPass ? now : previous.fullPassAt,
    };
    await deps.registry.recordProgress(authorityId, progress, previous);
  }
  const { entries, passedOver, young, owed, isComplete } = found;
  const revokedAtCaOnly = found.revokedAtCaOnly.map(({ id }) => id);
  const counted = { entries, passedOver, young, owed, revokedAtCaOnly, isComplete };
  return { kind: "judged", authorityId, reportId: report.id, isFullPass, ...counted, ...settled };
}

/** The CA's clock and ours may differ, and what was issued around the request may be missing in the report. */
function judgedAtBest(requestedAt: Date): Date {
  return new Date(requestedAt.getTime() - settledAfterMs);
}

function hasUndecided({ judgedUntil }: Progress, requestedAt: Date): boolean {
  return judgedUntil < judgedAtBest(requestedAt);
}
