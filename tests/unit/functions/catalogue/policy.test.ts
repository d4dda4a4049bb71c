// How grants become the statements of a role.
import { describe, expect, it } from "vitest";
import { batchGet, get, may, query, queryDue, querySlots, targets } from "#functions/catalogue/grant.ts";
import { statementsOf, type TargetArns } from "#functions/catalogue/policy.ts";

// Every target has an ARN of its own name.
const arns = Object.fromEntries(targets.map(target => [target, [`arn:${target}`]])) as unknown as TargetArns;

const leading = (...partitions: readonly string[]) => ({
  Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions } },
});

describe("the statements of a role", () => {
  it("keep an action's partitions together, so that a batch of several is allowed", () => {
    const grants = [query("AUTHORITIES"), batchGet("AUTHORITIES", "LOT#*")];
    expect(statementsOf(grants, arns)).toEqual([
      {
        Effect: "Allow",
        Action: ["dynamodb:BatchGetItem"],
        Resource: ["arn:table"],
        ...leading("AUTHORITIES", "LOT#*"),
      },
      { Effect: "Allow", Action: ["dynamodb:Query"], Resource: ["arn:table"], ...leading("AUTHORITIES") },
    ]);
  });

  it("are shared by actions on the same partitions, and name each of them once", () => {
    const grants = [get("CLAIM#*"), query("CLAIM#*"), get("CLAIM#*")];
    expect(statementsOf(grants, arns)).toEqual([
      {
        Effect: "Allow",
        Action: ["dynamodb:GetItem", "dynamodb:Query"],
        Resource: ["arn:table"],
        ...leading("CLAIM#*"),
      },
    ]);
  });

  it("confine an index as its own resource, and only where its partitions have a prefix", () => {
    expect(statementsOf([queryDue("DUE#*"), querySlots], arns)).toEqual([
      { Effect: "Allow", Action: ["dynamodb:Query"], Resource: ["arn:bySlot"] },
      { Effect: "Allow", Action: ["dynamodb:Query"], Resource: ["arn:byDue"], ...leading("DUE#*") },
    ]);
  });

  it("name the template beside IssueCertificate alone", () => {
    const issue = {
      actions: ["acm-pca:IssueCertificate"],
      on: "issuingCas",
      template: "arn:template",
    } as const;
    expect(statementsOf([issue, may("issuingCas", "acm-pca:GetCertificate")], arns)).toEqual([
      { Effect: "Allow", Action: ["acm-pca:GetCertificate"], Resource: ["arn:issuingCas"] },
      {
        Effect: "Allow",
        Action: ["acm-pca:IssueCertificate"],
        Resource: ["arn:issuingCas"],
        Condition: { StringEquals: { "acm-pca:TemplateArn": ["arn:template"] } },
      },
    ]);
  });

  it("leave out a target that the stage does not have: IAM takes no statement without a resource", () => {
    expect(
      statementsOf([may("edgeStore", "cloudfront-keyvaluestore:GetKey")], { ...arns, edgeStore: [] }),
    ).toEqual([]);
  });

  it("are the same whatever the order of the grants", () => {
    const grants = [get("CLAIM#*"), batchGet("LOT#*"), query("AUTHORITIES", "CLAIM#*"), querySlots];
    expect(statementsOf(grants.toReversed(), arns)).toEqual(statementsOf(grants, arns));
  });
});
