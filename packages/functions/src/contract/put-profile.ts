// PUT /v1/profiles/{name}.
import * as z from "zod";
import { profileNameSchema } from "#core/name.ts";
import { profileDefinitionSchema } from "#core/profile/put-profile.ts";
import type { RouteContract } from "../http/contract.ts";
import { profileSchema } from "./profile.ts";

const putProfileParams = z.object({ name: profileNameSchema });

export const putProfile = {
  method: "PUT",
  path: "/v1/profiles/{name}",
  summary: "Record a profile of one's own",
  description:
    "`version` is the version that this one replaces; a new profile has none. It counts for requests that come from " +
    "then on, within five seconds.",
  callers: { operator: "authorities:write" },
  params: putProfileParams,
  body: { kind: "json", schema: profileDefinitionSchema },
  responses: { 200: { description: "The profile.", content: { kind: "json", schema: profileSchema } } },
  problems: ["resource.not_found", "profile.built_in", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
