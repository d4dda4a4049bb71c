// The guided lifecycle, through public surfaces only: AWS SDK calls, the provisioning API and TLS handshakes.
// Every step checks what it claims; one that does not hold ends the run with its name.
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { busName, operatorCredentials, region } from "../cloud/settings.ts";
import { type ApiAccess, callApi, type EnrolledCertificate, enrol } from "./api-client.ts";
import { revokedAtCa } from "./ca-ledger.ts";
import { claimForLine } from "./claim-for-line.ts";
import { type ClientIdentity, callEdge, type EdgeAnswer } from "./edge-client.ts";
import { makeKeyAndCsr } from "./key-and-csr.ts";
import { duration, type Narrator } from "./narrator.ts";
import { issueOutside, type OutsideCertificates } from "./outside-certificates.ts";

export type Device = {
  readonly holder: string;
  readonly identity: ClientIdentity;
  readonly certificate: EnrolledCertificate;
};
export type LifecycleResult = {
  readonly good: Device;
  readonly revoked: Device;
  readonly eventToRefusalMs: number;
};

const tenant = "acme";
export const firmwarePath = "/firmware-1.0.0.bin";

export async function runLifecycle(
  cloud: LocalCloud,
  narrator: Narrator,
  runId: string,
): Promise<LifecycleResult> {
  const { step } = narrator;
  const endpoint = { region, credentials: operatorCredentials };
  const pca = new ACMPCAClient({ ...endpoint, endpoint: cloud.urls.pca });
  const bus = new EventBridgeClient({ ...endpoint, endpoint: cloud.urls.eventBus });
  const operator: ApiAccess = { ...cloud.access, token: await cloud.operatorToken() };

  await step(
    "An operator registers the issuing CA as an authority; its first pages reach the edge store",
    async note => {
      note(await registerAuthority(cloud, operator));
    },
  );
  const outside = await step(
    "For later: certificates that must not get in (another CA's; one that expires in 2 s)",
    () => issueOutside(pca, cloud.hierarchy.issuing.arn),
  );
  const factory = await step("The operator gives a factory line a certificate and a claim", async note => {
    const line = await enrolHolder(operator, `line-${runId}`, { tenant, profile: "factory" });
    note(`certificate ${line.certificate.id}, by POST /v1/certificates with an operator's token`);
    const expiresAt = new Date(Date.now() + 30 * 86_400_000);
    const claim = await claimForLine(operator, { tenant, line: line.holder, count: 100, expiresAt });
    note(`${claim}: this line may enrol 100 devices within 30 days, by POST /v1/claims`);
    return line;
  });
  const byFactory: ApiAccess = { ...cloud.access, identity: factory.identity };
  const good = await step(
    "The factory enrols a device: key and CSR on the line, POST through the edge with mTLS",
    async note => {
      const device = await enrolHolder(byFactory, `device-${runId}-a`, { lot: `lot-${runId}` });
      note(`201 with certificate ${device.certificate.id} and its chain`);
      return device;
    },
  );
  const revoked = await step("… and a second one, the one that will be compromised", () =>
    enrolHolder(byFactory, `device-${runId}-b`, { lot: `lot-${runId}` }),
  );
  await step("Repeating the first request answers the same certificate, byte for byte", async () => {
    const again = await enrol(byFactory, good.request);
    expect(
      JSON.stringify(again) === JSON.stringify(good.certificate),
      "the second answer differs from the first",
    );
  });

  const download = (identity?: ClientIdentity): Promise<EdgeAnswer> =>
    callEdge({ url: `${cloud.urls.content}${firmwarePath}`, serverCa: cloud.access.serverCa, identity });
  await step("Both devices download firmware through viewer mTLS (required mode)", async note => {
    for (const device of [good, revoked]) expectAdmitted(await download(device.identity), device.holder);
    note(`GET ${cloud.urls.content}${firmwarePath}: 200`);
  });
  await step("Refused in the handshake: no certificate, another CA's, an expired one", () =>
    expectRefusals(download, outside),
  );

  const eventToRefusalMs = await step(
    `"Certificate Compromise Reported" goes on the bus for ${revoked.holder}`,
    async note => {
      const elapsed = await reportAndAwaitRefusal(bus, revoked, () => download(revoked.identity));
      note(`from PutEvents to the first refused handshake: ${duration(elapsed)}`);
      return elapsed;
    },
  );
  await step("The other device still gets in; the revoked one stays out", async () => {
    expectAdmitted(await download(good.identity), good.holder);
    for (let attempt = 0; attempt < 5; attempt += 1)
      expectRefused(await download(revoked.identity), revoked.holder);
  });
  await step("The registry says revoked, and who asked", async note => {
    const { body } = await callApi(operator, { path: `/v1/certificates/${revoked.certificate.id}` });
    expect(body["state"] === "revoked", `the registry says ${String(body["state"])}`);
    expect(
      ["published", "effective"].includes(String(body["edge"])),
      `its refusal is ${String(body["edge"])}`,
    );
    note(`GET /v1/certificates/${revoked.certificate.id}: ${JSON.stringify(body["revocation"])}`);
    note(`its refusal at the edge: ${String(body["edge"])}`);
  });
  await step("In the background the revocation reaches Private CA", async note => {
    await eventually("the registry records the CA's acknowledgement", 30_000, async () => {
      const { body } = await callApi(operator, { path: `/v1/certificates/${revoked.certificate.id}` });
      return (body["revocation"] as { atCa?: string } | undefined)?.atCa !== undefined;
    });
    await revokedAtCa(pca, cloud.hierarchy.issuing.arn, revoked.certificate.serial);
    note("RevokeCertificate now answers RequestAlreadyProcessedException: the CA knows");
  });
  return { good, revoked, eventToRefusalMs };
}

