// GET /v1/rules/{id}: one rule, as it is now.
import { rulesInForce } from "#core/automation/rule.ts";
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { rulesDeps } from "../deps/automation.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRule } from "./present-rule.ts";
import type { RulesDeps } from "./rules-deps.ts";

export function getRuleRoute(deps: RulesDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const id = event.pathParameters?.["id"];
    const rule = rulesInForce(await deps.rules.listRules()).find(each => each.id === id);
    if (rule === undefined) fail("resource.not_found", { kind: "rule" });
    return { status: 200, body: presentRule(rule) };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/rules/{id}", getRuleRoute(rulesDeps())));
