// Declares a stage under Pulumi's mocks and gathers every resource with its resolved inputs. SST's own surface, so the
// version is pinned: its components from .sst/platform, and a stub of the server that its CLI gives them.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type * as Pulumi from "@pulumi/pulumi";
import { makeTestCa } from "#support/test-ca.ts";

export type GraphResource = {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
};

export const accountId = "123456789012";
const root = join(import.meta.dirname, "../..");
if (!existsSync(join(root, ".sst/platform")))
  throw new Error("run npm run infra:check: it brings SST's platform");
const work = join(root, ".sst/graph");

/** What a stage of the tests is told. */
export const environment = {
  EDGECERT_ISSUING_CAS: ca("11111111"),
  EDGECERT_ORIGIN_CA: ca("22222222"),
  EDGECERT_ORIGIN_CERTIFICATE: acm("33333333"),
  EDGECERT_REHEARSAL_CERTIFICATE: acm("44444444"),
  EDGECERT_VIEWER_CERTIFICATE: acm("55555555"),
  EDGECERT_CONTENT_DOMAIN: "firmware.example.com",
  EDGECERT_API_DOMAIN: "api.example.com",
  EDGECERT_RENEWAL_DOMAIN: "renew.example.com",
  EDGECERT_CONTENT_ORIGIN: "origin.example.com",
  EDGECERT_OPERATORS_ISSUER: "https://login.example.com",
  EDGECERT_OPERATORS_AUDIENCE: "edgecert",
  EDGECERT_OPERATORS_JWKS: "https://login.example.com/jwks.json",
  EDGECERT_REPORTERS: "210987654321",
  EDGECERT_ALARM_TOPIC: `arn:aws:sns:us-east-1:${accountId}:alarms`,
} as const;

function ca(digits: string): string {
  return `arn:aws:acm-pca:us-east-1:${accountId}:certificate-authority/${digits}-0000-4000-8000-000000000000`;
}

function acm(digits: string): string {
  return `arn:aws:acm:us-east-1:${accountId}:certificate/${digits}-0000-4000-8000-000000000000`;
}

/** A whole stage of the variables above. Once per test file: Pulumi's runtime is one per process. */
export async function declareUnderMocks(): Promise<readonly GraphResource[]> {
  Object.assign(process.env, environment, { SST_SECRET_WebhookKey: "a key for tests" });
  return gather(async () => (await import("../../infra/stage.ts")).declareStage());
}

/** Whatever `declare` declares. */
export async function gather(declare: () => Promise<unknown>): Promise<readonly GraphResource[]> {
  process.env["SST_SERVER"] = (await startCliStub()).url;
  const pulumi = await import("@pulumi/pulumi");
  const resources: GraphResource[] = [];
  const caCertificate = (await makeTestCa()).certificatePem;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        // With an id it exists already and is only read.
        if (id === undefined || id === "") resources.push({ type, name, inputs });
        return { id: id || `${name}-id`, state: { ...inputs, ...outputsOf(type, name, inputs) } };
      },
      call: ({ token, inputs }) => answer(token, inputs, caCertificate),
    },
    "edgecert",
    stage,
    false,
  );
  await setGlobals();
  await declared(pulumi, declare);
  return resources;
}

const stage = "test";

/** Resolves when every resource is registered, those too that are made in the wake of another. */
async function declared(pulumi: typeof Pulumi, declare: () => Promise<unknown>): Promise<void> {
  const waiting: Pulumi.Resource[] = [];
  // A fault in what depends on an output rejects nothing that anybody awaits.
  const fault = new Promise<never>((_resolve, reject) => process.once("unhandledRejection", reject));
  const stack = pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ resource }) => {
      waiting.push(resource);
      return undefined;
    });
    await declare();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { urn } = next;
      await new Promise<void>(resolve => {
        pulumi.output(urn).apply(() => resolve());
      });
    }
    return {};
  });
  await Promise.race([stack, fault]);
}

