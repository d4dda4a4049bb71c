// What the rules' routes share.
import type { PutRuleDeps } from "#core/automation/put-rule.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";

export type RulesDeps = AuthenticateDeps & PutRuleDeps;
