// Makes an authority's revoked serials those of its CA's newest list. The list comes in the request: nothing is ever
// fetched because a certificate or a list names an address.

import type { AuditRecord } from "#core/audit.ts";
import { isManaged, type SerialsAuthority } from "#core/authority/authority.ts";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import type { Bytes } from "#core/csr/bytes.ts";
import { fail } from "#core/error.ts";
import { type StoreUsage, usageLevel } from "#core/publication/store-usage.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import { sha256Hex } from "#core/sha256.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { applyCrl, type Differences, differences } from "./apply-crl.ts";
import type { Crl, CrlFinding } from "./crl.ts";
import { examineCrl } from "./examine-crl.ts";
import type { ImportCrlDeps, RecordedCrl } from "./ports.ts";
import { readCrl } from "./read-crl.ts";
import { refuseCrl, refuseCrlIfAny } from "./refuse-crl.ts";

/** Well inside the gateway's 30 s; a longer list is carried on by the same request, sent again. */
const workForMs = 20_000;

export type ImportCrlInput = {
  readonly caller: Caller;
  readonly authorityId: string;
  readonly der: Bytes;
  readonly requestId: string;
};

/** `remaining`: serials still to be written or removed; 0 when the list is applied. */
export type ImportedCrl = { readonly crl: RecordedCrl; readonly remaining: number };

/**
 * Sending a list again goes on where it was left, and changes nothing once it is applied. Refuses with
 * `caller.forbidden`, `resource.not_found`, `crl.refused` (all findings; nothing was written) or `registry.busy`.
 */
export async function importCrl(deps: ImportCrlDeps, input: ImportCrlInput): Promise<ImportedCrl> {
  requireScope(input.caller, "authorities:write");
  const startedAt = deps.now();
  const authority = await findAuthority(deps, input.authorityId);
  const [last, sha256] = await Promise.all([deps.registry.readCrl(authority.id), sha256Hex(input.der)]);
  const crl = readCrl(input.der);
  refuseCrlIfAny(await examineCrl(crl, { authority, last, sha256, now: startedAt }));
  const known = await deps.registry.listRevokedSerials(authority.id);
  const changes = differences(authority.id, crl, known, actorOf(input.caller));
  refuseCrlIfAny(examineRoom(changes.add, await deps.readUsage()));
  const audit = { subject: authority.id, actor: actorOf(input.caller), requestId: input.requestId };

  // 1 Record the list. From here an older one is refused, and a run that still applies one stops at its next write.
  const repeated = last?.sha256 === sha256 ? last : undefined;
  const recorded = repeated ?? describe(crl, { authorityId: authority.id, sha256, changes });
  if (repeated === undefined) {
    const record = { ...audit, action: "crl.recorded", at: startedAt, facts: factsOf(recorded) } as const;
    if (!(await deps.registry.recordCrl(recorded, last, record)))
      fail("registry.busy", { retryAfterSeconds: 1 });
  }
  // 2 Write and remove serials; the table's stream takes them to the edge.
  const until = startedAt.getTime() + workForMs;
  const remaining = await applyCrl(deps, { recorded, crl, actor: audit.actor, until }, changes);
  if (remaining > 0 || recorded.state === "applied") return { crl: recorded, remaining };
  // 3 Record that it is done.
  const applied = { ...recorded, state: "applied" } as const;
  const record = { ...audit, action: "crl.applied", at: deps.now(), facts: factsOf(applied) } as const;
  await deps.registry.recordApplied(applied, record satisfies AuditRecord);
  return { crl: applied, remaining: 0 };
}

async function findAuthority(deps: ImportCrlDeps, id: string): Promise<SerialsAuthority> {
  const authority = (await deps.registry.listAuthorities()).find(candidate => candidate.id === id);
  if (authority === undefined) return fail("resource.not_found", { kind: "authority" });
  if (!isManaged(authority)) return authority;
  const detail = "the authority's certificates are refused by slot; it takes no list";
  return refuseCrl([{ code: "crl.authority_managed", detail }]);
}

/** A full store would refuse the revocations of every other authority too. */
function examineRoom(add: readonly RevokedSerial[], usage: StoreUsage): readonly CrlFinding[] {
  const bytes = add.reduce((sum, { authorityId, serial }) => sum + serialKey(authorityId, serial).length, 0);
  const level = usageLevel({ ...usage, totalBytes: usage.totalBytes + bytes });
  if (bytes === 0 || level === "ample" || level === "warning") return [];
  const detail = `the list needs ${bytes} more bytes of the edge store; ${usage.totalBytes} of ${usage.limitBytes} are used, and a tenth is kept free`;
  return [{ code: "crl.no_room", detail }];
}

function describe(
  crl: Crl,
  parts: {
    readonly authorityId: string;
    readonly sha256: string;
    readonly changes: Differences;
  },
): RecordedCrl {
  const { add, remove, unchanged } = parts.changes;
  return {
    authorityId: parts.authorityId,
    sha256: parts.sha256,
    number: crl.number?.toString(),
    thisUpdate: crl.thisUpdate,
    // Its absence is a finding.
    nextUpdate: crl.nextUpdate ?? crl.thisUpdate,
    entries: crl.entries.size,
    added: add.length,
    removed: remove.length,
    unchanged,
    state: "applying",
  };
}

function factsOf(crl: RecordedCrl): AuditRecord["facts"] {
  const { sha256, number, thisUpdate, entries, added, removed } = crl;
  return {
    sha256,
    ...(number === undefined ? {} : { number }),
    thisUpdate: thisUpdate.toISOString(),
    entries: String(entries),
    added: String(added),
    removed: String(removed),
  };
}
