// What a sender of findings looks like in answers, and the routes about it. Its secret is in two answers only: of its
// creation, and of a rotation.
import * as z from "zod";
import { rotateSenderSecretSchema, senderDefinitionSchema } from "#core/automation/sender/put-sender.ts";
import { automationIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { timeSchema } from "./certificate.ts";

const sender = {
  id: z.string(),
  note: z.string().optional(),
  secrets: z
    .array(
      z.object({
        keyId: z.string().meta({ description: "What `webhook-key-id` has to say" }),
        createdAt: timeSchema,
        endsAt: timeSchema.optional(),
      }),
    )
    .meta({ description: "Newest first" }),
  version: z.int(),
  changedAt: timeSchema,
  changedBy: z.string(),
};

export const senderSchema = z.object(sender).meta({ id: "FindingSender" });

export const newSenderSchema = z
  .object({
    ...sender,
    keyId: z.string(),
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{43}=$/)
      .meta({ description: "Shown once: nobody can read it again" }),
  })
  .meta({ id: "NewFindingSender" });

export type SenderBody = z.infer<typeof senderSchema>;

const senderParams = z.object({ id: z.string() });

export const getFindingSenders = {
  method: "GET",
  path: "/v1/finding-senders",
  summary: "Who may send signed findings",
  callers: { operator: "certificates:read" },
  responses: {
    200: {
      description: "All of them.",
      content: {
        kind: "json",
        schema: z.object({ senders: z.array(senderSchema) }).meta({ id: "FindingSenderList" }),
      },
    },
  },
  problems: [],
} as const satisfies RouteContract;

export const putFindingSender = {
  method: "PUT",
  path: "/v1/finding-senders/{id}",
  summary: "Let somebody send signed findings",
  description:
    "The answer holds the secret. One that is there already is a 409: its secret is rotated instead.",
  callers: { operator: "revocations:approve" },
  params: z.object({ id: automationIdSchema }),
  body: { kind: "json", schema: senderDefinitionSchema },
  responses: {
    201: {
      description: "Created, with its secret.",
      content: { kind: "json", schema: newSenderSchema },
    },
  },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;

export const rotateFindingSender = {
  method: "POST",
  path: "/v1/finding-senders/{id}/rotate-secret",
  summary: "Give a sender another secret",
  description: "The old one counts beside it until it ends.",
  callers: { operator: "revocations:approve" },
  params: senderParams,
  body: { kind: "json", schema: rotateSenderSecretSchema },
  responses: {
    200: {
      description: "The sender, with the new secret.",
      content: { kind: "json", schema: newSenderSchema },
    },
  },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;

export const deleteFindingSender = {
  method: "DELETE",
  path: "/v1/finding-senders/{id}",
  summary: "Take no more findings of a sender",
  callers: { operator: "revocations:approve" },
  params: senderParams,
  responses: { 200: { description: "What is gone.", content: { kind: "json", schema: senderSchema } } },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
