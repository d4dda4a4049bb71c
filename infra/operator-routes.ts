// The routes that nobody but an operator may call, as their contracts say: there the gateway itself turns away whoever
// has no token with the scope, so that a fault in a handler opens none. All others are the functions' to judge.
import type { Scope } from "#core/caller.ts";
import { contracts } from "#functions/contract/contracts.ts";
import type { RouteContract } from "#functions/http/contract.ts";

const scopes: ReadonlyMap<string, Scope | undefined> = new Map(
  Object.values<RouteContract | readonly RouteContract[]>(contracts)
    .flat()
    .map(({ method, path, callers }) => [`${method} ${path}`, operatorsOnly(callers)]),
);

function operatorsOnly(callers: RouteContract["callers"]): Scope | undefined {
  return callers === "anybody" || callers.certificate !== undefined ? undefined : callers.operator;
}

/** `routeKey` as API Gateway has it, such as `PUT /v1/profiles/{name}`. Undefined for a route that others may call too. */
export function operatorScope(routeKey: string): Scope | undefined {
  return scopes.get(routeKey);
}
