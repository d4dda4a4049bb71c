// A stage, declared once under Pulumi's mocks, and what must hold of it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, vi } from "vitest";
import { everythingIsDelivered } from "./delivery.ts";
import { theEdgeIsClosed } from "./edge.ts";
import { type Graph, ofKind, statementsOfRole } from "./graph.ts";
import { everythingIsKept } from "./keeping.ts";
import { declareUnderMocks } from "./resource-graph.ts";
import { rolesHold } from "./roles.ts";

// Bundles have tests of their own; here they would be zipped, each of them.
vi.mock("../../infra/bundles.ts", () => ({
  buildBundles: () => ({
    functionDirectory: (name: string) => `dist/functions/${name}`,
    edgeSource: (distribution: string, kind: string) => `// ${kind} of ${distribution}`,
  }),
}));

let graph: Graph = [];
const declared = (): Graph => graph;

beforeAll(async () => {
  graph = await declareUnderMocks();
});

describe("roles", () => rolesHold(declared));
describe("delivery", () => everythingIsDelivered(declared));
describe("the edge", () => theEdgeIsClosed(declared));
describe("keeping", () => everythingIsKept(declared));

afterAll(() => {
  const count = (kind: string): number => ofKind(graph, kind).length;
  const statements = ofKind(graph, "aws:iam/role:Role").flatMap(statementsOfRole);
  writeFileSync(
    join(import.meta.dirname, "../../.sst/graph/summary.txt"),
    [
      `${graph.filter(({ type }) => type.startsWith("aws:")).length} AWS resources`,
      `${count("aws:lambda/function:Function")} functions, ${count("aws:iam/role:Role")} roles with ${statements.length} statements`,
      `${count("aws:apigatewayv2/route:Route")} routes, ${count("aws:cloudwatch/eventRule:EventRule")} rules, ${count("aws:scheduler/schedule:Schedule")} schedules, ${count("aws:lambda/eventSourceMapping:EventSourceMapping")} mappings, ${count("aws:sqs/queue:Queue")} queues`,
      `${count("aws:cloudfront/distribution:Distribution")} distributions, ${count("aws:cloudwatch/metricAlarm:MetricAlarm")} alarms`,
    ].join("\n"),
  );
});
