// The event schemas that senders and consumers may rely on, as JSON Schema 2020-12, by the file name they are published under.
import * as z from "zod";
import { authorityStateChangedDetailType, authorityStateChangedSchema } from "./authority-state-changed.ts";
import { awaitingApprovalDetailType, awaitingApprovalSchema } from "./awaiting-approval.ts";
import { compromiseReportedDetailType, compromiseReportedSchema } from "./compromise-reported.ts";
import {
  expiringDetailType,
  expiringSchema,
  renewalDueDetailType,
  renewalDueSchema,
} from "./renewal-events.ts";
import { revocationEffectiveDetailType, revocationEffectiveSchema } from "./revocation-effective.ts";
import { rotationEndedDetailType, rotationEndedSchema } from "./rotation-ended.ts";
import {
  supersededDetailType,
  supersededReturnedDetailType,
  supersededReturnedSchema,
  supersededSchema,
} from "./superseded-events.ts";

export function publishedSchemas(): Readonly<Record<string, unknown>> {
  return {
    "certificate-compromise-reported.v1.schema.json": {
      ...z.toJSONSchema(compromiseReportedSchema, { io: "input" }),
      title: compromiseReportedDetailType,
      description: "The detail of the event. Any source but `edgecert` may put it on the bus.",
    },
    "certificate-renewal-due.v1.schema.json": {
      ...z.toJSONSchema(renewalDueSchema, { io: "input" }),
      title: renewalDueDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "certificate-expiring.v1.schema.json": {
      ...z.toJSONSchema(expiringSchema, { io: "input" }),
      title: expiringDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "revocation-effective.v1.schema.json": {
      ...z.toJSONSchema(revocationEffectiveSchema, { io: "input" }),
      title: revocationEffectiveDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "revocation-awaiting-approval.v1.schema.json": {
      ...z.toJSONSchema(awaitingApprovalSchema, { io: "input" }),
      title: awaitingApprovalDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "rotation-ended.v1.schema.json": {
      ...z.toJSONSchema(rotationEndedSchema, { io: "input" }),
      title: rotationEndedDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "authority-state-changed.v1.schema.json": {
      ...z.toJSONSchema(authorityStateChangedSchema, { io: "input" }),
      title: authorityStateChangedDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "certificate-superseded.v1.schema.json": {
      ...z.toJSONSchema(supersededSchema, { io: "input" }),
      title: supersededDetailType,
      description: "The detail of the event. Members may be added.",
    },
    "superseded-certificate-returned.v1.schema.json": {
      ...z.toJSONSchema(supersededReturnedSchema, { io: "input" }),
      title: supersededReturnedDetailType,
      description: "The detail of the event. Members may be added.",
    },
  };
}
