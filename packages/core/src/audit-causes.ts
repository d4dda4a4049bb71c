// Who revoked this, when, why, from which event: the audit records behind those of a certificate. What carried a decision
// out names its order, plan or finding, and those have records of their own, with author, approver, ticket and event.
import type { AuditReader, ReadAuditRecord } from "./audit.ts";

export type CauseDeps = {
  readonly audit: AuditReader;
  /**
   * What refuses a certificate although its own row does not say so (yet): subjects of audit records, such as a plan, an
   * order or a distrusted authority. Empty for what is no certificate's id.
   */
  readonly refusalsOver: (certificateId: string) => Promise<readonly string[]>;
};

/** A revocation is three steps from its event at most: certificate, order, lot or plan, finding. */
const mostSteps = 3;
const mostSubjects = 10;
const recordsOfEach = 20;

/** Not the records of the subject itself. The oldest first: what happened, in its order. */
export async function readCauses(
  { audit, refusalsOver }: CauseDeps,
  subject: string,
  records: readonly ReadAuditRecord[],
): Promise<readonly ReadAuditRecord[]> {
  const isRevoked = records.some(({ action }) => action === "certificate.revoked");
  const unrecorded = isRevoked ? [] : await refusalsOver(subject);
  const seen = new Set([subject]);
  const causes: ReadAuditRecord[] = [];
  let next = [...unrecorded, ...records.flatMap(subjectsIn)];
  for (let step = 0; step < mostSteps && next.length > 0; step += 1) {
    const fresh = [...new Set(next)]
      .filter(name => !seen.has(name))
      .slice(0, Math.max(0, mostSubjects + 1 - seen.size));
    for (const name of fresh) seen.add(name);
    const pages = await Promise.all(fresh.map(name => audit.ofSubject(name, recordsOfEach, undefined)));
    const found = pages
      .flatMap(page => page.records.toReversed())
      .filter(({ action }) => decides.has(action));
    causes.push(...found);
    next = found.flatMap(subjectsIn);
  }
  return causes.sort((one, other) => one.at.getTime() - other.at.getTime());
}

/** Of a lot's or an authority's records, only these are about what is refused. */
const decides: ReadonlySet<string> = new Set([
  "authority.floor_moved",
  "authority.state_changed",
  "crl.applied",
  "finding.handled",
  "key.blocked",
  "lot.revoked",
  "order.recorded",
  "plan.created",
  "plan.approved",
  "plan.applied",
  "plan.lifted",
]);

/** By their form: the facts of other records may have members of the same names. */
const idForm = /^(?:pln|ord|fnd)_[0-9a-f]+$/;

function subjectsIn({ action, facts }: ReadAuditRecord): readonly string[] {
  const named = [facts["plan"], facts["order"], facts["finding"]].filter(id => id !== undefined);
  const { tenant, lot } = facts;
  const ofLot = action === "order.recorded" && tenant !== undefined && lot !== undefined;
  return [...named.filter(id => idForm.test(id)), ...(ofLot ? [`${tenant}/${lot}`] : [])];
}
