// Asks through the edge, again and again, until our API has been reached with the certificate in question.
import type { OriginProbe, OriginUse, ProbeOutcome } from "./ports.ts";

export type Patience = {
  readonly probe: OriginProbe;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<unknown>;
};

const longestPauseMs = 15_000;

/** AWS publishes no time from an import to its effect at the edge, hence the patience. Answers the last outcome. */
export async function probeUntilSeen(
  { probe, now, wait }: Patience,
  use: OriginUse,
  sha256: string,
  withinMs: number,
): Promise<ProbeOutcome> {
  const until = now().getTime() + withinMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const outcome = await probe(use, sha256);
    if (outcome === "seen" || now().getTime() + pauseMs > until) return outcome;
    await wait(pauseMs);
  }
}
