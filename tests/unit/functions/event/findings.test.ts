// The functions that the bus starts: what they refuse before anything is looked up, and what the dead-letter queue is
// told of it.
import type { Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { AppError } from "#core/error.ts";
import { explained, ownAccountOf } from "#functions/event/bus-event.ts";
import { compromiseReported } from "#functions/event/compromise-reported.ts";
import { serviceFinding } from "#functions/event/service-finding.ts";
import { automationWorld, ownAccount } from "#support/automation-world.ts";
import { aCertificate } from "#support/records.ts";

// The handlers read nothing else of it.
const context = {
  invokedFunctionArn: `arn:aws:lambda:us-east-1:${ownAccount}:function:compromise-reported`,
} as Context;
const certificate = aCertificate();
const event = (parts: object = {}) => ({
  version: "0",
  id: "7bf73129-1428-4cd3-a780-95db273d1602",
  "detail-type": "Certificate Compromise Reported",
  source: "soc.example",
  account: ownAccount,
  time: "2026-03-01T12:00:00Z",
  region: "us-east-1",
  resources: [],
  detail: { version: "1", certificate: { serial: certificate.serial } },
  ...parts,
});

describe("a report", () => {
  it("is handled under the id, source and account of its envelope", async () => {
    const world = automationWorld([certificate]);
    const result = await compromiseReported(world.deps)(event(), context);
    expect(result).toMatchObject({ finding: { sender: "soc.example", findingId: event().id } });
    expect(world.revoked()).toEqual([certificate.id]);
  });

  it.each([
    { name: "another account", parts: { account: "999999999999" }, told: "event.refused: no rule" },
    {
      name: "another schema version",
      parts: { detail: { version: "2", certificate: { serial: "4a" } } },
      told: "event.malformed: /version ",
    },
    { name: "no certificate", parts: { detail: { version: "1" } }, told: "event.malformed: /certificate " },
    { name: "no detail", parts: { detail: null }, told: "event.malformed: / " },
    { name: "no time", parts: { time: "now" }, told: "event.malformed: /time " },
  ])("with $name is refused, and the queue is told why", async ({ parts, told }) => {
    const world = automationWorld([certificate]);
    await expect(compromiseReported(world.deps)(event(parts), context)).rejects.toThrow(told);
    expect(world.audits).toEqual([]);
  });

  it.each([undefined, null, 7, "event", []])("that is %j is malformed, and no crash", async nothing => {
    await expect(compromiseReported(automationWorld([]).deps)(nothing, context)).rejects.toThrow(
      "event.malformed",
    );
  });
});

describe("a finding of a service", () => {
  const guardDuty = (sha256: string) =>
    event({
      source: "aws.guardduty",
      "detail-type": "GuardDuty Finding",
      detail: {
        schemaVersion: "2.0",
        id: "49",
        type: "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
        severity: 8,
        updatedAt: "2026-03-01T11:33:39.139Z",
        resource: {
          resourceType: "AccessKey",
          accessKeyDetails: { principalId: `AROA:${sha256}`, userType: "AssumedRole" },
        },
      },
    });

  it("about a certificate of ours is acted upon, and about any other is nobody's mistake", async () => {
    const world = automationWorld([certificate]);
    expect(await serviceFinding(world.deps)(guardDuty(certificate.sha256), context)).toMatchObject({
      outcome: "applied",
      action: "hold",
    });
    const other = await serviceFinding(automationWorld([]).deps)(guardDuty("ab".repeat(32)), context);
    expect(other).toEqual({ outcome: "ignored", why: "the certificate is none of ours" });
  });

  it("under a name or from a source that is not known is refused", async () => {
    const handle = serviceFinding(automationWorld([]).deps);
    const detail = guardDuty(certificate.sha256).detail;
    for (const parts of [
      { source: "aws.guardduty", "detail-type": "GuardDuty Something" },
      { source: "soc.example", "detail-type": "GuardDuty Finding" },
    ]) {
      await expect(handle(event({ ...parts, detail }), context)).rejects.toThrow("event.refused");
    }
  });
});

describe("what a person finds in the queue", () => {
  it("is the refusal with its reason; a fault of ours says nothing more than it is", () => {
    const findings = [{ code: "serial.malformed", detail: "not a serial", pointer: "/certificate/serial" }];
    expect(explained(new AppError("event.malformed", { findings }))).toMatchObject({
      name: "AppError",
      message: "event.malformed: /certificate/serial not a serial",
    });
    const fault = new Error("the table is out");
    expect(explained(fault)).toBe(fault);
    const unknown = new AppError("resource.not_found", { kind: "certificate" });
    expect(explained(unknown)).toBe(unknown);
  });

  it("the function's own account is that of its ARN", () => {
    expect(ownAccountOf(context)).toBe(ownAccount);
  });
});
