// The result of one line of a lot call: what a single enrolment would have answered, and which line it is about.
import type { LineResult } from "#core/enrolment/lot-line-enroller.ts";
import type { Finding } from "#core/error.ts";
import { holderSchema } from "#core/name.ts";
import type { IssuedLine, LotResult, PendingLine, RefusedLine } from "../contract/post-lot-enrolments.ts";
import type { NdjsonLine } from "../http/ndjson-body.ts";
import { problemOf } from "../http/problem.ts";
import { presentIssued } from "./present-certificate.ts";

/**
 * A thousand lines must fit into the 6,291,556 bytes that Lambda answers with, where they are JSON within JSON. Beside
 * its findings a line takes less than 700 bytes; one with the largest certificate, an RSA key of 4,096 bits signed by
 * another, takes 3,700 in all.
 */
export const findingsBytesPerLine = 5_000;

export function presentLine(
  result: LineResult,
  about: { readonly line: number; readonly holder: string | undefined },
): LotResult {
  if (result.kind === "refused") return refusedLine(result.error, about);
  const { outcome } = result;
  const located = { line: about.line, holder: about.holder ?? "" };
  if (outcome.kind === "pending") {
    const { enrolmentId: enrolment, retryAfterSeconds } = outcome;
    const location = `/v1/enrolments/${enrolment}`;
    return {
      ...located,
      status: 202,
      location,
      retryAfterSeconds,
      enrolment,
      state: outcome.state,
    } satisfies PendingLine;
  }
  const { chain: _, ...issued } = presentIssued(outcome);
  return {
    ...located,
    status: 201,
    location: `/v1/certificates/${issued.id}`,
    ...issued,
    chainLocation: `/v1/authorities/${issued.authority}/chain`,
  } satisfies IssuedLine;
}

function refusedLine(
  error: unknown,
  { line, holder }: { readonly line: number; readonly holder: string | undefined },
): RefusedLine {
  const { errors, retryAfterSeconds, ...problem } = problemOf(error);
  return {
    line,
    ...(holder === undefined ? {} : { holder }),
    ...problem,
    ...(errors === undefined ? {} : { errors: thatFit(errors) }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** The holder that a line names, when it is a name at all: a line that is refused for its CSR still says whose. */
export function holderOf(line: NdjsonLine | undefined): string | undefined {
  if (line?.kind !== "value" || typeof line.value !== "object" || line.value === null) return undefined;
  return holderSchema.safeParse("holder" in line.value ? line.value.holder : undefined).data;
}

/** The first ones, in their order: some show pieces of a CSR, which escaping makes many times as long. */
function thatFit(findings: readonly Finding[]): Finding[] {
  let left = findingsBytesPerLine;
  return findings.filter(finding => {
    left -= Buffer.byteLength(JSON.stringify(`${JSON.stringify(finding)},`));
    return left >= 0;
  });
}
