// What AWS's services find becomes a finding about the certificate that they mean, and everything else about none.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findingOfDeviceDefender, securityHubDetailSchema } from "#core/automation/source/device-defender.ts";
import { findingOfGuardDuty, guardDutyDetailSchema } from "#core/automation/source/guardduty.ts";

const certificate = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

function fixture(name: string) {
  const file = join(import.meta.dirname, "../../../../fixtures/findings", `${name}.json`);
  // A fixture is an event as EventBridge delivers it.
  const { detail, time, ...event } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly id: string;
    readonly source: string;
    readonly account: string;
    readonly time: string;
    readonly detail: Record<string, unknown>;
  };
  return { event: { ...event, time: new Date(time) }, detail };
}

function defender(name: string, parts: Readonly<Record<string, unknown>> = {}) {
  const { event, detail } = fixture(`device-defender-${name}`);
  const [finding] = detail["findings"] as readonly [object];
  const changed = securityHubDetailSchema.parse({ findings: [{ ...finding, ...parts }] });
  return findingOfDeviceDefender(event, changed);
}

function guardDuty(name: string, parts: Readonly<Record<string, unknown>> = {}) {
  const { event, detail } = fixture(`guardduty-${name}`);
  return findingOfGuardDuty(event, guardDutyDetailSchema.parse({ ...detail, ...parts }));
}

describe("a Device Defender audit finding", () => {
  it("names the certificate by the hash that AWS IoT has for an id", () => {
    expect(defender("shared-certificate")).toMatchObject({
      source: "device-defender",
      sender: "aws.securityhub",
      account: "111122223333",
      type: "DEVICE_CERTIFICATE_SHARED_CHECK",
      severity: 9,
      selector: { sha256: certificate },
      reason: "keyCompromise",
      isClosed: false,
      actor: "event:aws.securityhub:8d1c2f7e-5f6a-4f0e-9d0d-0c8f6a1e2b31",
    });
  });

  it("may name it by its ARN", () => {
    expect(defender("revoked-still-active")).toMatchObject({
      type: "REVOKED_DEVICE_CERTIFICATE_STILL_ACTIVE_CHECK",
      selector: { sha256: certificate },
      reason: "privilegeWithdrawn",
      severity: 4,
    });
  });

  it("is the same finding in each audit, and another once it was made anew", () => {
    const again = defender("shared-certificate", { UpdatedAt: "2026-03-05T11:50:40.941Z" });
    expect(again?.id).toBe(defender("shared-certificate")?.id);
    const anew = defender("shared-certificate", { CreatedAt: "2026-03-05T11:50:40.941Z" });
    expect(anew?.id).not.toBe(again?.id);
  });

  it.each([
    { name: "archived", parts: { RecordState: "ARCHIVED" } },
    { name: "resolved by a person", parts: { Workflow: { Status: "RESOLVED" } } },
    { name: "suppressed by a person", parts: { Workflow: { Status: "SUPPRESSED" } } },
  ])("is closed when it is $name", ({ parts }) => {
    expect(defender("shared-certificate", parts)?.isClosed).toBe(true);
  });

  it("says when it was archived", () => {
    expect(defender("archived")).toMatchObject({ isClosed: true, at: new Date("2026-03-02T11:50:12.007Z") });
  });

  it.each([
    { name: "a summary of a check", of: () => defender("check-summary") },
    {
      name: "a policy",
      of: () =>
        defender("shared-certificate", { Resources: [{ Type: "AwsIotPolicy", Id: "policyexample" }] }),
    },
  ])("about $name is about no certificate", ({ of }) => {
    expect(of()).toBeUndefined();
  });

  it.each([
    { name: "another schema version", parts: { SchemaVersion: "2019-01-01" } },
    { name: "another product", parts: { ProductArn: "arn:aws:securityhub:us-east-1::product/aws/macie" } },
    { name: "no account", parts: { AwsAccountId: "unknown" } },
    { name: "no time", parts: { UpdatedAt: "yesterday" } },
  ])("with $name is malformed", ({ parts }) => {
    expect(() => defender("shared-certificate", parts)).toThrow();
  });

  it("does not come with another beside it", () => {
    const { detail } = fixture("device-defender-shared-certificate");
    const [finding] = detail["findings"] as readonly [object];
    expect(securityHubDetailSchema.safeParse({ findings: [finding, finding] }).success).toBe(false);
    expect(securityHubDetailSchema.safeParse({ findings: [] }).success).toBe(false);
  });
});

describe("a GuardDuty finding", () => {
  it("names the certificate that a session was traded for, by serial or by hash", () => {
    expect(guardDuty("roles-anywhere-session")).toMatchObject({
      source: "guardduty",
      type: "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom",
      severity: 8,
      selector: { serial: "e8cbd2bedb122329f97706bcfec990f8" },
      reason: "unspecified",
    });
    expect(guardDuty("iot-session")?.selector).toEqual({ sha256: certificate });
  });

  it.each([
    ["a person's session", "AROAIOSFODNN7EXAMPLE:ada@example.com"],
    ["an account's number", "AROAIOSFODNN7EXAMPLE:111122223333"],
    ["15 digits", `AROAIOSFODNN7EXAMPLE:${"a".repeat(15)}`],
    ["41 digits", `AROAIOSFODNN7EXAMPLE:${"a".repeat(41)}`],
    ["nothing at all", "AROAIOSFODNN7EXAMPLE"],
  ])("of %s is about no certificate", (_name, principalId) => {
    const resource = {
      resourceType: "AccessKey",
      accessKeyDetails: { principalId, userType: "AssumedRole" },
    };
    expect(guardDuty("person", { resource })).toBeUndefined();
  });

  it("of an instance, or of a user who is no session, is about no certificate", () => {
    expect(guardDuty("person", { resource: { resourceType: "Instance" } })).toBeUndefined();
    const resource = {
      resourceType: "AccessKey",
      accessKeyDetails: { principalId: certificate, userType: "IAMUser" },
    };
    expect(guardDuty("person", { resource })).toBeUndefined();
  });

  it("is closed once it is archived, and malformed in another schema's version", () => {
    expect(guardDuty("iot-session", { service: { archived: true } })?.isClosed).toBe(true);
    expect(() => guardDuty("iot-session", { schemaVersion: "3.0" })).toThrow();
  });
});
