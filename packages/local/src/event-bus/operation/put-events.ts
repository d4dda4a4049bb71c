// PutEvents: checks each entry on its own, and stores what must be delivered before it answers.
import { randomUUID } from "node:crypto";
import { parseInput } from "../../pca/input/constraint.ts";
import type { Operation } from "../../wire/aws-json.ts";
import { checkTotalSize, toEvent } from "../envelope.ts";
import { putEventsInput } from "../input.ts";
import { busNameOf } from "../names.ts";
import type { Publication } from "../publish.ts";
import type { Deps } from "./bus.ts";

export type PutEventsDeps = Pick<Deps, "account" | "clock"> & {
  readonly publish: (publications: readonly Publication[]) => void;
};

export function putEventsOperation({ account, clock, publish }: PutEventsDeps): Operation {
  return input => {
    const { Entries } = parseInput(putEventsInput, input);
    checkTotalSize(Entries);
    const now = clock.now();
    const results = Entries.map(entry => ({
      bus: busNameOf(entry.EventBusName),
      result: toEvent(entry, account, randomUUID(), now),
    }));
    // An entry for a bus that does not exist is accepted with an id, and goes nowhere: so does the service.
    publish(
      results.flatMap(({ bus, result }) => (result.kind === "event" ? [{ bus, event: result.event }] : [])),
    );
    return {
      FailedEntryCount: results.filter(({ result }) => result.kind === "failed").length,
      Entries: results.map(({ result }) =>
        result.kind === "event" ? { EventId: result.event.id } : result.failure,
      ),
    };
  };
}
