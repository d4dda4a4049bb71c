// A superseded certificate that comes back: its holder has a newer one and has used it, so somebody may have a copy.
// It is told once for each certificate, and by its profile's rule the lineage is held.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { supersededReturned } from "#core/event/superseded-events.ts";
import { retire } from "./retire.ts";
import { actor, type Run, type SeenDeps } from "./seen-ports.ts";
import type { Sighting } from "./sighting.ts";
import { renewalPolicy } from "./superseded.ts";

const hourMs = 3_600_000;
/** More than clocks and logs differ by. */
const leastAllowanceMs = hourMs;
/** The part of the overlap in which a device may well open connections with both: of seven days, the first. */
const allowedPart = 1 / 7;
/** More than any overlap sees; a bound all the same. */
const mostSuccessors = 16;

/** How long after its successor was seen a certificate may be used without anybody wondering. */
export function allowanceMs(overlapDays: number): number {
  return Math.max(leastAllowanceMs, overlapDays * 24 * hourMs * allowedPart);
}

export type SupersededCertificate = Certificate & { readonly supersededAt: Date };

/** Whether it might come back, and has not been told. One that was revoked for a worse reason is known to be lost. */
export function mayReturn(certificate: Certificate): certificate is SupersededCertificate {
  const { state, supersededAt, returnedAt, revocation } = certificate;
  if (supersededAt === undefined || returnedAt !== undefined) return false;
  return state !== "revoked" || revocation?.reason === "superseded";
}

export function isReturn({ supersededAt }: SupersededCertificate, at: Date, overlapDays: number): boolean {
  return at.getTime() > supersededAt.getTime() + allowanceMs(overlapDays);
}

/**
 * 1 Hold by rule, 2 end the overlap with it, 3 record and tell. A run that dies in between does all of it again, which
 * changes nothing twice. False when the return is on record already.
 */
export async function recordReturn(
  deps: SeenDeps,
  certificate: SupersededCertificate,
  { last }: Sighting,
  { requestId }: Run,
): Promise<boolean> {
  const { onReturn } = await renewalPolicy(deps.profiles, certificate);
  const record = { actor, requestId, at: deps.now() };
  const held = onReturn === "hold" ? await holdSuccessors(deps, certificate, record) : [];
  if (onReturn === "hold" && certificate.state === "superseded") {
    // Whoever has the copy must not go on while the holder is held.
    await retire(deps.registry, certificate, { actor, requestId, now: record.at });
  }
  const facts = { returnedAt: last.at.toISOString(), answer: last.answer, held: held.join(" ") };
  const { id: subject, tenant } = certificate;
  return deps.registry.recordReturned({
    certificate,
    at: last.at,
    audit: { ...record, subject, tenant, action: "certificate.returned", facts },
    event: supersededReturned(certificate, { ...last, held }),
  });
}

/** All active ones after it: nobody can tell who is the holder, and the one that renewed may be the thief. */
async function holdSuccessors(
  { registry }: SeenDeps,
  certificate: Certificate,
  record: Pick<AuditRecord, "actor" | "requestId" | "at">,
): Promise<readonly string[]> {
  const held: string[] = [];
  const facts = { cause: "certificate.returned", returned: certificate.id };
  let next = certificate.renewedBy;
  for (let count = 0; next !== undefined && count < mostSuccessors; count += 1) {
    const successor: Certificate | undefined = await registry.readCertificate(next);
    if (successor === undefined) break;
    const audit = { ...record, subject: successor.id, action: "certificate.held", facts } as const;
    if (successor.state === "held" || (await registry.recordHold(successor, audit))) held.push(successor.id);
    next = successor.renewedBy;
  }
  return held;
}
