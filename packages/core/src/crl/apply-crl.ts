// Turns an authority's revoked serials into those of a list, in batches that can stop anywhere and be taken up again.
import type { RevokedSerial, SerialSource } from "#core/revocation/revoked-serial.ts";
import type { Serial } from "#core/serial.ts";
import type { Crl } from "./crl.ts";
import { changesAtOnce, type ImportCrlDeps, type RecordedCrl, type SerialChanges } from "./ports.ts";
import { refuseCrl } from "./refuse-crl.ts";

/** `unchanged`: entries that were revoked before, by whomever. */
export type Differences = SerialChanges & { readonly unchanged: number };

export function differences(
  authorityId: string,
  crl: Crl,
  known: ReadonlyMap<Serial, SerialSource>,
  actor: string,
): Differences {
  const fresh = [...crl.entries].filter(([serial]) => !known.has(serial));
  const add = fresh.map(
    ([serial, entry]): RevokedSerial => ({ authorityId, serial, source: "crl", actor, ...entry }),
  );
  const gone = [...known].filter(([serial, source]) => source === "crl" && !crl.entries.has(serial));
  return { add, remove: gone.map(([serial]) => serial), unchanged: crl.entries.size - add.length };
}

export type Application = {
  readonly recorded: RecordedCrl;
  readonly crl: Crl;
  readonly actor: string;
  /** Epoch milliseconds. */
  readonly until: number;
};

/** Additions first: what goes wrong half-way must refuse too many rather than too few. Answers what remains. */
export async function applyCrl(
  deps: ImportCrlDeps,
  task: Application,
  first: SerialChanges,
): Promise<number> {
  const { recorded, crl, actor, until } = task;
  let changes = first;
  for (;;) {
    const left = await applyOnce(deps, recorded, changes, until);
    if (left !== "changed") return left;
    const known = await deps.registry.listRevokedSerials(recorded.authorityId);
    changes = differences(recorded.authorityId, crl, known, actor);
  }
}

async function applyOnce(
  deps: ImportCrlDeps,
  recorded: RecordedCrl,
  { add, remove }: SerialChanges,
  until: number,
): Promise<number | "changed"> {
  const total = add.length + remove.length;
  for (let from = 0; from < total; from += changesAtOnce) {
    if (deps.now().getTime() >= until) return total - from;
    const to = from + changesAtOnce;
    const outcome = await deps.registry.changeSerials(recorded, {
      add: add.slice(from, to),
      remove: remove.slice(Math.max(0, from - add.length), Math.max(0, to - add.length)),
    });
    if (outcome === "changed") return outcome;
    if (outcome === "superseded") {
      refuseCrl([{ code: "crl.not_newer", detail: "a list that was made later has been posted meanwhile" }]);
    }
  }
  return 0;
}
