// DELETE /v1/rules/{id}: take a rule back; a built-in one of the same id is in force again.
import { deleteRule } from "#core/automation/put-rule.ts";
import { rulesDeps } from "../deps/automation.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRule } from "./present-rule.ts";
import type { RulesDeps } from "./rules-deps.ts";

export function deleteRuleRoute(deps: RulesDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    return { status: 200, body: presentRule(await deleteRule(deps, { caller, id, requestId })) };
  };
}

export const handler = lazily(() => httpHandler("DELETE /v1/rules/{id}", deleteRuleRoute(rulesDeps())));
