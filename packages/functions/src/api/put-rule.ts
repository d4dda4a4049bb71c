// PUT /v1/rules/{id}: record a rule, or put another in a built-in one's place.
import { putRule, ruleDefinitionSchema } from "#core/automation/put-rule.ts";
import { fail } from "#core/error.ts";
import { automationIdSchema } from "#core/name.ts";
import { rulesDeps } from "../deps/automation.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRule } from "./present-rule.ts";
import type { RulesDeps } from "./rules-deps.ts";

export function putRuleRoute(deps: RulesDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = readId(event.pathParameters?.["id"]);
    const definition = parseBody(ruleDefinitionSchema, readJson(event));
    return {
      status: 200,
      body: presentRule(await putRule(deps, { caller, id, requestId, definition })),
    };
  };
}

function readId(text: string | undefined): string {
  const id = automationIdSchema.safeParse(text);
  if (id.success) return id.data;
  const detail = id.error.issues[0]?.message ?? "";
  return fail("request.malformed", { findings: [{ code: "rule.id", detail, pointer: "" }] });
}

export const handler = lazily(() => httpHandler("PUT /v1/rules/{id}", putRuleRoute(rulesDeps())));
