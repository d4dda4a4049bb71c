// Invariant I2: whatever dies at whatever step, one request yields one certificate, byte for byte, for ever.
// The function's sandbox is killed just before it sends, or just after the service has answered, each AWS call it makes.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { factoryAccess, registerAuthority, startTestCloud, type TestCloud } from "#support/local-cloud.ts";

let cloud: TestCloud;
let factory: ApiAccess;
beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  factory = await factoryAccess(cloud);
});
afterAll(() => cloud.stop());

const boundaries = [
  { name: "the intent", match: "TransactWriteItems", occurrence: 1 },
  { name: "IssueCertificate", match: "IssueCertificate", occurrence: 1 },
  { name: "GetCertificate", match: "GetCertificate", occurrence: 1 },
  { name: "the certificate's record", match: "TransactWriteItems", occurrence: 2 },
] as const;

const crashes = boundaries.flatMap(({ name, match, occurrence }) =>
  (["before-send", "after-response"] as const).flatMap(when =>
    (["at once", "after 4:59", "after 5:01", "after 60 minutes"] as const).map(retry => ({
      name: `${when === "before-send" ? "before" : "after"} ${name}, retried ${retry}`,
      crashPoint: { match, when, occurrence },
      retry,
    })),
  ),
);

const delays = {
  "at once": 0,
  "after 4:59": 299_000,
  "after 5:01": 301_000,
  "after 60 minutes": 3_600_000,
} as const;

async function post(body: Record<string, unknown>) {
  return callApi(factory, { path: "/v1/certificates", body });
}

function ledgerOf(holder: string) {
  return cloud.services.pca.ledger().filter(({ subject }) => subject.includes(`CN=${holder}`));
}

/** What a patient client and the recovery job do together: repeat the request, run the job, wait as told. */
async function repeatUntilIssued(body: Record<string, unknown>) {
  let answer = await post(body);
  for (let attempt = 0; attempt < 40 && answer.status !== 201; attempt += 1) {
    await cloud.compute.lambda.invoke("resume-enrolments", {});
    answer = await post(body);
    // The audit report is made once in half an hour; the clock is what is waited for.
    if (answer.status !== 201) cloud.advance(60_000);
  }
  return answer;
}

describe("the sandbox dies", () => {
  test.each(crashes)("$name: one certificate, the same for every reply", async ({ crashPoint, retry }) => {
    const holder = `crash-${crashes.findIndex(c => c.crashPoint === crashPoint && c.retry === retry)}`;
    const { csr } = await makeKeyAndCsr(holder);
    const body = { holder, csr };
    // A first request takes its block of slots, so that the transactions counted below are the enrolment's own.
    const watch = cloud.compute.lambda.terminateDuring("post-certificates", crashPoint);
    const crashed = await post(body);
    expect(crashed.status).toBeGreaterThanOrEqual(500);
    await watch.fired;
    cloud.advance(delays[retry]);
    const issued = await repeatUntilIssued(body);
    const again = await post(body);
    expect(issued.status).toBe(201);
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(issued.body));
    expect(ledgerOf(holder)).toHaveLength(1);
  });
});
