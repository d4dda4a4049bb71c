// POST /v1/findings takes nothing that did not come through the edge, is too large, or is not signed; what it answers
// says what was done.
import { createHmac } from "node:crypto";
import type { Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { senderSecret } from "#core/automation/sender/sender.ts";
import { postFindingsRoute } from "#functions/api/post-findings.ts";
import { httpHandler } from "#functions/http/route.ts";
import { automationWorld } from "#support/automation-world.ts";
import { noon } from "#support/fixed-time.ts";
import { anHttpEvent, type HttpEventParts } from "#support/http-event.ts";
import { aCertificate } from "#support/records.ts";

const webhookKey = "k".repeat(32);
const secretId = "0f".repeat(16);
const certificate = aCertificate();
const context = { getRemainingTimeInMillis: () => 10_000 } as Context; // The stack reads nothing else of it.

function aWorld() {
  const world = automationWorld([certificate]);
  const sender = {
    id: "soc",
    secrets: [{ id: secretId, createdAt: noon }],
    version: 1,
    changedAt: noon,
    changedBy: "operator:ada",
  };
  const deps = {
    ...world.deps,
    findSender: async (id: string) => (id === "soc" ? sender : undefined),
    webhookKey,
  };
  const handle = httpHandler("POST /v1/findings", postFindingsRoute(deps));
  const post = async (body: string, parts: HttpEventParts = {}) => {
    const timestamp = String(noon.getTime() / 1_000);
    const key = await senderSecret(webhookKey, "soc", secretId);
    const headers = {
      "content-type": "application/json",
      "webhook-key-id": `soc.${secretId}`,
      "webhook-id": "msg_1",
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${createHmac("sha256", key).update(`msg_1.${timestamp}.${body}`).digest("base64")}`,
      ...parts.headers,
    };
    const answer = await handle(anHttpEvent({ body, ...parts, headers }), context);
    return { status: answer.statusCode, body: JSON.parse(String(answer.body)) };
  };
  return { ...world, post };
}

const finding = { version: "1", type: "leaked-key", certificate: { serial: certificate.serial } };
/** JSON of exactly so many bytes. */
const padded = (bytes: number): string => {
  const text = JSON.stringify(finding);
  return `${text}${" ".repeat(bytes - text.length)}`;
};

describe("a posted finding", () => {
  it("that a rule holds for is answered with what was done", async () => {
    const { post, statesOf } = aWorld();
    const { status, body } = await post(JSON.stringify(finding));
    expect([status, body]).toMatchObject([200, { outcome: "applied", rule: "webhooks", action: "hold" }]);
    expect(statesOf()).toEqual({ [certificate.id]: "held" });
  });

  it.each([
    [65_536, 200],
    [65_537, 413],
  ])("of %i bytes is answered with %i", async (bytes, status) => {
    expect((await aWorld().post(padded(bytes))).status).toBe(status);
  });

  it("in base64, as the gateway passes what it takes for binary, is signed as it was sent", async () => {
    const { post } = aWorld();
    const text = JSON.stringify(finding);
    const encoded = { body: Buffer.from(text).toString("base64"), isBase64Encoded: true };
    expect((await post(text, encoded)).status).toBe(200);
  });

  it.each([
    { name: "past the edge", parts: { originCertificate: null }, status: 401 },
    { name: "without a key id", parts: { headers: { "webhook-key-id": "" } }, status: 401 },
    { name: "signed with another body", parts: { body: `${JSON.stringify(finding)} ` }, status: 401 },
    { name: "as plain text", parts: { headers: { "content-type": "text/plain" } }, status: 415 },
  ])("$name is answered with $status, and nothing is done", async ({ parts, status }) => {
    const { post, audits } = aWorld();
    expect((await post(JSON.stringify(finding), parts)).status).toBe(status);
    expect(audits).toEqual([]);
  });

  it("that is signed and malformed is told all that is wrong", async () => {
    const { status, body } = await aWorld().post(JSON.stringify({ version: "2", type: "", severity: 11 }));
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      400,
      ["/version", "/type", "/severity", "/certificate"],
    ]);
  });
});
