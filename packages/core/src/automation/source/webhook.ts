// A finding that somebody posts to `POST /v1/findings`, once the signature has proved who.
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { reportSelectorSchema } from "#core/event/compromise-reported.ts";
import type { SecurityFinding } from "../finding.ts";

export const postedFindingSchema = z.strictObject({
  version: z.literal("1"),
  type: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/, "1 to 128 characters of A-Z a-z 0-9 . _ : / -"),
  severity: z.number().min(0).max(10).optional(),
  certificate: reportSelectorSchema,
  reason: z.enum(revocationReasons).default("unspecified"),
  lineage: z.boolean().default(false),
  note: z.string().max(500).optional(),
});
export type PostedFinding = z.infer<typeof postedFindingSchema>;

export type SignedMessage = {
  /** Of the signing key. */
  readonly sender: string;
  /** The sender's own, the same in each of its tries. */
  readonly messageId: string;
  readonly sentAt: Date;
};

export function findingOfWebhook(message: SignedMessage, posted: PostedFinding): SecurityFinding {
  const { sender, messageId, sentAt } = message;
  return {
    source: "webhook",
    sender,
    account: undefined,
    id: messageId,
    at: sentAt,
    isClosed: false,
    type: posted.type,
    severity: posted.severity,
    selector: posted.certificate,
    lineage: posted.lineage,
    reason: posted.reason,
    note: posted.note,
    actor: `webhook:${sender}:${messageId}`,
  };
}
