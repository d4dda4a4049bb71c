// Quotas and log deliveries, asked of whoever answers AWS JSON 1.1; and what is said where nobody can be asked.
import { createServer, type Server } from "node:http";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askDeliveredLogs, askQuota } from "#aws/doctor/ask-account.ts";

const credentials = { accessKeyId: "operator", secretAccessKey: "local" };
const client = new CloudFrontClient({ region: "us-east-1", credentials });
type Call = { readonly target: string; readonly input: unknown; readonly authorization: string };

let server: Server;
let url: string;
let calls: Call[];
let answer: (call: Call) => { readonly status: number; readonly body: unknown };

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", chunk => chunks.push(chunk));
    request.on("end", () => {
      const { authorization = "", "x-amz-target": target } = request.headers;
      const call = {
        target: String(target),
        input: JSON.parse(Buffer.concat(chunks).toString()),
        authorization,
      };
      calls.push(call);
      const { status, body } = answer(call);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => {
  client.destroy();
  return new Promise(resolve => server.close(resolve));
});
beforeEach(() => {
  calls = [];
});

const environment = () => ({
  AWS_ENDPOINT_URL_CLOUDFRONT: url,
  AWS_ENDPOINT_URL_SERVICE_QUOTAS: url,
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url,
});

describe("a quota", () => {
  it("is asked for by its code, signed for Service Quotas in us-east-1", async () => {
    answer = () => ({ status: 200, body: { Quota: { Value: 0 } } });
    expect(await askQuota(client.config, "L-D0422299", environment())).toEqual({
      kind: "answered",
      value: 0,
    });
    expect(calls).toMatchObject([
      {
        target: "ServiceQuotasV20190624.GetServiceQuota",
        input: { ServiceCode: "cloudfront", QuotaCode: "L-D0422299" },
        authorization: expect.stringMatching(
          /Credential=operator\/\d{8}\/us-east-1\/servicequotas\/aws4_request/,
        ),
      },
    ]);
  });

  it.each<readonly [string, number, unknown]>([
    ["refused", 400, { __type: "AccessDeniedException" }],
    ["answered in another shape", 200, { Quota: {} }],
  ])("that is %s is not taken for zero, nor for enough", async (_, status, body) => {
    answer = () => ({ status, body });
    expect(await askQuota(client.config, "L-D0422299", environment())).toMatchObject({ kind: "unasked" });
  });
});

it("asks nobody on AWS about a cloud that is somewhere else", async () => {
  const elsewhere = { AWS_ENDPOINT_URL_CLOUDFRONT: url };
  for (const asked of [
    askQuota(client.config, "L-D0422299", elsewhere),
    askDeliveredLogs(client.config, elsewhere),
  ]) {
    expect(await asked).toMatchObject({ kind: "unasked", why: expect.stringContaining("AWS_ENDPOINT_URL_") });
  }
  expect(calls).toEqual([]);
});

it("knows the logs that are delivered, over every page: a source alone delivers nothing", async () => {
  const source = (name: string, logType = "CONNECTION_LOGS") => ({
    name,
    logType,
    resourceArns: [`arn:${name}`],
  });
  answer = ({ target, input }) => {
    const isFirst = !Object.hasOwn(Object(input), "nextToken");
    const body = target.endsWith("DescribeDeliverySources")
      ? isFirst
        ? { deliverySources: [source("a"), source("b"), source("c", "ACCESS_LOGS")], nextToken: "2" }
        : { deliverySources: [source("d")] }
      : {
          deliveries: [{ deliverySourceName: "a" }, { deliverySourceName: "c" }, { deliverySourceName: "d" }],
        };
    return { status: 200, body };
  };
  expect(await askDeliveredLogs(client.config, environment())).toEqual({
    kind: "answered",
    value: ["arn:a", "arn:d"],
  });
  expect(calls.map(({ target }) => target)).toEqual([
    "Logs_20140328.DescribeDeliverySources",
    "Logs_20140328.DescribeDeliverySources",
    "Logs_20140328.DescribeDeliveries",
  ]);
});
