// The published document: an OpenAPI 3.1 document by an independent validator, up to date, and with what callers rely on.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { problemCodes, statusOf } from "#functions/http/problem.ts";
import { openApiDocument } from "#functions/openapi/document.ts";

type Operation = {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Readonly<Record<string, { readonly headers?: object; readonly content?: object }>>;
};
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document; // The tests below check the shape.
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);
const operationOf = (name: string): Operation | undefined =>
  operations.find(candidate => candidate.name === name)?.operation;

it("docs/openapi.json is up to date (npm run schemas)", () => {
  const published = readFileSync(join(import.meta.dirname, "../../../../docs/openapi.json"), "utf8");
  // Not a difference of two documents: thousands of lines would say less than this sentence.
  expect(isDeepStrictEqual(JSON.parse(published), document), "run npm run schemas").toBe(true);
});

it("is a valid OpenAPI 3.1 document", async () => {
  expect(document.openapi).toBe("3.1.0");
  expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
});

it("has no reference that leads nowhere, and no schema that does not compile", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, "openapi");
  const references = new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference),
  );
  expect([...references].filter(reference => !reference?.startsWith("#/components/"))).toEqual([]);
  for (const reference of references) ajv.compile({ $ref: `openapi${reference}` });
});

it("names each operation once", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect([...new Set(ids)]).toEqual(ids);
});

describe("what callers rely on", () => {
  it("an idempotency key may be sent with an enrolment", () => {
    expect(operationOf("post /v1/certificates")?.parameters).toContainEqual(
      expect.objectContaining({ name: "Idempotency-Key", in: "header", required: false }),
    );
  });

  it.each([
    { name: "post /v1/certificates", status: "201", header: "Location" },
    { name: "post /v1/certificates", status: "202", header: "Retry-After" },
    { name: "post /v1/certificates", status: "503", header: "Retry-After" },
    { name: "get /v1/certificates", status: "200", header: "Link" },
  ])("$name $status has $header", ({ name, status, header }) => {
    expect(operationOf(name)?.responses[status]?.headers).toHaveProperty(header);
  });

  it.each([
    {
      name: "post /v1/certificates",
      security: [{ clientCertificate: ["factory"] }, { operatorToken: ["certificates:write"] }],
    },
    {
      name: "get /v1/certificates",
      security: [{ clientCertificate: [] }, { operatorToken: ["certificates:read"] }],
    },
    { name: "post /v1/authorities", security: [{ operatorToken: ["authorities:write"] }] },
    { name: "get /openapi.json", security: [] },
  ])("$name says who may call it", ({ name, security }) => {
    expect(operationOf(name)?.security).toEqual(security);
  });

  it("every code is in the schema of a problem", () => {
    expect(document.components.schemas["Problem"]).toMatchObject({
      properties: { code: { enum: [...problemCodes] } },
    });
  });

  it.each(operations)("$name lists each refusal under its own status", ({ operation }) => {
    for (const [status, response] of Object.entries(operation.responses)) {
      const codes = problemCodesIn(response);
      expect(codes.map(statusOf)).toEqual(codes.map(() => Number(status)));
    }
    expect(problemCodesIn(operation.responses["500"] ?? {})).toEqual(["internal"]);
  });
});

function problemCodesIn(response: { readonly content?: object }): readonly (typeof problemCodes)[number][] {
  const { "application/problem+json": problem } = (response.content ?? {}) as {
    "application/problem+json"?: {
      schema: { properties: { code: { enum: (typeof problemCodes)[number][] } } };
    };
  }; // The generator's shape, one level above what the validator has checked.
  return problem?.schema.properties.code.enum ?? [];
}
