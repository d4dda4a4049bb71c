// docs/roles.md, made from the grants: what each function's role may do, for people who review it.
import { type FunctionName, functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import type { Grant } from "#functions/catalogue/grant.ts";
import { functionGrants, grantsOf } from "#functions/catalogue/grants.ts";
import { triggerGrants } from "#functions/catalogue/triggers.ts";

const introduction = `# Roles

Made by \`npm run schemas\` from \`packages/functions/src/catalogue/grants.ts\`; a test fails when it is out of date.

Each Lambda function has a role of its own, which may do what stands here and write its own log. \`infra\` puts these
grants into IAM, and the local cloud holds every call of a function to them, so that a missing grant fails a test. Why
so: [decision 0021](decisions/0021-roles.md).

- No statement has an action or a resource of \`*\`. In the table, every action is confined to partitions by the condition
  \`dynamodb:LeadingKeys\`; \`*\` ends the name of a kind of partition. [registry.md](registry.md) says what stands in each.
- A certificate is issued from one template only (\`acm-pca:TemplateArn\`).
- Nobody may scan the table. Nobody may update or delete an audit record, or write one in a batch.
- What IAM cannot say is that a put must not replace: a role that may put an audit record could put another one over it,
  if it knew its time, request and action. Every put of ours carries the condition that there is none, and point-in-time
  recovery keeps what was there.
- A transaction needs the right of each of its parts. "check" is the right to make a row a transaction's condition.
`;

/** The whole page. */
export function rolesPage(): string {
  // The catalogue is a constant: its keys are the names.
  const names = Object.keys(functionCatalogue) as readonly FunctionName[];
  return [
    introduction,
    "## Beside the table\n",
    "| function | may |",
    "| --- | --- |",
    ...names.flatMap(name => row(name, [servicesOf(functionGrants[name])])),
    "\n## In the table\n",
    "| function | reads | writes |",
    "| --- | --- | --- |",
    ...names.flatMap(name => row(name, [readsOf(grantsOf(name)), writesOf(grantsOf(name))])),
    "\n## What Lambda does with the role\n",
    "Lambda polls streams and queues, and delivers what failed for good, with the role of the function it does it for.\n",
    "| function | lets Lambda |",
    "| --- | --- |",
    ...names.flatMap(name => row(name, [servicesOf(triggerGrants(name))])),
    "",
  ].join("\n");
}

/** None for a function without anything to show. */
function row(name: string, cells: readonly string[]): readonly string[] {
  return cells.every(cell => cell === "") ? [] : [`| ${[`\`${name}\``, ...cells].join(" | ")} |`];
}

const tableTargets: readonly string[] = ["table", "byTenant", "bySlot", "byDue"];

function servicesOf(grants: readonly Grant[]): string {
  const byTarget = Map.groupBy(
    grants.filter(({ on }) => !tableTargets.includes(on)),
    ({ on }) => on,
  );
  return [...byTarget]
    .map(([target, found]) => {
      const actions = [...new Set(found.flatMap(grant => grant.actions))].sort();
      return `${target}: ${actions.map(action => `\`${action}\``).join(", ")}`;
    })
    .sort()
    .join("; ");
}

function readsOf(grants: readonly Grant[]): string {
  const rows = partitionsOf(grants, "table", ["GetItem", "BatchGetItem", "Query"]);
  const indexes = (["byTenant", "bySlot", "byDue"] as const).flatMap(index => {
    const found = grants.filter(({ on }) => on === index);
    if (found.length === 0) return [];
    const partitions = [...new Set(found.flatMap(grant => grant.partitions ?? []))].sort();
    return [`by index \`${index}\`${partitions.length === 0 ? "" : `: ${codes(partitions)}`}`];
  });
  return [codes(rows), ...indexes].filter(text => text !== "").join("; ");
}

const writeActions = {
  put: "PutItem",
  update: "UpdateItem",
  delete: "DeleteItem",
  "write in batches": "BatchWriteItem",
  check: "ConditionCheckItem",
} as const;

function writesOf(grants: readonly Grant[]): string {
  return Object.entries(writeActions)
    .flatMap(([word, action]) => {
      const partitions = partitionsOf(grants, "table", [action]);
      return partitions.length === 0 ? [] : [`${word} ${codes(partitions)}`];
    })
    .join("; ");
}

function partitionsOf(grants: readonly Grant[], on: Grant["on"], actions: readonly string[]) {
  const found = grants.filter(
    grant => grant.on === on && actions.some(action => grant.actions.includes(`dynamodb:${action}`)),
  );
  return [...new Set(found.flatMap(grant => grant.partitions ?? []))].sort();
}

function codes(texts: readonly string[]): string {
  return texts.map(text => `\`${text}\``).join(", ");
}
