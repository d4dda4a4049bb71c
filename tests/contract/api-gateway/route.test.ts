// Which route takes a request: specificity, parameters, refusal of bad tables.

import { expect, it } from "vitest";
import { matchRoute, parseRoutes } from "#local/api-gateway/route.ts";

const routes = parseRoutes(
  [
    "$default",
    "ANY /v1/{proxy+}",
    "GET /v1/certificates/{id}",
    "ANY /v1/certificates/{id}",
    "GET /v1/certificates/mine",
    "POST /v1/certificates",
    "GET /",
  ].map(routeKey => ({ routeKey, functionName: "fn" })),
);
const keyFor = (method: string, path: string) => matchRoute(routes, method, path)?.route.routeKey;

it.each([
  ["GET", "/", "GET /"],
  ["GET", "/v1/certificates/mine", "GET /v1/certificates/mine"],
  ["GET", "/v1/certificates/other", "GET /v1/certificates/{id}"],
  ["PUT", "/v1/certificates/mine", "ANY /v1/certificates/{id}"],
  ["POST", "/v1/certificates", "POST /v1/certificates"],
  ["POST", "/v1/certificates/", "ANY /v1/{proxy+}"],
  ["GET", "/v1/certificates/a/b", "ANY /v1/{proxy+}"],
  ["GET", "/v2", "$default"],
  ["POST", "/", "$default"],
])("sends %s %s to %s", (method, path, key) => {
  expect(keyFor(method, path)).toBe(key);
});

it("finds nothing without a $default route", () => {
  const one = parseRoutes([{ routeKey: "GET /a", functionName: "fn" }]);
  expect(matchRoute(one, "POST", "/a")).toBeUndefined();
  expect(matchRoute(one, "GET", "/a/")).toBeUndefined();
  expect(matchRoute(one, "GET", "/a")).toBeDefined();
});

it.each(["get /a", "GET a", "/a", "GET /{x+}/b", ""])("refuses the route key %o", routeKey => {
  expect(() => parseRoutes([{ routeKey, functionName: "fn" }])).toThrow();
});

it("refuses a route that is defined twice", () => {
  const route = { routeKey: "GET /a", functionName: "fn" };
  expect(() => parseRoutes([route, route])).toThrow("twice");
});
