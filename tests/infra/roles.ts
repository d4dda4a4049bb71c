// What every role holds, and what none does.
import { expect, it } from "vitest";
import { functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import {
  type Graph,
  listAt,
  ofKind,
  type Statement,
  statementsIn,
  statementsOfRole,
  textAt,
} from "./graph.ts";
import type { GraphResource } from "./resource-graph.ts";

const pinnedTemplate = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1";
/** Of the inline policies of a role together; IAM counts no white space. */
const mostPolicyCharacters = 10_240;

/** What may end in a star: names that AWS makes, and that nobody can list beforehand. */
const openEnded: readonly RegExp[] = [
  /^arn:aws:logs:[^:]+:\d+:log-group:\/aws\/lambda\/edgecert-test-[a-z-]+:log-stream:\*$/,
  /^arn:aws:s3:::edgecert-test-audit-reports-\d+\/audit-report\/\*$/,
  /^arn:aws:s3:::edgecert-test-trust-\d+\/trust-bundles\/\*$/,
];

type Allowed = { readonly role: string; readonly statement: Statement };

export function rolesHold(graph: () => Graph): void {
  const roles = (): readonly GraphResource[] => ofKind(graph(), "aws:iam/role:Role");
  const nameOf = (role: GraphResource): string => textAt(role.inputs, "name").replace("edgecert-test-", "");
  const statements = (): readonly Allowed[] =>
    roles().flatMap(role => statementsOfRole(role).map(statement => ({ role: nameOf(role), statement })));
  const rolesThatMay = (action: string): readonly string[] => [
    ...new Set(
      statements().flatMap(({ role, statement }) => (statement.Action.includes(action) ? [role] : [])),
    ),
  ];

  it("every function of the catalogue has a role of its own, and the scheduler has one", () => {
    expect(roles().map(nameOf).sort()).toEqual([...Object.keys(functionCatalogue), "scheduler"].sort());
    const inUse = ofKind(graph(), "aws:lambda/function:Function").map(({ inputs }) => textAt(inputs, "role"));
    expect(new Set(inUse).size).toBe(Object.keys(functionCatalogue).length);
  });

  it("no role holds anything but its inline policy", () => {
    for (const { inputs } of roles()) {
      expect(listAt(inputs, "managedPolicyArns")).toEqual([]);
      expect(listAt(inputs, "inlinePolicies")).toHaveLength(1);
    }
    const attached = graph().filter(({ type }) =>
      /^aws:iam\/(rolePolicy|rolePolicyAttachment|policy|policyAttachment):/.test(type),
    );
    expect(attached).toEqual([]);
  });

  it("no role has a wildcard action", () => {
    const wild = statements().filter(({ statement }) =>
      statement.Action.some(action => action.includes("*")),
    );
    expect(wild).toEqual([]);
  });

  it("no role names a resource that is not one of this stage", () => {
    const wild = statements().flatMap(({ role, statement }) =>
      statement.Resource.filter(arn => /[*?]/.test(arn) && !openEnded.some(pattern => pattern.test(arn))).map(
        arn => `${role}: ${arn}`,
      ),
    );
    expect(wild).toEqual([]);
    for (const { statement } of statements()) {
      expect(statement.Effect).toBe("Allow");
      expect(statement.Resource.length).toBeGreaterThan(0);
    }
  });

  it("whoever may issue may do so with the pinned template alone", () => {
    const issuing = statements().filter(({ statement }) =>
      statement.Action.includes("acm-pca:IssueCertificate"),
    );
    expect(issuing.length).toBeGreaterThan(0);
    for (const { statement } of issuing) {
      expect(statement.Condition).toEqual({ StringEquals: { "acm-pca:TemplateArn": [pinnedTemplate] } });
      expect(statement.Action).toEqual(["acm-pca:IssueCertificate"]);
    }
  });

  it("every write to the table is confined to partitions", () => {
    const write = /^dynamodb:(BatchWriteItem|ConditionCheckItem|DeleteItem|PutItem|UpdateItem)$/;
    for (const { role, statement } of statements()) {
      if (!statement.Action.some(action => write.test(action))) continue;
      const partitions = listAt(statement.Condition, "ForAllValues:StringLike", "dynamodb:LeadingKeys");
      expect(partitions.length, role).toBeGreaterThan(0);
      expect(partitions, role).not.toContain("*");
    }
  });

  it("nobody may change or delete an audit record, or anything but its rows", () => {
    const forbidden = /^dynamodb:(UpdateItem|DeleteItem|BatchWriteItem)$/;
    for (const { role, statement } of statements()) {
      if (!statement.Action.some(action => forbidden.test(action))) continue;
      const partitions = listAt(statement.Condition, "ForAllValues:StringLike", "dynamodb:LeadingKeys").map(
        String,
      );
      expect(
        partitions.filter(partition => partition.startsWith("AUDIT#")),
        role,
      ).toEqual([]);
    }
    const administer =
      /^(dynamodb:(DeleteTable|UpdateTable|CreateBackup)|iam:|sts:|kms:|lambda:(?!InvokeFunction))/;
    expect(
      statements().filter(({ statement }) => statement.Action.some(action => administer.test(action))),
    ).toEqual([]);
  });

  it("a function may use the edge store, the bus and the origin's certificates only when it is linked to them", () => {
    const linked = {
      EdgeStore: /:key-value-store\//,
      Bus: /:event-bus\//,
      OriginCertificate: /^arn:aws:acm:/,
    };
    for (const { role, statement } of statements()) {
      const entry = Object.entries(functionCatalogue).find(([name]) => name === role)?.[1];
      if (entry === undefined) continue;
      const links: readonly string[] = entry.links;
      for (const [link, pattern] of Object.entries(linked))
        if (statement.Resource.some(arn => pattern.test(arn))) expect(links, role).toContain(link);
    }
  });

  it("no role's policy is longer than IAM takes", () => {
    for (const role of roles()) {
      const [policy] = listAt(role.inputs, "inlinePolicies");
      expect(textAt(policy, "policy").length, nameOf(role)).toBeLessThanOrEqual(mostPolicyCharacters);
    }
  });

  it("a function's role is for Lambda only, and the scheduler's for this account's schedules", () => {
    for (const role of roles()) {
      const [trust, ...more] = statementsIn(textAt(role.inputs, "assumeRolePolicy"));
      const service = nameOf(role) === "scheduler" ? "scheduler" : "lambda";
      expect(more).toEqual([]);
      expect(trust?.Principal).toEqual({ Service: `${service}.amazonaws.com` });
      if (service === "scheduler")
        expect(trust?.Condition).toEqual({ StringEquals: { "aws:SourceAccount": "123456789012" } });
    }
  });

  it("the statements of every role are the ones on record", async () => {
    const text = roles()
      .map(role => `${nameOf(role)}\n${statementsOfRole(role).map(statementLine).join("\n")}\n`)
      .sort()
      .join("\n");
    await expect(text).toMatchFileSnapshot("roles.txt");
  });

  it("who may issue, revoke and write the store is on record", () => {
    const rights = [
      "acm-pca:IssueCertificate",
      "acm-pca:RevokeCertificate",
      "cloudfront-keyvaluestore:UpdateKeys",
    ];
    expect(
      Object.fromEntries(rights.map(action => [action, [...rolesThatMay(action)].sort()])),
    ).toMatchSnapshot();
  });
}

function statementLine({ Action, Resource, Condition }: Statement): string {
  const resources = Resource.map(arn =>
    arn.replace(/^arn:aws:/, "").replace(/:us-east-1:123456789012:/, ":"),
  );
  const when = Condition === undefined ? "" : `\n    if ${JSON.stringify(Condition)}`;
  return `  ${Action.join(" ")}\n    on ${resources.join(" ")}${when}`;
}
