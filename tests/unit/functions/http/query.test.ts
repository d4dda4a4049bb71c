// A query string is refused as a body is: every finding at once, each naming its parameter.
import { describe, expect, it } from "vitest";
import { listQuerySchema } from "#functions/contract/get-certificates.ts";
import { parseQuery } from "#functions/http/query.ts";
import { anHttpEvent } from "#support/http-event.ts";

const parse = (queryStringParameters: Readonly<Record<string, string>>) =>
  parseQuery(listQuerySchema, { ...anHttpEvent(), queryStringParameters });

const refusedFor = (...parameters: readonly string[]) =>
  expect.objectContaining({
    code: "request.malformed",
    data: {
      findings: parameters.map(name => ({
        code: expect.stringMatching(/^schema\./),
        detail: expect.stringMatching(new RegExp(`^query parameter ${name}: `)),
        pointer: "",
      })),
    },
  });

describe("the query of a listing", () => {
  it("may be empty, and asks for 50 then", () => {
    expect(parseQuery(listQuerySchema, anHttpEvent())).toEqual({ limit: "50" });
  });

  it.each([
    { limit: "1" },
    { limit: "200" },
    { limit: "50", state: "held" },
    { limit: "50", "expires-before": "2026-03-01T12:00:00Z" },
    { limit: "50", tenant: "acme", holder: "pump:1", lot: "w.47", authority: "m1" },
    { limit: "50", cursor: "A-z_9" },
  ])("may be %j", query => {
    expect(parse(query)).toEqual(query);
  });

  it.each([
    { query: { limit: "0" }, names: ["limit"] },
    { query: { limit: "201" }, names: ["limit"] },
    { query: { limit: "1e1" }, names: ["limit"] },
    { query: { limit: "-1" }, names: ["limit"] },
    { query: { limit: "" }, names: ["limit"] },
    { query: { limit: "10,20" }, names: ["limit"] },
    { query: { state: "Active" }, names: ["state"] },
    { query: { state: "active,held" }, names: ["state"] },
    { query: { "expires-before": "2026-03-01" }, names: ["expires-before"] },
    { query: { "expires-before": "2026-03-01T12:00:00+01:00" }, names: ["expires-before"] },
    { query: { cursor: "a.b" }, names: ["cursor"] },
    { query: { cursor: "a".repeat(257) }, names: ["cursor"] },
    { query: { tenant: "Acme" }, names: ["tenant"] },
    { query: { tenants: "acme" }, names: ["tenants"] },
    { query: { state: "gone", tenant: "", limit: "x" }, names: ["tenant", "state", "limit"] },
  ])("$query is refused for $names", ({ query, names }) => {
    expect(() => parse(query)).toThrow(refusedFor(...names));
  });
});
