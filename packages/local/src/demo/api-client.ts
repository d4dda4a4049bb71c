// The provisioning API as its users call it: through the edge, by certificate or by token.
import type { Agent } from "node:https";
import { type ClientIdentity, callEdge } from "./edge-client.ts";

export type ApiAccess = {
  readonly apiUrl: string;
  readonly serverCa: string;
  readonly identity?: ClientIdentity;
  readonly token?: string;
  /** Without it every call has a connection of its own. */
  readonly agent?: Agent;
};

export type ApiAnswer = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Record<string, unknown>;
};

export async function callApi(
  access: ApiAccess,
  call: {
    readonly method?: string;
    readonly path: string;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
  },
): Promise<ApiAnswer> {
  const answer = await callEdge({
    url: `${access.apiUrl}${call.path}`,
    serverCa: access.serverCa,
    identity: access.identity,
    agent: access.agent,
    method: call.method ?? (call.body === undefined ? "GET" : "POST"),
    headers: {
      ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
      ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  if (answer.kind === "refused")
    throw new Error(`the edge refused the connection to ${call.path} (${answer.reason})`);
  // Every answer of the API is a JSON object, problems included; anything else is shown as it came.
  return { status: answer.status, headers: answer.headers, body: parseObject(answer.body) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

export type EnrolledCertificate = {
  readonly id: string;
  readonly serial: string;
  readonly certificate: string;
  readonly chain: string;
};

/** Posts a CSR and, when the CA is slow, repeats the same request as the answer says: it is idempotent. */
export async function enrol(access: ApiAccess, body: Record<string, unknown>): Promise<EnrolledCertificate> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const answer = await callApi(access, { path: "/v1/certificates", body });
    if (answer.status === 201) return answer.body as unknown as EnrolledCertificate;
    if (answer.status !== 202 && answer.status !== 503)
      throw new Error(`enrolment answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await new Promise(resolve => setTimeout(resolve, 1_000 * Number(answer.headers["retry-after"] ?? 1)));
  }
  throw new Error("the enrolment is still pending after twenty tries");
}
