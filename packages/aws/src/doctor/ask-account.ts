// Two questions to services for which the project needs no client otherwise: a quota, and where connection logs go. Both
// speak AWS JSON 1.1.
import type { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { SignatureV4 } from "@smithy/signature-v4";
import * as z from "zod";
import type { Asked } from "#core/doctor/facts.ts";

type Service = {
  readonly name: string;
  readonly signingName: string;
  readonly endpointVariable: string;
  readonly host: string;
  readonly target: string;
};

const serviceQuotas: Service = {
  name: "Service Quotas",
  signingName: "servicequotas",
  endpointVariable: "AWS_ENDPOINT_URL_SERVICE_QUOTAS",
  host: "https://servicequotas.us-east-1.amazonaws.com",
  target: "ServiceQuotasV20190624",
};

/** CloudFront delivers connection logs by CloudWatch Logs in us-east-1 only. */
const logs: Service = {
  name: "CloudWatch Logs",
  signingName: "logs",
  endpointVariable: "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
  host: "https://logs.us-east-1.amazonaws.com",
  target: "Logs_20140328",
};

/** What signs: an SDK client's own credentials and hash. */
export type Signing = Pick<CloudFrontClient["config"], "credentials" | "sha256">;
type Environment = Readonly<Record<string, string | undefined>>;

const quotaSchema = z.object({ Quota: z.object({ Value: z.number() }) });

/** Of service code `cloudfront`. */
export function askQuota(
  signing: Signing,
  code: string,
  environment: Environment = process.env,
): Promise<Asked<number>> {
  return ask(serviceQuotas, environment, async endpoint => {
    const input = { ServiceCode: "cloudfront", QuotaCode: code };
    return quotaSchema.parse(await call(serviceQuotas, endpoint, signing, "GetServiceQuota", input)).Quota
      .Value;
  });
}

const page = z.object({ nextToken: z.string().optional() });
const sourcesSchema = page.extend({
  deliverySources: z
    .array(z.object({ name: z.string(), logType: z.string(), resourceArns: z.array(z.string()) }))
    .default([]),
});
const deliveriesSchema = page.extend({
  deliveries: z.array(z.object({ deliverySourceName: z.string() })).default([]),
});

/** ARNs of the resources whose connection logs go somewhere. */
export function askDeliveredLogs(
  signing: Signing,
  environment: Environment = process.env,
): Promise<Asked<readonly string[]>> {
  return ask(logs, environment, async endpoint => {
    const all = async <T>(
      operation: string,
      read: (answer: unknown) => { items: T[]; nextToken?: string | undefined },
    ) => {
      const items: T[] = [];
      let nextToken: string | undefined;
      do {
        const answer = read(
          await call(logs, endpoint, signing, operation, nextToken === undefined ? {} : { nextToken }),
        );
        items.push(...answer.items);
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      return items;
    };
    const sources = await all("DescribeDeliverySources", answer => {
      const { deliverySources: items, nextToken } = sourcesSchema.parse(answer);
      return { items, nextToken };
    });
    const deliveries = await all("DescribeDeliveries", answer => {
      const { deliveries: items, nextToken } = deliveriesSchema.parse(answer);
      return { items, nextToken };
    });
    const delivered = new Set(deliveries.map(({ deliverySourceName }) => deliverySourceName));
    return sources
      .filter(({ name, logType }) => logType === "CONNECTION_LOGS" && delivered.has(name))
      .flatMap(({ resourceArns }) => resourceArns);
  });
}

/**
 * Where CloudFront is reached by an endpoint variable, so must be everything else: questions about one cloud must not be
 * answered by another.
 */
async function ask<T>(
  { name, endpointVariable, host }: Service,
  environment: Environment,
  question: (endpoint: string) => Promise<T>,
): Promise<Asked<T>> {
  const endpoint = environment[endpointVariable];
  if (endpoint === undefined && environment["AWS_ENDPOINT_URL_CLOUDFRONT"] !== undefined) {
    return { kind: "unasked", why: `not checked: there is no ${endpointVariable} beside CloudFront's` };
  }
  try {
    return { kind: "answered", value: await question(endpoint ?? host) };
  } catch (error) {
    return {
      kind: "unasked",
      why: `not checked: ${name} did not answer: ${error instanceof Error ? error.message : ""}`,
    };
  }
}

async function call(
  { signingName, target }: Service,
  endpoint: string,
  { credentials, sha256 }: Signing,
  operation: string,
  input: object,
): Promise<unknown> {
  const url = new URL(endpoint);
  const signer = new SignatureV4({ service: signingName, region: "us-east-1", credentials, sha256 });
  const request = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: "/",
    headers: {
      host: url.host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${target}.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const answer = await fetch(url, {
    method: "POST",
    headers: request.headers,
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok)
    throw new Error(`${operation}: HTTP ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  return answer.json();
}
