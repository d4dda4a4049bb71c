// Least privilege as data: what no role may have, who alone may do what hurts most, and that nothing is forgotten.
import { describe, expect, it } from "vitest";
import { auditDay, auditPartition, keys } from "#aws/registry/table.ts";
import { templateArn } from "#core/profile/profile.ts";
import { type FunctionName, functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import { type Grant, targets } from "#functions/catalogue/grant.ts";
import { functionGrants, grantsOf } from "#functions/catalogue/grants.ts";
import { statementsOf, type TargetArns } from "#functions/catalogue/policy.ts";

// The catalogue is a constant: its keys are the names.
const names = Object.keys(functionCatalogue) as readonly FunctionName[];
// Every target has an ARN of its own name.
const arns = Object.fromEntries(targets.map(target => [target, [`arn:${target}`]])) as unknown as TargetArns;

const all = names.flatMap(name => grantsOf(name).map(grant => ({ name, ...grant })));

function whoMay(action: string, on?: Grant["on"]): readonly string[] {
  const holders = all.filter(
    grant => grant.actions.includes(action) && (on === undefined || grant.on === on),
  );
  return [...new Set(holders.map(({ name }) => name))].sort();
}

describe("the grants", () => {
  it("exist for each function of the catalogue, and for no other", () => {
    expect(Object.keys(functionGrants).sort()).toEqual([...names].sort());
  });

  it("name each action in full", () => {
    for (const { actions } of all) {
      for (const action of actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
    }
  });

  it("confine every action on the table to partitions", () => {
    const open = all.filter(({ on, partitions }) => on === "table" && (partitions ?? []).length === 0);
    expect(open).toEqual([]);
    expect(all.flatMap(({ partitions = [] }) => partitions)).not.toContain("*");
  });

  it("let nobody scan the table, or change it", () => {
    const rowActions =
      /^dynamodb:(Get|BatchGet|Put|Update|Delete|BatchWrite|ConditionCheck)Item$|^dynamodb:Query$/;
    const onTable = all.filter(({ on }) => on === "table").flatMap(({ actions }) => actions);
    expect(onTable.filter(action => !rowActions.test(action))).toEqual([]);
  });

  it("let nobody update or delete an audit record, and nobody batch-write one", () => {
    const onAudit = all.filter(({ on, partitions = [] }) => on === "table" && partitions.includes("AUDIT#*"));
    const actions = new Set(onAudit.flatMap(grant => grant.actions));
    expect([...actions].sort()).toEqual(["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query"]);
  });

  it("issue from one template only", () => {
    const issuing = all.filter(({ actions }) => actions.includes("acm-pca:IssueCertificate"));
    expect(issuing.map(({ template }) => template)).toEqual(issuing.map(() => templateArn));
    expect(all.filter(({ template }) => template !== undefined)).toEqual(issuing);
  });

  it("fit into a role's inline policies: 10,240 characters in all, beside the log group's statement", () => {
    for (const name of names) {
      const text = JSON.stringify(statementsOf(grantsOf(name), arns));
      // ARNs are longer than the names here, by some 120 characters each.
      const size = text.length + 120 * statementsOf(grantsOf(name), arns).length;
      expect({ name, fits: size < 9_500 }).toEqual({ name, fits: true });
    }
  });
});

describe("only these functions", () => {
  it("issue from the authorities' CAs", () => {
    expect(whoMay("acm-pca:IssueCertificate", "issuingCas")).toEqual([
      "issue-queued",
      "issue-renewals",
      "post-certificates",
      "post-est",
      "post-lot-enrolments",
      // One leaf of a CA before it is activated, which never leaves the function.
      "rehearse-authorities",
      "renew-certificate",
      "resume-enrolments",
    ]);
  });

  it("revoke at the authorities' CAs, and none of them issues", () => {
    const revoking = ["backfill-ca", "reconcile-ca", "revoke-at-ca"];
    expect(whoMay("acm-pca:RevokeCertificate", "issuingCas")).toEqual(revoking);
    const issuing = whoMay("acm-pca:IssueCertificate");
    expect(revoking.filter(name => issuing.includes(name))).toEqual([]);
  });

  it("touch the origin's CA and its certificates", () => {
    const touching = all.filter(({ on }) => on === "originCa" || on === "originCertificates");
    expect([...new Set(touching.map(({ name }) => name))]).toEqual(["rotate-origin-certificate"]);
  });

  it("write the edge store, and none of them issues or revokes at a CA", () => {
    const writing = ["age-out-pages", "post-edge-reconcile", "publish-edge", "reconcile-edge"];
    expect(whoMay("cloudfront-keyvaluestore:UpdateKeys")).toEqual(writing);
    const others = [...whoMay("acm-pca:IssueCertificate"), ...whoMay("acm-pca:RevokeCertificate")];
    expect(writing.filter(name => others.includes(name))).toEqual([]);
  });

  it("put events on the bus", () => {
    expect(whoMay("events:PutEvents")).toEqual(["relay-outbox"]);
  });

  it("delete what the outbox holds", () => {
    const deleting = all.filter(
      ({ actions, partitions = [] }) =>
        partitions.includes("OUTBOX#*") && actions.some(action => /Delete|BatchWrite/.test(action)),
    );
    expect(deleting.map(({ name }) => name)).toEqual(["relay-outbox"]);
  });
});

describe("the partitions", () => {
  it("that grants name are kinds of keys that the table has", () => {
    const samples = [auditPartition("x"), auditDay("x", "2026-01-01"), ...keySamples()];
    const named = new Set(
      all.filter(({ on }) => on === "table").flatMap(({ partitions = [] }) => partitions),
    );
    for (const partition of named) {
      const prefix = partition.replace(/\*$/, "");
      const known = samples.some(sample =>
        partition.endsWith("*") ? sample.startsWith(prefix) : sample === partition,
      );
      expect({ partition, known }).toEqual({ partition, known: true });
    }
  });
});

/** A partition key of each kind: the key functions take texts, numbers and dates. */
function keySamples(): readonly string[] {
  const date = new Date("2026-01-01T00:00:00Z");
  const samples: Record<string, readonly unknown[]> = {
    deniedSlot: ["m1.0", 1],
    order: ["m1", 1, "x"],
    claimOfLine: ["x", "x", date, "x"],
    claimOfTenant: ["x", date, "x"],
    audit: ["x", date, "x", "x"],
  };
  return Object.entries(keys).map(([name, key]) => {
    if (typeof key !== "function") return key.pk;
    // Whatever a key function takes, texts and numbers are good enough to see its prefix.
    const make = key as (...values: readonly unknown[]) => { readonly pk: string };
    return make(...(samples[name] ?? ["x", 1, 1])).pk;
  });
}
