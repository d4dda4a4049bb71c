// A lot of 300 in one call at Private CA's default rate, with bad lines among them and a function that is killed in the
// middle: every line gets its own answer, the same for ever, and the CA signs each device once.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type IssuedLine, type LotResult, lotResultSchema } from "#functions/contract/post-lot-enrolments.ts";
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import type { InvocationTrace } from "#local/lambda/function-pool.ts";
import {
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  until,
} from "#support/local-cloud.ts";

let cloud: TestCloud;
let factory: ApiAccess;
let stranger: ApiAccess;
const traces: InvocationTrace[] = [];

beforeAll(async () => {
  cloud = await startTestCloud({ onInvocation: trace => void traces.push(trace) });
  await registerAuthority(cloud);
  factory = await factoryAccess(cloud);
  stranger = await factoryAccess(cloud, "umbrella", "line-9");
});
afterAll(() => cloud.stop());

async function postLines(path: string, body: string, access: ApiAccess = factory) {
  const answer = await callEdge({
    url: `${access.apiUrl}${path}`,
    serverCa: access.serverCa,
    identity: access.identity,
    method: "POST",
    headers: {
      "content-type": "application/x-ndjson",
      ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
    },
    body,
  });
  if (answer.kind === "refused") throw new Error(`the edge refused the connection: ${answer.reason}`);
  return answer;
}

async function postLot(lot: string, lines: readonly string[], access = factory) {
  const answer = await postLines(`/v1/lots/${lot}/enrolments`, `${lines.join("\n")}\n`, access);
  expect({ status: answer.status, type: answer.headers["content-type"] }).toEqual({
    status: 200,
    type: "application/x-ndjson",
  });
  const texts = answer.body.trimEnd().split("\n");
  const results = texts.map((text): LotResult => lotResultSchema.parse(JSON.parse(text)));
  return { texts, results, retryAfter: Number(answer.headers["retry-after"] ?? 0) };
}

async function aLine(holder: string, csrOf = holder): Promise<string> {
  return JSON.stringify({ holder, csr: (await makeKeyAndCsr(csrOf)).csr });
}

const manyLines = (name: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => aLine(`${name}-${index}`)));

/** As a client does that is told when to come back, without the waiting. */
async function repeatUntilDone(lot: string, lines: readonly string[]) {
  let answer = await postLot(lot, lines);
  await until(async () => {
    if (answer.retryAfter === 0) return true;
    await cloud.compute.lambda.invoke("resume-enrolments", {});
    answer = await postLot(lot, lines);
    return answer.retryAfter === 0;
  }, 80_000);
  return answer;
}

const ledgerOf = (name: string) =>
  cloud.services.pca.ledger().filter(({ subject }) => subject.includes(`CN=${name}-`));

const statusesOf = (results: readonly LotResult[]) => results.map(({ status }) => status);

