// `Edge Drift Detected`: the edge store was found to say something else than the registry. One event per run and cause.
import { type DifferenceKind, differenceKinds } from "#core/publication/difference.ts";
import type { OutgoingEvent } from "./outgoing.ts";

type Found = Readonly<Record<DifferenceKind, { readonly count: number; readonly keys: readonly string[] }>>;

export function edgeDriftDetected(runId: string, differences: Found): readonly OutgoingEvent[] {
  return differenceKinds
    .filter(cause => differences[cause].count > 0)
    .map(cause => ({
      detailType: "Edge Drift Detected",
      detail: { version: "1", run: runId, cause, ...differences[cause] },
    }));
}
