// Where the time of a certificate goes: the client's latency against the function's duration and its calls.
import type { InvocationTrace } from "#local/lambda/function-pool.ts";
import { mean } from "../report.ts";

/** Means for one certificate. */
export type Shares = {
  /** Client, TLS, edge, gateway, and the wait for a sandbox. */
  readonly outsideMs: number;
  readonly ownMs: number;
  readonly databaseMs: number;
  readonly caMs: number;
  /** From the CA's promise of a certificate to the request for it. */
  readonly signingMs: number;
  readonly databaseReads: number;
  readonly databaseWrites: number;
  readonly caCalls: number;
};

const isDatabase = (name: string): boolean => name.startsWith("DynamoDB_");
const isRead = (name: string): boolean => /\.(GetItem|BatchGetItem|Query|TransactGetItems|Scan)$/.test(name);
const isCa = (name: string): boolean => name.startsWith("ACMPrivateCA.");

export function shareOut(latenciesMs: readonly number[], traces: readonly InvocationTrace[]): Shares {
  const certificates = latenciesMs.length;
  const perCertificate = (of: (trace: InvocationTrace) => number): number =>
    traces.reduce((sum, trace) => sum + of(trace), 0) / certificates;
  const calls = (wanted: (name: string) => boolean): number =>
    perCertificate(trace => trace.calls.filter(({ name }) => wanted(name)).length);
  const time = (wanted: (name: string) => boolean): number =>
    perCertificate(trace => covered(trace.calls.filter(({ name }) => wanted(name))));
  const durationMs = perCertificate(trace => trace.durationMs);
  const databaseMs = time(isDatabase);
  const caMs = time(isCa);
  const signingMs = perCertificate(waitOf);
  return {
    outsideMs: mean(latenciesMs) - durationMs,
    ownMs: durationMs - databaseMs - caMs - signingMs,
    databaseMs,
    caMs,
    signingMs,
    databaseReads: calls(name => isDatabase(name) && isRead(name)),
    databaseWrites: calls(name => isDatabase(name) && !isRead(name)),
    caCalls: calls(isCa),
  };
}

type Interval = { readonly startMs: number; readonly endMs: number };

/** The time that at least one of the intervals covers: calls may run beside each other. */
function covered(intervals: readonly Interval[]): number {
  let sum = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    sum += Math.max(0, endMs - Math.max(startMs, reached));
    reached = Math.max(reached, endMs);
  }
  return sum;
}

function waitOf({ calls }: InvocationTrace): number {
  const asked = calls.find(({ name }) => name.endsWith(".IssueCertificate"));
  const collected = calls.filter(({ name }) => name.endsWith(".GetCertificate"));
  if (asked === undefined) return 0;
  const gaps = collected.map(({ startMs }, at) => startMs - (collected[at - 1]?.endMs ?? asked.endMs));
  return gaps.reduce((sum, gap) => sum + Math.max(0, gap), 0);
}