describe("a lot of 300 with three bad lines", () => {
  const size = 300;
  const bad = new Map([
    [6, { status: 400, code: "request.malformed" }],
    [99, { status: 422, code: "enrolment.refused" }],
    [299, { status: 422, code: "enrolment.refused" }],
  ]);
  let lines: string[];
  let done: Awaited<ReturnType<typeof postLot>>;

  beforeAll(async () => {
    lines = await manyLines("big", size);
    lines[6] = '{"holder": "big-6", "csr": ';
    lines[99] = await aLine("big-99", "somebody-else");
    lines[299] = JSON.stringify({ holder: "big-299", csr: "-----BEGIN CERTIFICATE REQUEST-----" });
    const announced = await callApi(await cloud.operator(), {
      method: "PUT",
      path: "/v1/lots/big?tenant=acme",
      body: { size },
    });
    expect(announced).toMatchObject({
      status: 200,
      body: { announcedSize: size, state: "open", blocks: [] },
    });
  });

  test("is cut off by a kill in the middle, and goes on when the same call is repeated", async () => {
    const watch = cloud.compute.lambda.terminateDuring("post-lot-enrolments", {
      match: "IssueCertificate",
      when: "after-response",
      occurrence: 20,
    });
    const cutOff = await postLines("/v1/lots/big/enrolments", lines.join("\n"));
    expect(cutOff.status).toBeGreaterThanOrEqual(500);
    await watch.fired;
    done = await repeatUntilDone("big", lines);
    const expected = lines.map((_, index) => bad.get(index)?.status ?? 201);
    expect(statusesOf(done.results)).toEqual(expected);
  });

  test("has a result for each line, in order, each bad one with its own findings", () => {
    expect(done.results.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1));
    expect(done.results.map(({ holder }) => holder)).toEqual(
      lines.map((_, index) => (index === 6 ? undefined : `big-${index}`)),
    );
    const codes = [...bad.keys()].map(index => {
      const result = done.results[index];
      return result !== undefined && "errors" in result ? result.errors?.map(({ code }) => code) : undefined;
    });
    expect(codes).toEqual([["json.syntax"], ["requested.subject"], ["csr.not_pem"]]);
  });

  test("is signed by the CA once for each device", () => {
    const subjects = ledgerOf("big").map(({ subject }) => /CN=([^,]+)/.exec(subject)?.[1]);
    expect(subjects).toHaveLength(size - bad.size);
    expect(new Set(subjects).size).toBe(size - bad.size);
  });

  test("answers the same call with the same bytes, without a word to the CA and at a few reads", async () => {
    traces.length = 0;
    const again = await postLot("big", lines);
    expect(again.texts).toEqual(done.texts);
    await until(() => traces.some(({ functionName }) => functionName === "post-lot-enrolments"));
    const calls = traces.flatMap(trace =>
      trace.functionName === "post-lot-enrolments" ? trace.calls.map(({ name }) => name) : [],
    );
    expect(calls.filter(name => name.includes("ACMPrivateCA"))).toEqual([]);
    expect(calls.filter(name => name.includes("DynamoDB")).length).toBeLessThan(20);
  });

  test("sits in one block of slots, next to each other", async () => {
    const { status, body } = await callApi(factory, { path: "/v1/lots/big" });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { lot: "big", tenant: "acme", state: "open", announcedSize: size, issued: size - bad.size },
    });
    expect(body["blocks"]).toMatchObject([{ authority: "m1", kind: "lot", size: size + 256 }]);
    const [block] = body["blocks"] as readonly { firstSlot: number; used: number }[];
    const slots = ledgerOf("big").map(({ subject }) =>
      Number.parseInt(/OU=([0-9a-f]+)/.exec(subject)?.[1] ?? "", 16),
    );
    expect(Math.min(...slots)).toBeGreaterThanOrEqual(block?.firstSlot ?? Number.NaN);
    // The killed sandbox has taken what it had left of its chunk with it.
    expect(Math.max(...slots) - Math.min(...slots)).toBeLessThan(size + 64);
  });

  test("names a chain that its certificates verify with", async () => {
    const [first] = done.results.filter((result): result is IssuedLine => result.status === 201);
    const chain = await callEdge({
      url: `${factory.apiUrl}${first?.chainLocation}`,
      serverCa: factory.serverCa,
      identity: factory.identity,
    });
    const single = await callApi(factory, {
      path: "/v1/certificates",
      body: JSON.parse(lines[0] ?? "{}") as unknown,
    });
    // The lot is part of what was asked: the same CSR without it is another request of the same name.
    expect(single).toMatchObject({ status: 409, body: { code: "idempotency.conflict" } });
    const alone = await callApi(factory, {
      path: "/v1/certificates",
      body: JSON.parse(await aLine("alone")) as unknown,
    });
    expect(chain).toMatchObject({ status: 200, body: alone.body["chain"] });
  });

  test("is nobody else's to see", async () => {
    const foreign = await callApi(stranger, { path: "/v1/lots/big" });
    const absent = await callApi(factory, { path: "/v1/lots/no-such-lot" });
    expect([foreign.status, foreign.body["code"]]).toEqual([404, "resource.not_found"]);
    expect([absent.status, absent.body["detail"]]).toEqual([404, foreign.body["detail"]]);
    const named = await callApi(stranger, { path: "/v1/lots/big?tenant=acme" });
    expect(named.status).toBe(403);
  });
});

