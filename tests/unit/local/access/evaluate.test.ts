// IAM's evaluation of statements: allowed only by action, resource and condition together.
import { describe, expect, it } from "vitest";
import type { Statement } from "#functions/catalogue/policy.ts";
import { matcherOf, policyOf } from "#local/access/evaluate.ts";

const template = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1";
const statements: readonly Statement[] = [
  {
    Effect: "Allow",
    Action: ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
    Resource: ["arn:table"],
    Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["CLAIM#*", "AUTHORITIES"] } },
  },
  {
    Effect: "Allow",
    Action: ["acm-pca:IssueCertificate"],
    Resource: ["arn:ca/1", "arn:ca/2"],
    Condition: { StringEquals: { "acm-pca:TemplateArn": [template] } },
  },
  { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:bucket/audit-report/*"] },
];
const allows = policyOf(statements);

const rows = (action: string, ...partitions: readonly string[]) =>
  allows({ action, resource: "arn:table", context: { "dynamodb:LeadingKeys": partitions } });

describe("a role", () => {
  it.each([
    ["one partition that it names", ["CLAIM#1"], true],
    ["several, all of which it names", ["CLAIM#1", "AUTHORITIES"], true],
    ["several, one of which it does not", ["CLAIM#1", "KEY#1"], false],
    ["one whose name only begins like its own", ["CLAIMS#acme"], false],
    ["one whose name goes on after an exact one", ["AUTHORITIES#1"], false],
    ["one that is the bare prefix", ["CLAIM#"], true],
  ] as const)("that asks for %s", (_what, partitions, expected) => {
    expect(rows("dynamodb:BatchGetItem", ...partitions)).toBe(expected);
  });

  it("may not do on a resource what it may do on another", () => {
    expect(allows({ action: "dynamodb:GetItem", resource: "arn:other" })).toBe(false);
    expect(rows("dynamodb:PutItem", "CLAIM#1")).toBe(false);
  });

  it("issues from its template only, and from none that the request leaves out", () => {
    const issue = (context?: Readonly<Record<string, readonly string[]>>) =>
      allows({ action: "acm-pca:IssueCertificate", resource: "arn:ca/2", ...(context && { context }) });
    expect(issue({ "acm-pca:TemplateArn": [template] })).toBe(true);
    expect(issue({ "acm-pca:TemplateArn": [template.replace("APIPassthrough", "CSRPassthrough")] })).toBe(
      false,
    );
    expect(issue()).toBe(false);
  });

  it("may do nothing by a condition that is not understood", () => {
    const unknown = { Condition: { NumericLessThan: { "s3:max-keys": ["10"] } } };
    const odd = policyOf([{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:b/1"], ...unknown }]);
    expect(odd({ action: "s3:GetObject", resource: "arn:b/1" })).toBe(false);
  });
});

describe("a pattern", () => {
  it.each([
    ["arn:bucket/audit-report/*", "arn:bucket/audit-report/ca/1.json", true],
    ["arn:bucket/audit-report/*", "arn:bucket/other/1.json", false],
    ["a*c", "abbc", true],
    ["a*c", "abbcd", false],
    ["a.c", "abc", false],
    ["exact", "exact", true],
    ["exact", "exactly", false],
  ] as const)("%s of %s", (pattern, value, expected) => {
    expect(matcherOf(pattern)(value)).toBe(expected);
  });
});
