// What every function that EventBridge starts reads of the envelope, and what it leaves behind when it gives up.
import type { Context } from "aws-lambda";
import * as z from "zod";
import type { BusEvent } from "#core/automation/source/report.ts";
import { AppError, fail } from "#core/error.ts";
import { findingsOf } from "../http/json-body.ts";

const envelopeSchema = z
  .object({
    id: z.string().min(1).max(128),
    source: z.string().min(1).max(256),
    account: z.string().regex(/^\d{12}$/),
    time: z.iso.datetime({ offset: true }).transform(text => new Date(text)),
    "detail-type": z.string(),
    detail: z.unknown(),
  })
  .transform(({ "detail-type": detailType, ...rest }) => ({ ...rest, detailType }));

export type Envelope = BusEvent & { readonly detailType: string; readonly detail: unknown };

/** For the log, of an event that may be anything. */
export function eventIdOf(event: unknown): string {
  return envelopeSchema.safeParse(event).data?.id ?? "unknown";
}

/** Refuses with `event.malformed`. */
export function readEnvelope(event: unknown): Envelope {
  return parseEvent(envelopeSchema, event);
}

/** Refuses with `event.malformed` and all findings. */
export function parseEvent<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) fail("event.malformed", { findings: findingsOf(parsed.error) });
  return parsed.data;
}

/** The account that the function runs in: `arn:aws:lambda:<region>:<account>:function:<name>`. */
export function ownAccountOf({ invokedFunctionArn }: Context): string {
  return invokedFunctionArn.split(":")[4] ?? "";
}

/**
 * The failure queue's message shows an error's name and message, and nothing else: with the reason in it, a person need
 * not search the log. What is not a refusal of ours stays as it is.
 */
export function explained(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, data }: AppError = error;
  const findings = "findings" in data ? data.findings : [];
  const reasons = findings.map(({ pointer, detail }) => `${pointer === "" ? "/" : pointer} ${detail}`);
  if ("reason" in data) reasons.push(data.reason);
  if (reasons.length === 0) return error;
  const told = new Error(`${code}: ${reasons.join("; ")}`, { cause: error });
  told.name = error.name;
  return told;
}
