// POST /v1/certificates while the CA is slow, throttled, failing or used up: 202 or 503, and one certificate in the end.
import { ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { operatorCredentials, region } from "#local/cloud/settings.ts";
import { callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import type { Fault } from "#local/wire/faults.ts";
import { type Answer, expectProblem, ledgerOf, post, startWorld, type World } from "./world.ts";

let world: World;
let withoutAuthority: Answer;
beforeAll(async () => {
  world = await startWorld({
    beforeAnyAuthority: async operator => {
      withoutAuthority = await post(operator, await request("early", { tenant: "acme" }));
    },
  });
});
afterAll(() => world?.cloud.stop());
afterEach(() => world.faults.clear());

async function request(holder: string, fields: Readonly<Record<string, string>> = {}) {
  const { csr } = await makeKeyAndCsr(holder);
  return { holder, csr, ...fields };
}

const error = (name: string, status = 400): Fault => ({
  kind: "error",
  error: new AwsError(name, "as the test asks", status),
});

function expectPending({ status, headers, body }: Answer): void {
  expect(status).toBe(202);
  expect(["accepted", "issuing"]).toContain(body["state"]);
  expect(headers["location"]).toBe(`/v1/enrolments/${body["enrolment"]}`);
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
}

/** As a client does that is told to come back: the clock moves by what the answer says. */
async function repeatUntilIssued(body: unknown, first: Answer): Promise<Answer> {
  let answer = first;
  for (let attempt = 0; attempt < 20 && answer.status !== 201; attempt += 1) {
    world.cloud.advance(1_000 * Number(answer.headers["retry-after"] ?? 1));
    answer = await post(world.acme, body);
  }
  expect(answer.status).toBe(201);
  return answer;
}

// An ask is sent twice before it is given up.
describe("a CA that cannot answer now", () => {
  test.each<[string, string, Fault, number]>([
    ["throttles", "IssueCertificate", error("ThrottlingException"), 2],
    ["is being changed", "IssueCertificate", error("InvalidStateException"), 2],
    ["fails", "IssueCertificate", error("InternalFailure", 500), 2],
    ["breaks the connection before it works", "IssueCertificate", { kind: "lost-request" }, 2],
    ["issues and breaks the connection", "IssueCertificate", { kind: "lost-reply" }, 2],
    ["takes its time to sign", "GetCertificate", error("RequestInProgressException"), 12],
    ["throttles the collection", "GetCertificate", error("ThrottlingException"), 2],
    ["breaks the connection at the collection", "GetCertificate", { kind: "lost-reply" }, 2],
  ])(
    "that %s is told as 202, and the repeated request gets the one certificate",
    async (name, operation, fault, times) => {
      const body = await request(`slow-${name.replaceAll(" ", "-")}`);
      world.faults.next(operation, fault, times);
      const first = await post(world.acme, body);
      expectPending(first);
      world.faults.clear();
      const open = await callApi(world.acme, { path: String(first.headers["location"]) });
      expect(open.status).toBe(200);
      // Its message may have been taken up meanwhile.
      expect(["accepted", "issuing", "issued"]).toContain(open.body["state"]);
      const issued = await repeatUntilIssued(body, first);
      expect((await post(world.acme, body)).text).toBe(issued.text);
      expect(ledgerOf(world, body.holder)).toHaveLength(1);
    },
  );

  test("is not noticed when its second answer is good", async () => {
    const body = await request("second-try");
    world.faults.next("IssueCertificate", { kind: "lost-reply" });
    expect((await post(world.acme, body)).status).toBe(201);
    expect(ledgerOf(world, body.holder)).toHaveLength(1);
  });
});

describe("503", () => {
  test("without an authority the answer is a problem that says when to come back", () => {
    expectProblem(withoutAuthority, { status: 503, code: "authority.unavailable" });
    expect(Number(withoutAuthority.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("of a CA that has used up its certificates says so, and the enrolment goes on once it has more", async () => {
    const body = await request("exhausted");
    world.faults.next("IssueCertificate", error("LimitExceededException"));
    const refused = await post(world.acme, body);
    expectProblem(refused, { status: 503, code: "ca.exhausted" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(ledgerOf(world, body.holder)).toHaveLength(0);
    // Nobody asks that CA for a while; then one is let through, in case its quota was raised.
    expectProblem(await post(world.acme, body), { status: 503, code: "ca.exhausted" });
    world.cloud.advance(10 * 60_000);
    await world.cloud.compute.lambda.invoke("resume-enrolments", {});
    await repeatUntilIssued(body, await post(world.acme, body));
    expect(ledgerOf(world, body.holder)).toHaveLength(1);
  });
});

test("a CA that refuses the request ends the enrolment: 422, now and at every repetition", async () => {
  const body = await request("rejected");
  world.faults.next("IssueCertificate", error("MalformedCSRException"));
  for (const answer of [await post(world.acme, body), await post(world.acme, body)])
    expectProblem(answer, { status: 422, code: "enrolment.failed" });
  expect(ledgerOf(world, body.holder)).toHaveLength(0);
});

test("eighty requests at once and a busy neighbour: every one 201 or 202, all issued in the end, none twice", async () => {
  const bodies = await Promise.all(Array.from({ length: 80 }, (_, at) => request(`crowd-${at}`)));
  const neighbour = takeMostOfTheRate();
  const answers = await Promise.all(bodies.map(body => post(world.acme, body)));
  await neighbour.stop();
  const pending = answers.filter(({ status }) => status !== 201);
  pending.forEach(expectPending);
  expect(pending.length).toBeGreaterThan(0);
  // Some by the recovery job, which leaves the young ones to their callers; the others by repetition.
  world.cloud.advance(20_000);
  await world.cloud.compute.lambda.invoke("resume-enrolments", {});
  const issued: Answer[] = [];
  for (const [at, answer] of answers.entries())
    issued.push(answer.status === 201 ? answer : await repeatUntilIssued(bodies[at], answer));
  expect(new Set(issued.map(({ body }) => body["serial"])).size).toBe(80);
  for (const { holder } of bodies) expect(ledgerOf(world, holder)).toHaveLength(1);
});

/** Somebody else in the same account: calls that PCA refuses, and counts. */
function takeMostOfTheRate() {
  const client = new ACMPCAClient({
    endpoint: world.cloud.urls.pca,
    region,
    credentials: operatorCredentials,
    maxAttempts: 1,
  });
  const call = () =>
    client
      .send(
        new IssueCertificateCommand({
          CertificateAuthorityArn: world.cloud.hierarchy.issuing.arn,
          Csr: new TextEncoder().encode("no request"),
          SigningAlgorithm: "SHA256WITHECDSA",
          Validity: { Type: "DAYS", Value: 1 },
        }),
      )
      .catch(() => undefined);
  let going = true;
  const run = async (): Promise<void> => {
    while (going) await Promise.all([call(), call(), call(), call()]);
  };
  const running = run();
  return {
    stop: async () => {
      going = false;
      await running;
    },
  };
}
