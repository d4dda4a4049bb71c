// Enrol the holders of a lot, many in one call: every line gets an answer of its own, and the same call again gets the
// same answers. What a single request does is done for each line; what all lines share is done once.
import type { Caller } from "#core/caller.ts";
import type { AppError } from "#core/error.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { checkRequest } from "./enrol.ts";
import {
  type EnrolLotDeps,
  type LineResult,
  lastAnswerMs,
  lineEnroller,
  unanswered,
} from "./lot-line-enroller.ts";
import { type CheckedLine, planLotLines } from "./plan-lot-lines.ts";
import { type Noted, recordingRefusals } from "./record-refusal.ts";
import type { EnrolRequest } from "./request.ts";

export type LotLine = { readonly line: number } & (
  | { readonly kind: "request"; readonly request: EnrolRequest }
  | { readonly kind: "malformed"; readonly error: AppError }
);

export type LotCall = {
  readonly caller: Caller;
  /** All of one tenant and one lot. */
  readonly lines: readonly LotLine[];
  readonly startedAt: Date;
  readonly requestId: string;
};

/** A check is the processor's work: past it, there would be too little time left for what was checked. */
const checkUntilMs = 12_000;
const checksAtOnce = 4;
/** 25 certificates a second, each under way for a second or two. */
const linesAtOnce = 48;

/** One result for each line, in their order. Never rejects because of a line; its refusal is on record, as any other. */
export async function enrolLot(deps: EnrolLotDeps, call: LotCall): Promise<readonly LineResult[]> {
  const elapsedMs = (): number => deps.now().getTime() - call.startedAt.getTime();
  const notes = call.lines.map((): Noted => ({}));
  const checked = await severalAtOnce(call.lines, checksAtOnce, (line, index) =>
    checkLine(deps, call, line, elapsedMs, more => {
      notes[index] = { ...notes[index], ...more, facts: { ...notes[index]?.facts, ...more.facts } };
    }),
  );
  const lines = planLotLines(checked);
  const enrol = await lineEnroller(deps, lines, { requestId: call.requestId, elapsedMs });
  try {
    const answer = async (line: CheckedLine, index: number): Promise<LineResult> => {
      const result = line.kind === "refused" ? line : await enrol.line(line.request);
      // A line that could not be read is no request yet, as a body that cannot be read is none.
      if (result.kind === "answered" || call.lines[index]?.kind === "malformed") return result;
      return onRecord(deps, call, String(call.lines[index]?.line), notes[index] ?? {}, result.error);
    };
    const timeIsUp = deps.wait(Math.max(0, lastAnswerMs - elapsedMs())).then(unanswered);
    return await severalAtOnce(lines, linesAtOnce, (line, index) =>
      Promise.race([answer(line, index), timeIsUp]),
    );
  } finally {
    enrol.end();
  }
}

async function checkLine(
  deps: EnrolLotDeps,
  { caller }: LotCall,
  line: LotLine,
  elapsedMs: () => number,
  note: (more: Noted) => void,
): Promise<CheckedLine> {
  if (line.kind === "malformed") return { kind: "refused", error: line.error };
  if (elapsedMs() >= checkUntilMs) return unanswered();
  try {
    const { request } = line;
    return {
      kind: "checked",
      request: await checkRequest(deps, { caller, request, idempotencyKey: undefined }, note),
    };
  } catch (error) {
    return { kind: "refused", error };
  }
}

async function onRecord(
  deps: EnrolLotDeps,
  { caller, requestId }: LotCall,
  part: string,
  noted: Noted,
  error: unknown,
): Promise<LineResult> {
  try {
    return await recordingRefusals(deps, { caller, requestId, part }, async note => {
      note(noted);
      throw error;
    });
  } catch (recorded) {
    return { kind: "refused", error: recorded };
  }
}
