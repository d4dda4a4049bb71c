// What every route owes its callers before its own code runs.
import type { Context } from "aws-lambda";
import { expect, it } from "vitest";
import { httpHandler } from "#functions/http/route.ts";
import { anHttpEvent } from "#support/http-event.ts";

const handler = httpHandler("GET /v1/claims/{id}", async ({ pathParameters }) => ({
  status: 200,
  body: { length: pathParameters?.["id"]?.length },
}));

const answerTo = (id: string) =>
  // The stack takes nothing from Lambda's context.
  handler({ ...anHttpEvent(), pathParameters: { id } }, {} as Context);

it("hands a name of 256 characters to its route", async () => {
  expect(await answerTo("a".repeat(256))).toMatchObject({ statusCode: 200, body: '{"length":256}' });
});

// A key of DynamoDB holds 1,024 bytes: such a name would have been an internal error of the table.
it.each([257, 8_000])("answers 404 to a name of %i characters, which nothing can have", async length => {
  const answer = await answerTo("a".repeat(length));
  expect(answer).toMatchObject({
    statusCode: 404,
    headers: { "content-type": "application/problem+json" },
  });
  expect(JSON.parse(answer.body ?? "")).toMatchObject({ code: "resource.not_found" });
});
