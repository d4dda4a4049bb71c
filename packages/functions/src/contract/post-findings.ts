// POST /v1/findings.
import * as z from "zod";
import { postedFindingSchema } from "#core/automation/source/webhook.ts";
import type { RouteContract } from "../http/contract.ts";

const handled = {
  finding: z.string().meta({ description: "Its id: the audit has what was done, and to what" }),
  rule: z.string(),
  action: z.enum(["revoke", "hold"]),
  certificates: z.int(),
  lots: z.int(),
  plans: z.array(z.string()).meta({ description: "Those that wait for approval" }),
};

const answerSchema = z
  .union([
    z.object({ outcome: z.literal("ignored"), why: z.string() }),
    z.object({ outcome: z.literal("applied"), ...handled }),
  ])
  .meta({ id: "HandledFinding" });

const waitingSchema = z
  .object({ outcome: z.literal("awaiting_approval"), ...handled })
  .meta({ id: "WaitingFinding" });

export const postFindings = {
  method: "POST",
  path: "/v1/findings",
  summary: "Tell of a finding, signed",
  description:
    "HMAC-SHA256 over `webhook-id`, `webhook-timestamp` and the body, with dots between, in `webhook-signature`, as " +
    "Standard Webhooks has it; `webhook-key-id` names the secret. At most five minutes old. The same `webhook-id` again " +
    "changes nothing and answers the same. A rule says what is done.",
  callers: "anybody",
  headers: z.object({
    "webhook-key-id": z.string().meta({ description: "`<sender>.<id of the secret>`" }),
    "webhook-id": z.string(),
    "webhook-timestamp": z.string().meta({ description: "Seconds since 1970" }),
    "webhook-signature": z
      .string()
      .meta({ description: "`v1,` and base64; several with spaces between them" }),
  }),
  body: { kind: "json", schema: postedFindingSchema },
  responses: {
    200: { description: "Done, or ignored.", content: { kind: "json", schema: answerSchema } },
    202: {
      description: "The brake holds: nothing was refused, and a plan waits for a person.",
      content: { kind: "json", schema: waitingSchema },
    },
  },
  problems: [
    "caller.unauthenticated",
    "event.malformed",
    "event.refused",
    "resource.not_found",
    "registry.busy",
  ],
} as const satisfies RouteContract;
