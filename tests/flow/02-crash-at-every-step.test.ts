// Invariant I2: whatever dies at whatever step, one request yields one certificate, byte for byte, for ever.
// The function's sandbox is killed just before it sends, or just after the service has answered, each AWS call it makes.
import { ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operatorCredentials, region } from "#local/cloud/settings.ts";
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
  { name: "the block of slots", match: "TransactWriteItems", occurrence: 1, sandbox: "new" },
  { name: "the intent", match: "TransactWriteItems", occurrence: 1, sandbox: "warm" },
  { name: "IssueCertificate", match: "IssueCertificate", occurrence: 1, sandbox: "warm" },
  { name: "GetCertificate", match: "GetCertificate", occurrence: 1, sandbox: "warm" },
  { name: "the certificate's record", match: "TransactWriteItems", occurrence: 2, sandbox: "warm" },
] as const;

const delays = {
  "at once": 0,
  "after 4:59": 299_000,
  "after 5:01": 301_000,
  "after 60 minutes": 3_600_000,
} as const;

type Delay = keyof typeof delays;

// PCA's five minutes matter to the one call that they are about; elsewhere one side of them will do.
const delaysOf = (match: string, when: string): readonly Delay[] =>
  match === "IssueCertificate"
    ? ["at once", "after 4:59", "after 5:01", "after 60 minutes"]
    : when === "before-send"
      ? ["at once"]
      : ["after 5:01"];

const crashes = boundaries.flatMap(({ name, match, occurrence, sandbox }) =>
  (["before-send", "after-response"] as const).flatMap(when =>
    delaysOf(match, when).map(retry => ({
      name: `${when === "before-send" ? "before" : "after"} ${name}, retried ${retry}`,
      crashPoint: { match, when, occurrence },
      sandbox,
      retry,
    })),
  ),
);

async function post(body: Record<string, unknown>) {
  return callApi(factory, { path: "/v1/certificates", body });
}

function ledgerOf(holder: string) {
  return cloud.services.pca.ledger().filter(({ subject }) => new RegExp(`CN=${holder}(,|$)`).test(subject));
}

let extra = 0;

/** An enrolment that nobody counts. It leaves a sandbox that holds a block of slots. */
async function warmUp(): Promise<void> {
  extra += 1;
  const holder = `extra-${extra}`;
  expect((await post({ holder, csr: (await makeKeyAndCsr(holder)).csr })).status).toBe(201);
}

/** Ends the sandbox that there is, so that the next request meets one without slots. */
async function coolDown(): Promise<void> {
  const watch = cloud.compute.lambda.terminateDuring("post-certificates", {
    match: "POST",
    when: "before-send",
    occurrence: 1,
  });
  await post({ holder: "never", csr: (await makeKeyAndCsr("never")).csr });
  await watch.fired;
}

/** What a patient client and the recovery job do together: repeat the request, run the job, wait. */
async function repeatUntilIssued(body: Record<string, unknown>) {
  let answer = await post(body);
  for (let attempt = 0; attempt < 20 && answer.status !== 201; attempt += 1) {
    await cloud.compute.lambda.invoke("resume-enrolments", {});
    answer = await post(body);
    // The audit report is made once in half an hour; the clock is what is waited for.
    if (answer.status !== 201) cloud.advance(600_000);
  }
  return answer;
}

describe("the sandbox dies", () => {
  test.each(crashes)("$name: one certificate, the same for every reply", async crash => {
    const holder = `crash-${crashes.indexOf(crash)}`;
    const { csr } = await makeKeyAndCsr(holder);
    const body = { holder, csr };
    await (crash.sandbox === "warm" ? warmUp() : coolDown());
    const watch = cloud.compute.lambda.terminateDuring("post-certificates", crash.crashPoint);
    const crashed = await post(body);
    expect(crashed.status).toBeGreaterThanOrEqual(500);
    await watch.fired;
    cloud.advance(delays[crash.retry]);
    const issued = await repeatUntilIssued(body);
    const again = await post(body);
    expect(issued.status).toBe(201);
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(issued.body));
    expect(ledgerOf(holder)).toHaveLength(1);
  });
});

test("a certificate that no enrolment owns is found by the job and revoked at the CA (threat C4)", async () => {
  const holder = "stranger";
  const caArn = cloud.hierarchy.issuing.arn;
  const pca = new ACMPCAClient({ endpoint: cloud.urls.pca, region, credentials: operatorCredentials });
  await pca.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: caArn,
      Csr: new TextEncoder().encode((await makeKeyAndCsr(holder)).csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1",
      Validity: { Type: "DAYS", Value: 1 },
      ApiPassthrough: {
        Subject: { CommonName: holder, Organization: "acme", OrganizationalUnit: "ec-ffff" },
      },
    }),
  );
  pca.destroy();
  cloud.advance(31 * 60_000);
  const { payload, functionError } = await cloud.compute.lambda.invoke("reconcile-ca", {});
  expect(functionError).toBeUndefined();
  const [orphan] = ledgerOf(holder);
  expect(JSON.parse(payload)).toMatchObject([
    { kind: "judged", orphans: [`m1-${orphan?.serial.replace(/^(00)+/, "")}`] },
  ]);
  expect(orphan).toMatchObject({ reason: "UNSPECIFIED", revokedAt: expect.any(Date) });
  const revoked = cloud.services.pca.ledger().filter(({ revokedAt }) => revokedAt !== undefined);
  expect(revoked).toHaveLength(1);
});
