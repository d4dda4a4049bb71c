// The event schemas that senders may rely on, as JSON Schema 2020-12, by the file name they are published under.
import * as z from "zod";
import { compromiseReportedDetailType, compromiseReportedSchema } from "./compromise-reported.ts";

export function publishedSchemas(): Readonly<Record<string, unknown>> {
  return {
    "certificate-compromise-reported.v1.schema.json": {
      ...z.toJSONSchema(compromiseReportedSchema, { io: "input" }),
      title: compromiseReportedDetailType,
      description: "The detail of the event. Any source but `edgecert` may put it on the bus.",
    },
  };
}
