// Which lines of a lot call are worked on: pure, and a matter of their order alone, so that the same call is always
// decided the same way, whichever line would be faster.
import { AppError } from "#core/error.ts";
import type { EnrolmentId } from "./enrolment.ts";
import type { CheckedRequest } from "./issue-checked.ts";

export type CheckedLine =
  | { readonly kind: "checked"; readonly request: CheckedRequest }
  | { readonly kind: "refused"; readonly error: unknown };

/**
 * A line that says the same as an earlier one shares its answer. One that names an earlier line's holder for another
 * request is refused: on a line, that is a mix-up. So is one that brings an earlier line's key for another holder.
 */
export function planLotLines(lines: readonly CheckedLine[]): readonly CheckedLine[] {
  const holders = new Map<string, EnrolmentId>();
  const keys = new Map<string, EnrolmentId>();
  return lines.map(line => {
    if (line.kind === "refused") return line;
    const { id, holder, spkiSha256 } = line.request;
    if ((holders.get(holder) ?? id) !== id) return refused(holderRepeated());
    if ((keys.get(spkiSha256) ?? id) !== id) {
      return refused(new AppError("enrolment.key_in_use", { spkiSha256 }));
    }
    holders.set(holder, id);
    keys.set(spkiSha256, id);
    return line;
  });
}

function refused(error: AppError): CheckedLine {
  return { kind: "refused", error };
}

function holderRepeated(): AppError {
  const finding = {
    code: "lot.holder_repeated",
    detail: "an earlier line of this call names the same holder for another request",
    pointer: "/holder",
  };
  return new AppError("enrolment.refused", { findings: [finding] });
}
