// `Rotation Ended`, version 1: all waves of a rotation are through, or it was aborted. The JSON Schema in docs/events/ is
// generated from this; members may be added, so consumers ignore those that they do not know.
import * as z from "zod";
import { type Rotation, selectorText } from "#core/rotation/waves/rotation.ts";
import { isoSeconds, type OutgoingEvent } from "./outgoing.ts";

const count = z.int().min(0);

export const rotationEndedSchema = z.object({
  version: z.literal("1"),
  rotation: z.string(),
  /** `lot:<tenant>/<lot>`, `tenant:<tenant>` or `authority:<id>`. */
  certificates: z.string(),
  state: z.enum(["finished", "aborted"]),
  /** Of one that was aborted. */
  why: z.string().optional(),
  wave: count,
  announced: count,
  renewed: count,
  seen: count,
  failed: count,
  endedAt: z.iso.datetime(),
});

export const rotationEndedDetailType = "Rotation Ended";

export function rotationEnded(rotation: Rotation, at: Date): OutgoingEvent {
  const { announced, renewed, seen, failed } = rotation.counts;
  return {
    detailType: rotationEndedDetailType,
    detail: {
      version: "1",
      rotation: rotation.id,
      certificates: selectorText(rotation.selector),
      state: rotation.state,
      ...(rotation.abortedBecause === undefined ? {} : { why: rotation.abortedBecause }),
      wave: rotation.wave?.number ?? 0,
      announced,
      renewed,
      seen,
      failed,
      endedAt: isoSeconds(at),
    },
  };
}
