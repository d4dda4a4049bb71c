// What the suites of POST /v1/certificates share: a whole cloud, its callers, and the one way to be refused.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { expect } from "vitest";
import { operatorCredentials, region, tableName } from "#local/cloud/settings.ts";
import type { ApiAccess } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { type FaultInjector, faultInjector } from "#local/wire/faults.ts";
import {
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestCloudOptions,
} from "#support/local-cloud.ts";

export type World = {
  readonly cloud: TestCloud;
  readonly faults: FaultInjector;
  readonly operator: ApiAccess;
  /** The factory lines of two tenants. */
  readonly acme: ApiAccess;
  readonly zenith: ApiAccess;
  readonly documents: DynamoDBDocumentClient;
};

export type WorldOptions = TestCloudOptions & {
  readonly beforeAnyAuthority?: (operator: ApiAccess) => Promise<void>;
};

export async function startWorld({ beforeAnyAuthority, ...options }: WorldOptions = {}): Promise<World> {
  const faults = faultInjector();
  const cloud = await startTestCloud({ ...options, faults });
  await beforeAnyAuthority?.(await cloud.operator());
  await registerAuthority(cloud);
  const client = new DynamoDBClient({
    endpoint: cloud.urls.dynamodb,
    region,
    credentials: operatorCredentials,
  });
  return {
    cloud,
    faults,
    operator: await cloud.operator(),
    acme: await factoryAccess(cloud, "acme", "acme-line"),
    zenith: await factoryAccess(cloud, "zenith", "zenith-line"),
    documents: DynamoDBDocumentClient.from(client),
  };
}

let shared: Promise<World> | undefined;

/** The world of the suites that leave it as they found it. */
export function sharedWorld(): Promise<World> {
  shared ??= startWorld();
  return shared;
}

export type Answer = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
};

export type RawRequest = {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Any bytes with any headers; JSON unless they say otherwise. */
export async function send(access: ApiAccess, request: RawRequest): Promise<Answer> {
  const answer = await callEdge({
    url: `${access.apiUrl}/v1/certificates`,
    serverCa: access.serverCa,
    identity: access.identity,
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
      ...request.headers,
    },
    body: request.body,
  });
  if (answer.kind === "refused") throw new Error(`the edge refused the connection: ${answer.reason}`);
  const { status, headers, body: text } = answer;
  return { status, headers, text, body: JSON.parse(text) };
}

export function post(
  access: ApiAccess,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(access, { body: JSON.stringify(body), headers });
}

const ownRows = /^(ENROLMENT|KEY|CERTIFICATE|SHA256|HOLDER|AUDIT)#/;

/** The keys of every row that an enrolment writes, by a scan of the whole table. */
export async function registryKeys({ documents }: World): Promise<readonly string[]> {
  const keys: string[] = [];
  const pages = paginateScan(
    { client: documents },
    { TableName: tableName, ProjectionExpression: "pk, sk", ConsistentRead: true },
  );
  for await (const { Items } of pages) keys.push(...(Items ?? []).map(({ pk, sk }) => `${pk} ${sk}`));
  return keys.filter(key => ownRows.test(key)).sort();
}

export function ledgerOf({ cloud }: World, holder: string) {
  return cloud.services.pca.ledger().filter(({ subject }) => new RegExp(`CN=${holder}(,|$)`).test(subject));
}

export type Refusal = {
  readonly status: number;
  readonly code: string;
  /** `<finding code> <JSON Pointer>`: these and no others. */
  readonly findings?: readonly string[];
};

/**
 * The answer is the problem told, and neither the CA nor the registry has noticed the request, save for one audit record
 * of the refusal when it is known who asked (threat A5).
 */
export async function expectRefused(
  world: World,
  access: ApiAccess,
  request: RawRequest,
  refusal: Refusal,
): Promise<Answer> {
  const issuedBefore = world.cloud.services.pca.ledger().length;
  const rowsBefore = await registryKeys(world);
  const answer = await send(access, request);
  expectProblem(answer, refusal);
  expectNoEcho(answer, request);
  const isOnRecord = refusal.status !== 401;
  const added = (await registryKeys(world)).filter(key => !rowsBefore.includes(key));
  expect(added).toEqual(isOnRecord ? [expect.stringMatching(/^AUDIT#.*#enrolment\.refused$/)] : []);
  expect(world.cloud.services.pca.ledger()).toHaveLength(issuedBefore);
  return answer;
}

type ShownFinding = { readonly code: string; readonly detail: string; readonly pointer: string };

/** RFC 9457, and the members that docs/problems promises. */
export function expectProblem(answer: Answer, { status, code, findings }: Refusal): void {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { status, code } });
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  expect(answer.headers["cache-control"]).toBe("no-store");
  const { type, title, instance, errors } = answer.body;
  expect(type).toBe(`/problems/${code}`);
  expect(title).toEqual(expect.stringMatching(/\S/));
  expect(instance).toEqual(expect.stringMatching(/^urn:edgecert:request:\S+$/));
  // Checked member by member below; a problem's `errors` are findings or absent.
  const shown = (errors ?? []) as readonly ShownFinding[];
  // RFC 6901: a pointer is empty or starts with a slash, and a tilde is followed by 0 or 1.
  for (const { pointer } of shown) expect(pointer).toMatch(/^(\/([^~/]|~[01])*)*$/);
  if (findings !== undefined) {
    expect(shown.map(finding => `${finding.code} ${finding.pointer}`).sort()).toEqual([...findings].sort());
  }
}

/** Excerpts show at most 32 characters of what was posted. */
const longestEcho = 40;

function expectNoEcho({ text }: Answer, { body }: RawRequest): void {
  const posted = Buffer.from(body).toString("utf8");
  const shown = new Set(windows(text, longestEcho));
  expect([...windows(posted, longestEcho)].filter(window => shown.has(window))).toEqual([]);
}

function* windows(text: string, size: number): Generator<string> {
  for (let at = 0; at + size <= text.length; at += 1) yield text.slice(at, at + size);
}
