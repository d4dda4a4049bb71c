// What starts what, and where everything goes that fails.
import { expect, it } from "vitest";
import { apiRoutes, functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import { busRules, jobSchedules } from "#functions/catalogue/rules.ts";
import {
  asynchronousFunctions,
  queueCatalogue,
  queueTriggers,
  streamTriggers,
} from "#functions/catalogue/triggers.ts";
import { operatorScope } from "../../infra/operator-routes.ts";
import { at, type Graph, listAt, ofKind, statementsIn, textAt } from "./graph.ts";

const deadLetters = "arn:aws:sqs:us-east-1:123456789012:edgecert-test-dead-letters";

export function everythingIsDelivered(graph: () => Graph): void {
  it("every function of the catalogue is deployed once, with its time limit and its own log", () => {
    const functions = ofKind(graph(), "aws:lambda/function:Function");
    const names = functions.map(({ inputs }) => textAt(inputs, "name").replace("edgecert-test-", ""));
    expect([...names].sort()).toEqual(Object.keys(functionCatalogue).sort());
    for (const { inputs } of functions) {
      const name = textAt(inputs, "name").replace("edgecert-test-", "");
      const entry = Object.entries(functionCatalogue).find(([each]) => each === name)?.[1];
      expect(at(inputs, "timeout"), name).toBe(entry?.timeoutSeconds);
      expect(at(inputs, "loggingConfig", "logGroup"), name).toBe(`/aws/lambda/edgecert-test-${name}`);
      expect(at(inputs, "runtime"), name).toBe("nodejs24.x");
    }
  });

  it("every route of the catalogue is the API's, and no other", () => {
    const declared = ofKind(graph(), "aws:apigatewayv2/route:Route").map(({ inputs }) =>
      textAt(inputs, "routeKey"),
    );
    expect([...declared].sort()).toEqual(
      apiRoutes()
        .map(({ routeKey }) => routeKey)
        .sort(),
    );
  });

  it("a route for operators alone asks for a token with the scope at the gateway already", () => {
    for (const { inputs } of ofKind(graph(), "aws:apigatewayv2/route:Route")) {
      const scope = operatorScope(textAt(inputs, "routeKey"));
      const wanted = scope === undefined ? ["NONE", undefined] : ["JWT", [scope]];
      expect([at(inputs, "authorizationType"), at(inputs, "authorizationScopes")]).toEqual(wanted);
    }
  });

  it("the API has no address but its domains, and they want the origin certificate", () => {
    const [api] = ofKind(graph(), "aws:apigatewayv2/api:Api");
    expect(at(api?.inputs, "disableExecuteApiEndpoint")).toBe(true);
    expect(at(api?.inputs, "corsConfiguration")).toBeUndefined();
    const domains = ofKind(graph(), "aws:apigatewayv2/domainName:DomainName");
    expect(domains.map(({ inputs }) => at(inputs, "domainName")).sort()).toEqual([
      "api.example.com",
      "renew.example.com",
    ]);
    for (const { inputs } of domains) {
      expect(textAt(inputs, "mutualTlsAuthentication", "truststoreUri")).toMatch(
        /^s3:\/\/edgecert-test-trust-.*origin-ca\.pem$/,
      );
      expect(at(inputs, "mutualTlsAuthentication", "truststoreVersion")).toBe("v1");
    }
  });

  it("every rule has its target, with retries and dead letters", () => {
    const targets = ofKind(graph(), "aws:cloudwatch/eventTarget:EventTarget");
    const buses = ofKind(graph(), "aws:cloudwatch/eventRule:EventRule").map(({ inputs }) =>
      textAt(inputs, "eventBusName"),
    );
    expect([...buses].sort()).toEqual(busRules.map(({ bus }) => bus ?? "edgecert-test-bus").sort());
    expect(targets.map(({ inputs }) => at(inputs, "targetId")).sort()).toEqual(
      busRules.map(({ name }) => name).sort(),
    );
    for (const { inputs } of targets) {
      expect(at(inputs, "deadLetterConfig", "arn")).toBe(deadLetters);
      expect(at(inputs, "retryPolicy", "maximumRetryAttempts")).toBe(185);
    }
  });

  it("every job has its schedule, with retries and dead letters", () => {
    const schedules = ofKind(graph(), "aws:scheduler/schedule:Schedule");
    expect(schedules).toHaveLength(Object.keys(jobSchedules).length);
    for (const { inputs } of schedules) {
      expect(textAt(inputs, "scheduleExpression")).toMatch(/^rate\(\d+ minutes?\)$/);
      expect(at(inputs, "target", "deadLetterConfig", "arn")).toBe(deadLetters);
      expect(at(inputs, "target", "retryPolicy", "maximumRetryAttempts")).toBeGreaterThan(0);
    }
  });

  it("every queue but the last gives up to the dead letters, and outlasts its function", () => {
    const queues = ofKind(graph(), "aws:sqs/queue:Queue");
    expect(queues).toHaveLength(Object.keys(queueCatalogue).length + 1);
    for (const { inputs } of queues) {
      if (textAt(inputs, "name") === "edgecert-test-dead-letters") continue;
      const redrive: unknown = JSON.parse(textAt(inputs, "redrivePolicy"));
      expect(at(redrive, "deadLetterTargetArn")).toBe(deadLetters);
      expect(at(redrive, "maxReceiveCount")).toBeGreaterThanOrEqual(3);
    }
    for (const { functionName, queue } of queueTriggers)
      expect(queueCatalogue[queue].visibilitySeconds).toBeGreaterThan(
        functionCatalogue[functionName].timeoutSeconds,
      );
  });

  it("every mapping reports what failed, and the stream's give up to the dead letters", () => {
    const mappings = ofKind(graph(), "aws:lambda/eventSourceMapping:EventSourceMapping");
    expect(mappings).toHaveLength(streamTriggers.length + queueTriggers.length);
    for (const { inputs } of mappings) {
      expect(at(inputs, "functionResponseTypes")).toEqual(["ReportBatchItemFailures"]);
      if (textAt(inputs, "eventSourceArn").includes(":sqs:")) continue;
      expect(at(inputs, "destinationConfig", "onFailure", "destinationArn")).toBe(deadLetters);
      expect(listAt(inputs, "filterCriteria", "filters").length).toBeLessThanOrEqual(5);
    }
  });

  it("what nobody waits for gives up to the dead letters after two retries", () => {
    const configs = ofKind(graph(), "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
    expect(
      configs.map(({ inputs }) => textAt(inputs, "functionName").replace("edgecert-test-", "")).sort(),
    ).toEqual([...asynchronousFunctions].sort());
    for (const { inputs } of configs) {
      expect(at(inputs, "destinationConfig", "onFailure", "destination")).toBe(deadLetters);
      expect(at(inputs, "maximumRetryAttempts")).toBe(2);
    }
  });

  it("whoever may start a function or write a queue is one resource of this stage", () => {
    for (const { name, inputs } of ofKind(graph(), "aws:lambda/permission:Permission"))
      expect(textAt(inputs, "sourceArn"), name).toMatch(
        /^arn:aws:(events|execute-api|logs):us-east-1:123456789012:/,
      );
    for (const { name, inputs } of ofKind(graph(), "aws:sqs/queuePolicy:QueuePolicy")) {
      const allowed = statementsIn(at(inputs, "policy")).filter(({ Effect }) => Effect === "Allow");
      for (const statement of allowed) {
        expect(statement.Principal, name).toEqual({ Service: "events.amazonaws.com" });
        expect(listAt(statement.Condition, "ArnEquals", "aws:SourceArn").length, name).toBeGreaterThan(0);
      }
    }
  });

  it("another account may report a compromise, and nothing in our own name", () => {
    const [policy] = ofKind(graph(), "aws:cloudwatch/eventBusPolicy:EventBusPolicy");
    expect(statementsIn(at(policy?.inputs, "policy"))).toEqual([
      expect.objectContaining({
        Principal: { AWS: ["arn:aws:iam::210987654321:root"] },
        Action: ["events:PutEvents"],
        Condition: {
          StringEquals: { "events:detail-type": "Certificate Compromise Reported" },
          StringNotEquals: { "events:source": "edgecert" },
        },
      }),
    ]);
  });
}
