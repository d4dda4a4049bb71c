// Whatever a route throws, the answer is a valid problem document that shows nothing of it.
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#core/error.ts";
import { toProblemResponse } from "#functions/http/problem.ts";
import { httpHandler } from "#functions/http/route.ts";
import { rootLogger } from "#functions/log.ts";

const internal = {
  type: "/problems/internal",
  title: "Something went wrong on our side",
  status: 500,
  instance: "urn:edgecert:request:request-1",
  code: "internal",
};

const secret = "hunter2-hunter2";
const anyError = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
  }),
  fc.string().map(text => new Error(text + secret, { cause: new TypeError(secret) })),
  fc
    .string()
    .map(text =>
      Object.assign(new Error(text), { statusCode: 403, expose: true, code: secret, data: secret }),
    ),
  fc.constant(new AppError("internal", {}, new Error(secret))),
  fc.constantFrom(secret, { toString: () => secret }, [secret]),
);

const event = { requestContext: { requestId: "request-1" }, headers: {} };
const handle = (thrown: unknown) =>
  httpHandler("any", () => Promise.reject(thrown))(
    event as unknown as APIGatewayProxyEventV2, // The handler reads the request id, and the route nothing.
    {} as Context,
  );

beforeAll(() => {
  rootLogger.setLogLevel("SILENT");
});

describe("anything that is thrown", () => {
  it("becomes the same constant document", () => {
    fc.assert(
      fc.property(anyError, thrown => {
        const { statusCode, headers, body } = toProblemResponse(thrown, "request-1");
        expect(JSON.parse(body)).toEqual(internal);
        expect([statusCode, headers["content-type"]]).toEqual([500, "application/problem+json"]);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves a handler as that document, and never as a throw", async () => {
    await fc.assert(
      fc.asyncProperty(anyError, async thrown => {
        const { statusCode, headers, body } = await handle(thrown);
        expect(JSON.parse(body ?? "")).toEqual(internal);
        expect([statusCode, headers?.["content-type"]]).toEqual([500, "application/problem+json"]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a refusal's own words", () => {
  const text = fc.string({ unit: "binary" });

  it("come through whole, as JSON, whatever characters a caller put into them", () => {
    const findings = fc.array(fc.record({ code: text, detail: text, pointer: text }));
    fc.assert(
      fc.property(findings, errors => {
        const { body } = toProblemResponse(
          new AppError("request.malformed", { findings: errors }),
          "request-1",
        );
        expect(JSON.parse(body)).toMatchObject({ status: 400, errors });
      }),
    );
  });
});
