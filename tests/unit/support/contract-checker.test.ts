// The check behind every flow test sees an answer that is not as documented, whichever way it differs.
import { expect, it } from "vitest";
import { contractChecker, violationOf } from "#support/contract-checker.ts";

const health = "GET /v1/health";
const answer = (status: number, body: unknown, type = "application/json") => ({
  status,
  headers: [["content-type", type]] as const,
  body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
});
const problem = {
  type: "/problems/internal",
  title: "Something went wrong on our side",
  status: 500,
  instance: "urn:edgecert:request:r1",
  code: "internal",
};
const problemType = "application/problem+json";

it.each([
  { name: "an answer as documented", response: answer(200, { status: "ok" }) },
  { name: "a refusal as documented", response: answer(500, problem, problemType) },
  { name: "the gateway's own answer", response: answer(500, { message: "Internal Server Error" }) },
])("takes $name", ({ response }) => {
  expect(violationOf(health, response)).toBeUndefined();
});

it.each([
  { name: "an unknown status", response: answer(204, ""), says: /no such status/ },
  { name: "an unknown member", response: answer(200, { status: "ok", more: 1 }), says: /unevaluated/ },
  { name: "a member of the wrong type", response: answer(200, { status: 1 }), says: /must be string/ },
  { name: "a missing member", response: answer(200, {}), says: /required/ },
  { name: "another media type", response: answer(200, "ok", "text/plain"), says: /no text\/plain/ },
  { name: "a refusal as plain JSON", response: answer(500, problem), says: /no application\/json/ },
  {
    name: "a code that the route does not name",
    response: answer(500, { ...problem, code: "lot.revoked" }, problemType),
    says: /code/,
  },
  {
    name: "a refusal with an unknown member",
    response: answer(500, { ...problem, stack: "" }, problemType),
    says: /unevaluated/,
  },
  {
    name: "an unknown member that is dressed as the gateway's",
    response: answer(200, { message: "Ok" }),
    says: /required/,
  },
])("refuses $name", ({ response, says }) => {
  expect(violationOf(health, response)).toMatch(says);
});

it("refuses a route without a contract", () => {
  expect(violationOf("GET /v1/nothing", answer(200, {}))).toMatch(/no such route/);
});

it("looks into nested members", () => {
  const page = { certificates: [{ id: "m1-0a", more: 1 }] };
  expect(violationOf("GET /v1/certificates", answer(200, page))).toMatch(/certificates\/0/);
});

it("looks at every line of NDJSON", () => {
  const line = { line: 1, type: "/problems/internal", title: "No", status: 500, code: "internal" };
  const linesOf = (...lines: readonly object[]) =>
    answer(200, lines.map(one => `${JSON.stringify(one)}\n`).join(""), "application/x-ndjson");
  const lots = "POST /v1/lots/{lot}/enrolments";
  expect(violationOf(lots, linesOf(line, { ...line, line: 2 }))).toBeUndefined();
  expect(violationOf(lots, linesOf(line, { ...line, line: "2" }))).toMatch(/line/);
  expect(violationOf(lots, linesOf(line, { ...line, more: 1 }))).toMatch(/unevaluated/);
});

it("tells at the end which routes broke their contracts, each once", () => {
  const { onApiAnswer, verify } = contractChecker();
  onApiAnswer(health, answer(200, { status: "ok" }));
  expect(verify).not.toThrow();
  onApiAnswer(health, answer(200, {}));
  onApiAnswer(health, answer(200, {}));
  expect(verify).toThrow(/GET \/v1\/health 200: [^\n]+$/);
});
