// Each route of the API has its contract, and each contract its route: what has none is not published.
import { describe, expect, it } from "vitest";
import { apiRoutes } from "#functions/catalogue/function-catalogue.ts";
import { contracts } from "#functions/contract/contracts.ts";
import type { RouteContract } from "#functions/http/contract.ts";

const all = Object.entries<readonly RouteContract[]>(contracts).flatMap(([functionName, routes]) =>
  routes.map(contract => ({
    functionName,
    contract,
    routeKey: `${contract.method} ${contract.path}`,
  })),
);

it("the catalogue's routes and the contracts are the same, function by function", () => {
  const ordered = (pairs: readonly { readonly routeKey: string; readonly functionName: string }[]) =>
    pairs.map(({ routeKey, functionName }) => `${routeKey} → ${functionName}`).sort();
  expect(ordered(all)).toEqual(ordered(apiRoutes()));
});

describe.each(all)("the contract of $routeKey", ({ contract }) => {
  it("describes the variables of its path, and no others", () => {
    const variables = [...contract.path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => name);
    if (contract.params !== undefined)
      expect(Object.keys(contract.params.shape).sort()).toEqual(variables.sort());
  });

  it("has an answer that is no refusal, and names each problem once", () => {
    expect(Object.keys(contract.responses).some(status => status.startsWith("2"))).toBe(true);
    expect([...new Set(contract.problems)]).toEqual(contract.problems);
  });

  it("documents a 404 when its path holds an id", () => {
    if (contract.path.includes("{id}")) expect(contract.problems).toContain("resource.not_found");
  });
});
