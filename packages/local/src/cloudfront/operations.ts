// The operations that are answered here, by the method and path that the API model gives each.
import type { Answer, Request } from "./cloudfront.ts";
import type { ConnectionFunctions } from "./connection-functions.ts";
import type { Distributions } from "./distributions.ts";
import { CloudFrontError } from "./error.ts";
import {
  createTrustStore,
  deleteTrustStore,
  getTrustStore,
  listTrustStores,
  type TrustStores,
  updateTrustStore,
} from "./trust-stores.ts";

const routes = {
  CreateTrustStore: ["POST", "trust-store"],
  UpdateTrustStore: ["PUT", "trust-store/*"],
  GetTrustStore: ["GET", "trust-store/*"],
  DeleteTrustStore: ["DELETE", "trust-store/*"],
  ListTrustStores: ["POST", "trust-stores"],
  ListDistributionsByTrustStore: ["GET", "distributionsByTrustStore"],
  ListDistributions: ["GET", "distribution"],
  GetDistributionConfig: ["GET", "distribution/*/config"],
  DescribeConnectionFunction: ["GET", "connection-function/*/describe"],
  GetConnectionFunction: ["GET", "connection-function/*"],
  DescribeKeyValueStore: ["GET", "key-value-store/*"],
} as const;

export type OperationName = keyof typeof routes;

export type Route = {
  readonly name: OperationName;
  readonly parameter: string;
  readonly query: URLSearchParams;
};

/** Throws InvalidAction for what is not answered here. */
export function routeOf(method: string, target: string): Route {
  const [path = "", query] = target.split("?", 2);
  const given = path.replace(/^\/2020-05-31\//, "").split("/");
  for (const [name, [wanted, pattern]] of Object.entries(routes)) {
    const parts = pattern.split("/");
    const fits =
      parts.length === given.length && parts.every((part, at) => part === "*" || part === given[at]);
    if (!fits || wanted !== method || !path.startsWith("/2020-05-31/")) continue;
    const parameter = decodeURIComponent(given[parts.indexOf("*")] ?? "");
    // `Object.entries` forgets the keys' type, and the table has no others.
    return { name: name as OperationName, parameter, query: new URLSearchParams(query) };
  }
  throw new CloudFrontError("InvalidAction", `${method} ${path} is no operation that is answered here.`, 404);
}

/** What IAM is asked about, as the end of its ARN. */
export function resourceOf(name: OperationName, parameter: string, query: URLSearchParams): string {
  const [kind = ""] = routes[name][1].split("/");
  if (name === "ListDistributionsByTrustStore")
    return `trust-store/${query.get("TrustStoreIdentifier") ?? ""}`;
  return `${kind}/${parameter === "" ? "*" : parameter}`;
}

export type ControlPlane = {
  readonly stores: TrustStores;
  readonly distributions: Distributions;
  readonly functions: ConnectionFunctions;
  /** Name to ARN. */
  readonly keyValueStores: () => Readonly<Record<string, string>>;
};

type Operation = (request: Request) => Answer | Promise<Answer>;

export function operationsOf(plane: ControlPlane): Readonly<Record<OperationName, Operation>> {
  const { stores, distributions, functions } = plane;
  return {
    CreateTrustStore: request => createTrustStore(stores, request),
    UpdateTrustStore: request => updateTrustStore(stores, request),
    GetTrustStore: request => getTrustStore(stores, request),
    DeleteTrustStore: request => deleteTrustStore(stores, request),
    ListTrustStores: request => listTrustStores(stores, request),
    ListDistributionsByTrustStore: request => {
      stores.records.get(request.query.get("TrustStoreIdentifier") ?? "");
      return distributions.listByTrustStore(request);
    },
    ListDistributions: distributions.list,
    GetDistributionConfig: distributions.getConfig,
    DescribeConnectionFunction: functions.describe,
    GetConnectionFunction: functions.getCode,
    DescribeKeyValueStore: request => describeKeyValueStore(plane, request),
  };
}

function describeKeyValueStore({ keyValueStores, stores }: ControlPlane, { parameter }: Request): Answer {
  const arn = keyValueStores()[parameter];
  if (arn === undefined) throw new CloudFrontError("EntityNotFound", "The entity was not found.", 404);
  const id = arn.split("/").at(-1) ?? "";
  return {
    status: 200,
    etag: `E${id.replaceAll("-", "").slice(0, 13).toUpperCase()}`,
    root: "KeyValueStore",
    value: {
      Name: parameter,
      Id: id,
      Comment: "",
      ARN: arn,
      Status: "READY",
      LastModifiedTime: stores.clock.now().toISOString(),
    },
  };
}