async function registerAuthority(cloud: LocalCloud, operator: ApiAccess): Promise<string> {
  const { status, body } = await callApi(operator, {
    path: "/v1/authorities",
    body: { id: "m1", caArn: cloud.hierarchy.issuing.arn },
  });
  expect(
    status === 201 || status === 409,
    `POST /v1/authorities answered ${status}: ${JSON.stringify(body)}`,
  );
  await eventually("the API says that it can issue", 20_000, async () => {
    const health = await callApi(operator, { path: "/v1/health" });
    return health.status === 200;
  });
  return status === 201
    ? "authority m1: layout slots, 196,608 certificates' pages provisioned"
    : "authority m1 is there from an earlier start";
}

async function enrolHolder(
  access: ApiAccess,
  holder: string,
  fields: Readonly<Record<string, string>>,
): Promise<Device & { readonly request: Record<string, unknown> }> {
  const { key, csr } = await makeKeyAndCsr(holder);
  const request = { holder, csr, ...fields };
  const certificate = await enrol(access, request);
  return { holder, request, certificate, identity: { key, certificate: certificate.certificate } };
}

async function expectRefusals(
  download: (identity?: ClientIdentity) => Promise<EdgeAnswer>,
  outside: OutsideCertificates,
): Promise<void> {
  expectRefused(await download(), "a client without a certificate");
  expectRefused(await download(outside.foreign), "a client of another CA");
  const wait = outside.expiresAt.getTime() + 1_000 - Date.now();
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
  expectRefused(await download(outside.expired), "a client with an expired certificate");
}

async function reportAndAwaitRefusal(
  bus: EventBridgeClient,
  device: Device,
  attempt: () => Promise<EdgeAnswer>,
): Promise<number> {
  const started = performance.now();
  const { FailedEntryCount } = await bus.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: "security.automation",
          DetailType: "Certificate Compromise Reported",
          Detail: JSON.stringify({
            version: "1",
            certificate: { serial: device.certificate.serial.toUpperCase() },
            reason: "keyCompromise",
          }),
        },
      ],
    }),
  );
  expect(FailedEntryCount === 0, "the bus did not take the event");
  await eventually("the device is refused", 20_000, async () => (await attempt()).kind === "refused");
  return performance.now() - started;
}

function expectAdmitted(answer: EdgeAnswer, who: string): void {
  const found = answer.kind === "answered" ? `got ${answer.status}` : `was refused (${answer.reason})`;
  expect(answer.kind === "answered" && answer.status === 200, `${who} ${found}`);
}

function expectRefused(answer: EdgeAnswer, who: string): void {
  expect(answer.kind === "refused", `${who} was let in`);
}

async function eventually(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    expect(performance.now() < deadline, `not within ${duration(withinMs)}: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
