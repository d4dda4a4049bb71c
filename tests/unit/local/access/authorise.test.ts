// Who calls, and what the caller's role says to it.
import { afterEach, expect, it, vi } from "vitest";
import { functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import { targets } from "#functions/catalogue/grant.ts";
import type { TargetArns } from "#functions/catalogue/policy.ts";
import { accessKeyOf, authoriser, type GrantUse, isFunction } from "#local/access/authorise.ts";

// Every target has an ARN of its own name.
const arns = Object.fromEntries(targets.map(target => [target, [`arn:${target}`]])) as unknown as TargetArns;
const rows = (action: string, ...partitions: readonly string[]) => ({
  action: `dynamodb:${action}`,
  resource: "arn:table",
  context: { "dynamodb:LeadingKeys": partitions },
});
const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
afterEach(() => told.mockClear());

it("no two functions share a key, and each key is one that DynamoDB Local takes", () => {
  const keys = Object.keys(functionCatalogue).map(accessKeyOf);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) {
    expect(key).toMatch(/^[a-z0-9]{4,128}$/);
    expect(isFunction(key)).toBe(true);
  }
  expect(isFunction("operator")).toBe(false);
});

it("allows a request only when all that it needs is allowed, and tells whoever runs the cloud what is not", () => {
  const authorise = authoriser({ accountId: "1", arns: () => arns });
  const key = accessKeyOf("put-lot");
  expect(authorise(key, [rows("PutItem", "AUDIT#1"), rows("UpdateItem", "LOT#1")])).toBeUndefined();
  expect(told).not.toHaveBeenCalled();
  const denial = authorise(key, [rows("UpdateItem", "LOT#1"), rows("UpdateItem", "AUDIT#1")]);
  expect(denial).toContain(
    "put-lot is not authorized to perform: dynamodb:UpdateItem on resource: arn:table",
  );
  expect(told).toHaveBeenCalledWith(expect.stringContaining("packages/functions/src/catalogue/grants.ts"));
});

it("lets an administrator do everything", () => {
  const authorise = authoriser({ accountId: "1", arns: () => arns });
  expect(authorise("operator", [rows("DeleteItem", "AUDIT#1")])).toBeUndefined();
});

it("follows the stage: a resource that comes is allowed, and one that goes is not", () => {
  let current: TargetArns = { ...arns, issuingCas: [] };
  const authorise = authoriser({ accountId: "1", arns: () => current });
  const collect = () =>
    authorise(accessKeyOf("post-certificates"), [{ action: "acm-pca:GetCertificate", resource: "arn:ca/2" }]);
  expect(collect()).toContain("acm-pca:GetCertificate");
  current = { ...current, issuingCas: ["arn:ca/1", "arn:ca/2"] };
  expect(collect()).toBeUndefined();
  current = { ...current, issuingCas: ["arn:ca/1"] };
  expect(collect()).toContain("acm-pca:GetCertificate");
});

it("names each grant that a call has used, and none of a call that it refused", () => {
  const uses: GrantUse[] = [];
  const authorise = authoriser({ accountId: "1", arns: () => arns, onUse: use => uses.push(use) });
  const key = accessKeyOf("get-claims");
  authorise(key, [rows("Query", "CLAIMS#acme"), rows("BatchGetItem", "CLAIM#1", "CLAIM#2")]);
  authorise(key, [rows("Query", "CLAIMS#acme"), rows("PutItem", "CLAIM#1")]);
  expect(uses.map(({ use }) => use)).toEqual([
    "dynamodb:Query table CLAIMS#*",
    "dynamodb:BatchGetItem table CLAIM#*",
  ]);
});