/** What SST gives to a configuration as globals. */
async function setGlobals(): Promise<void> {
  Object.assign(globalThis, {
    $app: { name: "edgecert", stage, removal: "retain", protect: true, providers: {} },
    $dev: false,
    $cli: { paths: { root, work, platform: join(root, ".sst/platform") }, command: "deploy" },
  });
  const [pulumi, aws, functions, { Linkable }, { Secret }] = await Promise.all([
    import("@pulumi/pulumi"),
    import("@pulumi/aws"),
    import("../../.sst/platform/src/components/aws/function.ts"),
    import("../../.sst/platform/src/components/linkable.ts"),
    import("../../.sst/platform/src/components/secret.ts"),
  ]);
  Object.assign(globalThis, {
    aws,
    sst: { aws: { Function: functions.Function }, Linkable, Secret },
    $util: pulumi,
    $output: pulumi.output,
    $resolve: pulumi.all,
    $interpolate: pulumi.interpolate,
    $jsonStringify: pulumi.jsonStringify,
  });
}

type Inputs = Readonly<Record<string, unknown>>;

/** ARNs as AWS would make them, where a policy or a target names one. */
function outputsOf(type: string, name: string, inputs: Inputs): Inputs {
  const given = String(inputs["name"] ?? inputs["functionName"] ?? inputs["bucket"] ?? name);
  const arn = (service: string, path: string, region = "us-east-1"): string =>
    `arn:aws:${service}:${region}:${accountId}:${path}`;
  switch (type) {
    case "aws:dynamodb/table:Table":
      return {
        arn: arn("dynamodb", `table/${given}`),
        streamArn: arn("dynamodb", `table/${given}/stream/2026-01-01T00:00:00.000`),
      };
    case "aws:sqs/queue:Queue":
      return { arn: arn("sqs", given), url: `https://sqs.us-east-1.amazonaws.com/${accountId}/${given}` };
    case "aws:s3/bucket:Bucket":
      return { arn: `arn:aws:s3:::${given}` };
    case "aws:s3/bucketObjectv2:BucketObjectv2":
      return { versionId: "v1" };
    case "aws:lambda/function:Function":
      return { arn: arn("lambda", `function:${given}`), publish: false };
    case "aws:iam/role:Role":
      return { arn: arn("iam", `role/${given}`, "") };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { arn: arn("logs", `log-group:${given}`) };
    case "aws:cloudwatch/eventBus:EventBus":
      return { arn: arn("events", `event-bus/${given}`) };
    case "aws:cloudwatch/eventRule:EventRule":
      return { arn: arn("events", `rule/${given}`) };
    case "aws:cloudfront/keyValueStore:KeyValueStore":
      return { arn: arn("cloudfront", `key-value-store/${given}`, "") };
    case "aws:cloudfront/trustStore:TrustStore":
      return { arn: arn("cloudfront", `trust-store/${name}-id`, "") };
    case "aws:cloudfront/function:Function":
      return { arn: arn("cloudfront", `function/${given}`, "") };
    case "aws:cloudfront/distribution:Distribution":
      return { arn: arn("cloudfront", `distribution/${name}`, ""), domainName: `${name}.cloudfront.net` };
    case "aws:apigatewayv2/api:Api":
      return { executionArn: arn("execute-api", `${name}-id`) };
    case "aws:apigatewayv2/domainName:DomainName":
      return {
        domainNameConfiguration: {
          targetDomainName: `d-${name.toLowerCase()}.execute-api.us-east-1.amazonaws.com`,
        },
      };
    case "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination":
      return { arn: arn("logs", `delivery-destination:${given}`) };
    default:
      return {};
  }
}

function answer(token: string, inputs: Inputs, caCertificate: string): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId };
    case "aws:index/getRegion:getRegion":
      return { region: "us-east-1", name: "us-east-1" };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws" };
    case "aws:acmpca/getCertificateAuthority:getCertificateAuthority":
      return { ...inputs, certificate: caCertificate };
    default:
      throw new Error(`the graph test has no answer for ${token}`);
  }
}

/** The server that SST's CLI gives to its components: it bundles functions, and knows the account's asset bucket. */
async function startCliStub() {
  const bundle = join(work, "bundle");
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, "index.mjs"), "export const handler = () => undefined;\n");
  const results: Readonly<Record<string, unknown>> = {
    "Runtime.Build": { handler: "index.handler", out: bundle, errors: [], sourcemaps: [] },
    "Provider.Aws.Bootstrap": { asset: "sst-asset-test", state: "sst-state-test" },
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const { method } = JSON.parse(body) as { method: string };
      const result = results[method];
      response.end(JSON.stringify(result === undefined ? { error: `no ${method}` } : { result }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  // It listens on a port, so that its address is no path.
  const { port } = server.address() as AddressInfo;
  // Components of a stage that failed go on asking; it must not keep the process.
  server.unref();
  return { url: `http://127.0.0.1:${port}` };
}
