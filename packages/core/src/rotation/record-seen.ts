// Records what connection logs prove: that a certificate was seen, that it supersedes what it renewed, that a superseded
// one came back. Any part of a log may be delivered again, or in another order.
import type { Certificate } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { readConnectionLog } from "./connection-record.ts";
import type { Run, SeenDeps } from "./seen-ports.ts";
import { gatherSightings, type Sighting } from "./sighting.ts";
import { renewalPolicy, supersededBy } from "./superseded.ts";
import { isReturn, mayReturn, recordReturn } from "./theft.ts";

/** One write a day, however often it connects: so old `lastSeenAt` gets while a certificate is in use. */
const seenEveryMs = 24 * 3_600_000;

const atOnce = 8;
/** Each further one has lost a race. */
const mostTries = 4;

type Found = { readonly seen: number; readonly superseded: number; readonly returned: number };

export type SeenResult = Found & {
  readonly lines: number;
  readonly malformed: number;
  /** Certificates in the lines, and those of them that the registry was asked for. */
  readonly certificates: number;
  readonly asked: number;
  /** Of those, the ones that it does not know. */
  readonly unknown: number;
  /** Of those seen, how many by authority. */
  readonly seenBy: ReadonlyMap<string, number>;
};

const nothing: Found = { seen: 0, superseded: 0, returned: 0 };

/**
 * Goes through all of `lines` even where one certificate fails; then throws what failed first. To deliver all again is
 * safe. Throws `registry.busy`, and what the registry throws.
 */
export async function recordSeen(deps: SeenDeps, lines: readonly string[], run: Run): Promise<SeenResult> {
  const { records, malformed } = readConnectionLog(lines);
  const sightings = gatherSightings(records, deps.now());
  const asked = sightings.filter(({ certificateId }) => !deps.quiet.has(certificateId, deps.now()));
  const found = await deps.registry.readCertificates(asked.map(({ certificateId }) => certificateId));
  const certificates = new Map(found.map(certificate => [certificate.id, certificate]));
  const failures: unknown[] = [];
  const results = await severalAtOnce(asked, atOnce, async sighting => {
    try {
      return await recordSighting(deps, certificates.get(sighting.certificateId), sighting, run);
    } catch (error) {
      failures.push(error);
      return nothing;
    }
  });
  if (failures.length > 0) throw failures[0];
  const seenIds = asked.flatMap(({ certificateId }, index) =>
    results[index]?.seen === 1 ? [certificateId] : [],
  );
  return {
    lines: lines.length,
    malformed,
    certificates: sightings.length,
    asked: asked.length,
    unknown: asked.length - found.length,
    seenBy: countBy(seenIds.map(id => certificates.get(id)?.authorityId ?? "")),
    ...results.reduce(sum, nothing),
  };
}

async function recordSighting(
  deps: SeenDeps,
  read: Certificate | undefined,
  sighting: Sighting,
  run: Run,
): Promise<Found> {
  let certificate = read;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = certificate === undefined ? nothing : await act(deps, certificate, sighting, run);
    if (found !== "lost") {
      deps.quiet.add(sighting.certificateId, deps.now());
      return found;
    }
    certificate = await deps.registry.readCertificate(sighting.certificateId);
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}

/** `lost`: the certificate is not any more what was read. */
async function act(
  deps: SeenDeps,
  certificate: Certificate,
  sighting: Sighting,
  run: Run,
): Promise<Found | "lost"> {
  const { admitted, last } = sighting;
  let found = nothing;
  if (admitted !== undefined && isDue(certificate, admitted.last)) {
    const since = new Date(admitted.last.getTime() - seenEveryMs);
    const seen = { certificate, at: admitted.last, since };
    const superseded = await supersededBy(deps, certificate, admitted.first, run);
    const isRecorded =
      superseded.length === 0
        ? await deps.registry.recordSeen(seen)
        : await deps.registry.recordSuperseded(seen, superseded);
    if (!isRecorded) return "lost";
    found = { ...nothing, seen: 1, superseded: superseded.length };
  }
  if (!mayReturn(certificate)) return found;
  const { overlapDays } = await renewalPolicy(deps.profiles, certificate);
  if (!isReturn(certificate, last.at, overlapDays)) return found;
  return (await recordReturn(deps, certificate, sighting, run)) ? { ...found, returned: 1 } : "lost";
}

function isDue({ lastSeenAt }: Certificate, at: Date): boolean {
  return lastSeenAt === undefined || lastSeenAt.getTime() < at.getTime() - seenEveryMs;
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function sum(a: Found, b: Found): Found {
  return {
    seen: a.seen + b.seen,
    superseded: a.superseded + b.superseded,
    returned: a.returned + b.returned,
  };
}
