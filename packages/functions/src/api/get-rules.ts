// GET /v1/rules: all of them, in the order they are tried.
import { rulesInForce } from "#core/automation/rule.ts";
import { requireScope } from "#core/caller.ts";
import { rulesDeps } from "../deps/automation.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRule } from "./present-rule.ts";
import type { RulesDeps } from "./rules-deps.ts";

export function getRulesRoute(deps: RulesDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    return { status: 200, body: { rules: rulesInForce(await deps.rules.listRules()).map(presentRule) } };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/rules", getRulesRoute(rulesDeps())));
