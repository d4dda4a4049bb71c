// GET /problems/{code}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";

export const getProblem = {
  method: "GET",
  path: "/problems/{code}",
  summary: "What a problem means, its likely causes and what to do",
  callers: "anybody",
  params: z.object({
    code: z.string().meta({ description: "A problem's `code`, `findings` or `README`; `.md` may follow" }),
  }),
  responses: {
    200: {
      description: "Markdown.",
      headers: ["cache-control"],
      content: { kind: "text", mediaTypes: ["text/markdown; charset=utf-8"] },
    },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
