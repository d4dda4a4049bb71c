// Goes through a CA's report by hundreds and judges each entry; what was judged by an earlier run is passed over.
import { type CertificateId, certificateId } from "#core/certificate/certificate.ts";
import { judgeIssued } from "./judge-issued.ts";
import type { CaReport, IssuedEntry, ReconcileCaDeps } from "./ports.ts";

export type Suspect = { readonly id: CertificateId; readonly entry: IssuedEntry };

export type Findings = {
  readonly entries: number;
  readonly passedOver: number;
  /** Unknown to the registry. At most `mostSuspects`; the others stay undecided. */
  readonly suspects: readonly Suspect[];
  readonly young: number;
  readonly owed: number;
  /** Of those, and of the next, a hundred at most are named. */
  readonly toldAgain: readonly Suspect[];
  readonly revokedAtCaOnly: readonly Suspect[];
  /** Of the entries that could not be decided, the oldest; the next run begins there. */
  readonly oldestUndecided: Date | undefined;
  /** False when the time ran out: nothing is known of the rest. */
  readonly isComplete: boolean;
};

type Mutable = { -readonly [K in keyof Findings]: Findings[K] } & {
  suspects: Suspect[];
  toldAgain: Suspect[];
  revokedAtCaOnly: Suspect[];
};

/** DynamoDB's own bound on a batch read. */
const batchSize = 100;
/** Far more than any brake lets through; it bounds memory when a registry has lost its rows. */
const mostSuspects = 1_000;
const mostNamed = 100;

export async function readReport(
  deps: ReconcileCaDeps,
  authorityId: string,
  report: CaReport,
  options: { readonly since: Date | undefined; readonly mayGoOn: () => boolean },
): Promise<Findings> {
  const found: Mutable = {
    entries: 0,
    passedOver: 0,
    suspects: [],
    young: 0,
    owed: 0,
    toldAgain: [],
    revokedAtCaOnly: [],
    oldestUndecided: undefined,
    isComplete: true,
  };
  let batch: IssuedEntry[] = [];
  for await (const entry of report.entries) {
    found.entries += 1;
    if (options.since !== undefined && entry.issuedAt < options.since) found.passedOver += 1;
    else batch.push(entry);
    if (batch.length < batchSize) continue;
    await judgeBatch(deps, authorityId, batch, found);
    batch = [];
    if (!options.mayGoOn()) return { ...found, isComplete: false };
  }
  await judgeBatch(deps, authorityId, batch, found);
  return found;
}

async function judgeBatch(
  deps: ReconcileCaDeps,
  authorityId: string,
  batch: readonly IssuedEntry[],
  found: Mutable,
): Promise<void> {
  const now = deps.now();
  const suspects = batch.map(entry => ({ id: certificateId(authorityId, entry.serial), entry }));
  const known = await deps.registry.readCertificates(suspects.map(({ id }) => id));
  const byId = new Map(known.map(certificate => [certificate.id, certificate]));
  for (const suspect of suspects) {
    const certificate = byId.get(suspect.id);
    const judgement = judgeIssued(suspect.entry, certificate, now);
    if (judgement === "young") {
      found.young += 1;
      found.oldestUndecided = earliest(found.oldestUndecided, suspect.entry.issuedAt);
    } else if (judgement === "unknown") {
      if (found.suspects.length < mostSuspects) found.suspects.push(suspect);
      else found.oldestUndecided = earliest(found.oldestUndecided, suspect.entry.issuedAt);
    } else if (judgement === "owed" && certificate !== undefined) {
      if (!(await deps.registry.recordOwedAgain(certificate))) continue;
      found.owed += 1;
      if (found.toldAgain.length < mostNamed) found.toldAgain.push(suspect);
    } else if (judgement === "revoked_at_ca_only" && found.revokedAtCaOnly.length < mostNamed) {
      found.revokedAtCaOnly.push(suspect);
    }
  }
}

export function earliest(known: Date | undefined, candidate: Date): Date {
  return known === undefined || candidate < known ? candidate : known;
}