describe("lines of one call", () => {
  test("cost at most three DynamoDB calls a certificate, and two of the CA's, when nothing is slow", async () => {
    const count = 40;
    let attempt = 0;
    // A line that another's slowness has made wait is no good case: then others are counted.
    await until(async () => {
      attempt += 1;
      traces.length = 0;
      const { results } = await postLot("count", await manyLines(`count-${attempt}`, count));
      return statusesOf(results).every(status => status === 201);
    }, 80_000);
    await until(() => traces.some(({ functionName }) => functionName === "post-lot-enrolments"));
    const [{ calls } = { calls: [] }] = traces.filter(trace => trace.functionName === "post-lot-enrolments");
    const sent = (match: string) => calls.filter(({ name }) => name.includes(match)).length;
    expect(sent("DynamoDB")).toBeLessThanOrEqual(3 * count);
    expect(sent("IssueCertificate")).toBe(count);
  });

  test("that say the same share one answer; a holder or a key that comes again is refused", async () => {
    const first = await aLine("twin-1");
    const { csr } = JSON.parse(first) as { csr: string };
    const nameless = await makeKeyAndCsr("twin-2");
    const lines = [
      first,
      first,
      await aLine("twin-1"),
      JSON.stringify({ holder: "twin-2", csr: nameless.csr }),
      JSON.stringify({ holder: "twin-3", csr }),
    ];
    const { results, texts } = await postLot("twins", lines);
    expect(statusesOf(results)).toEqual([201, 201, 422, 201, 422]);
    expect(texts[1]).toBe(texts[0]?.replace('"line":1', '"line":2'));
    expect(results[2]).toMatchObject({ errors: [{ code: "lot.holder_repeated", pointer: "/holder" }] });
    expect(ledgerOf("twin")).toHaveLength(2);
  });

  test("are refused as a whole when there are too many, or when nobody may ask", async () => {
    const refused = async (body: string, access = factory) => {
      let answer = await postLines("/v1/lots/w1/enrolments", body, access);
      // An overloaded edge says nothing of use.
      await until(async () => {
        if (answer.status < 500) return true;
        answer = await postLines("/v1/lots/w1/enrolments", body, access);
        return false;
      });
      return [answer.status, JSON.parse(answer.body).code];
    };
    expect(await refused("1\n".repeat(1_001))).toEqual([400, "request.malformed"]);
    expect(await refused("\n".repeat(4_500_001))).toEqual([413, "request.too_large"]);
    expect(await refused("{}", await cloud.operator())).toEqual([400, "request.malformed"]);
    expect(await refused("{}", { ...cloud.access })).toEqual([401, "caller.unauthenticated"]);
  });

  test("without a claim that covers them are each refused, and nothing is asked of the CA", async () => {
    const operator = await cloud.operator();
    const { body } = await callApi(operator, { path: "/v1/certificates", body: await aFactory("line-2") });
    const line2 = { ...cloud.access, identity: { key: lineKey, certificate: String(body["certificate"]) } };
    const { results } = await postLot("w2", await manyLines("unclaimed", 3), line2);
    expect(results).toMatchObject([1, 2, 3].map(() => ({ status: 403, code: "caller.forbidden" })));
    expect(ledgerOf("unclaimed")).toEqual([]);
  });
  let lineKey = "";
  async function aFactory(holder: string) {
    const { key, csr } = await makeKeyAndCsr(holder);
    lineKey = key;
    return { holder, csr, tenant: "acme", profile: "factory" };
  }
});

describe("a lot with a manifest", () => {
  const manifest = async (lot: string, holders: readonly string[]) => {
    const body = holders.map(holder => `${JSON.stringify({ holder })}\n`).join("");
    const path = `/v1/lots/${lot}/manifest?tenant=acme`;
    const answer = await postLines(path, body, await cloud.operator());
    return { status: answer.status, body: JSON.parse(answer.body) as unknown };
  };
  const refusal = (code: string) => ({ status: 422, errors: [{ code, pointer: "/holder" }] });

  test("takes the holders on it, once each, by either way", async () => {
    expect(await manifest("m", ["list-1", "list-2", "list-3"])).toEqual({
      status: 200,
      body: { lot: "m", added: 3, expectedHolders: 3 },
    });
    const lines = [await aLine("list-1"), await aLine("list-4"), await aLine("list-2")];
    const { results, texts } = await postLot("m", lines);
    expect(results).toMatchObject([{ status: 201 }, refusal("lot.holder_not_expected"), { status: 201 }]);
    expect((await postLot("m", lines)).texts).toEqual(texts);

    const second = await postLot("m", [await aLine("list-1")]);
    expect(second.results).toMatchObject([refusal("lot.holder_enrolled")]);
    const single = async (holder: string) => {
      const { csr } = await makeKeyAndCsr(holder);
      return callApi(factory, { path: "/v1/certificates", body: { holder, csr, lot: "m" } });
    };
    expect((await single("list-3")).status).toBe(201);
    expect(await single("list-3")).toMatchObject({ status: 422, body: refusal("lot.holder_enrolled") });
    expect(ledgerOf("list")).toHaveLength(3);
  });

  test("is added to later, not begun late, and refused whole for one bad line", async () => {
    expect((await manifest("m", ["list-4"])).body).toEqual({ lot: "m", added: 1, expectedHolders: 4 });
    expect((await postLot("m", [await aLine("list-4")])).results).toMatchObject([{ status: 201 }]);
    expect(await manifest("big", ["big-0"])).toMatchObject({ status: 409, body: { code: "lot.started" } });
    expect(await manifest("n", ["good", "not/good"])).toMatchObject({
      status: 400,
      body: { errors: [{ code: "schema.invalid_format", detail: expect.stringMatching(/^line 2: /) }] },
    });
    const unknown = await callApi(factory, { path: "/v1/lots/n" });
    expect(unknown.status).toBe(404);
  });
});
