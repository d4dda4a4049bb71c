// EST by the clients that people have: strongSwan's pki enrols and renews, curl and openssl read every answer.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ApiAccess } from "#local/demo/api-client.ts";
import { type ClientIdentity, callEdge, type EdgeAnswer } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { faultInjector } from "#local/wire/faults.ts";
import {
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  until,
} from "#support/local-cloud.ts";

const directory = mkdtempSync(join(tmpdir(), "edgecert-est-"));
const file = (name: string): string => join(directory, name);
const faults = faultInjector();
const throttled = new AwsError("ThrottlingException", "as the test asks", 400);
let cloud: TestCloud;
let factory: ApiAccess;
beforeAll(async () => {
  cloud = await startTestCloud({ faults });
  await registerAuthority(cloud);
  factory = await factoryAccess(cloud);
  save("factory", identityOf(factory));
});
afterEach(() => faults.clear());
afterAll(async () => {
  await cloud?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function identityOf({ identity }: ApiAccess): ClientIdentity {
  if (identity === undefined) throw new Error("this access has no certificate");
  return identity;
}

function save(name: string, { key, certificate }: ClientIdentity): void {
  writeFileSync(file(`${name}.key`), key);
  writeFileSync(file(`${name}.pem`), certificate);
}

const load = (name: string): ClientIdentity => ({
  key: readFileSync(file(`${name}.key`), "utf8"),
  certificate: readFileSync(file(`${name}.pem`), "utf8"),
});

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** In the background: the servers that it talks to run in this process. `sh` with `pipefail`, as in docs/est.md. */
function shell(script: string): Promise<Ran> {
  const env = {
    ...process.env,
    EST: `${cloud.urls.api}/.well-known/est`,
    API: cloud.urls.api,
    CA: cloud.files.serverCa,
  };
  const options = { cwd: directory, env, timeout: 60_000 };
  return new Promise(resolve => {
    execFile("bash", ["-c", `set -o pipefail; ${script}`], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

async function succeeds(script: string): Promise<string> {
  const { code, stdout, stderr } = await shell(script);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** One POST through the edge, any bytes. */
async function post(
  access: ApiAccess,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = { "content-type": "application/pkcs10" },
): Promise<Extract<EdgeAnswer, { kind: "answered" }>> {
  const { serverCa, apiUrl, identity } = access;
  const url = `${apiUrl}/.well-known/est/${path}`;
  const answer = await callEdge({ url, serverCa, identity, method: "POST", headers, body });
  if (answer.kind === "refused") throw new Error(`the edge refused the connection: ${answer.reason}`);
  return answer;
}

const base64Of = (pem: string): string => pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
const newRequest = async (holder: string): Promise<string> => base64Of((await makeKeyAndCsr(holder)).csr);

const firmware = (identity: ClientIdentity): Promise<EdgeAnswer> =>
  callEdge({ url: `${cloud.urls.content}${firmwarePath}`, serverCa: cloud.access.serverCa, identity });

describe("curl and openssl", () => {
  test("get the CA certificates up to the root without showing one of their own", async () => {
    const listed = await succeeds(
      `curl -sf --cacert "$CA" $EST/cacerts | openssl base64 -d | openssl pkcs7 -inform DER -print_certs -out cas.pem && openssl storeutl -noout -certs cas.pem`,
    );
    expect(listed).toContain("Total found: 2");
  });

  test("are told the keys that a profile takes", async () => {
    const parsed = await succeeds(
      `curl -sf --cacert "$CA" $EST/device/csrattrs | openssl base64 -d -A | openssl asn1parse -inform DER`,
    );
    for (const name of ["prime256v1", "secp384r1", "rsaEncryption", "ecdsa-with-SHA256"])
      expect(parsed).toContain(name);
  });

  test("enrol a device of a lot, get the same bytes for the same request, and its chain verifies", async () => {
    const enrol = `openssl base64 -in curl.csr | curl -sf --cacert "$CA" --cert factory.pem --key factory.key -H 'Content-Type: application/pkcs10' --data-binary @- $EST/device.lot-7/simpleenroll`;
    await succeeds(
      "openssl ecparam -name prime256v1 -genkey -noout -out curl.key && openssl req -new -key curl.key -subj /CN=by-curl -outform DER -out curl.csr",
    );
    const first = await succeeds(`${enrol} | tee curl.p7b`);
    expect(await succeeds(enrol)).toBe(first);
    await succeeds(
      "openssl base64 -d -A -in curl.p7b | openssl pkcs7 -inform DER -print_certs | openssl x509 -out curl.pem",
    );
    expect(await succeeds("openssl verify -CAfile cas.pem curl.pem")).toContain("curl.pem: OK");
    expect(await succeeds("openssl x509 -in curl.pem -noout -subject -nameopt RFC2253")).toMatch(
      /^subject=CN=by-curl,OU=ec-[0-9a-f]+,O=acme$/m,
    );
    expect(await firmware(load("curl"))).toMatchObject({ status: 200 });
  });
});

describe("any other client", () => {
  const problemOf = (answer: { readonly status: number; readonly body: string }) => {
    const { code, errors = [] } = JSON.parse(answer.body) as { code: string; errors?: { code: string }[] };
    return [answer.status, code, ...errors.map(error => error.code)];
  };

  test("is told to come back while the CA is slow, and gets one certificate in the end", async () => {
    const body = await newRequest("patient");
    faults.next("IssueCertificate", { kind: "error", error: throttled }, 2);
    const pending = await post(factory, "simpleenroll", body);
    expect(pending).toMatchObject({ status: 202, headers: { "content-type": "text/plain" } });
    expect(Number(pending.headers["retry-after"])).toBeGreaterThan(0);
    await until(async () => (await post(factory, "simpleenroll", body)).status === 200);
    expect(cloud.services.pca.ledger().filter(({ subject }) => subject.includes("CN=patient"))).toHaveLength(
      1,
    );
  });

  test("hears everything that is wrong at once, in the answers of the JSON routes", async () => {
    const device = load("curl");
    const asDevice = { ...factory, identity: device };
    const { identity: _, ...anonymous } = factory;
    const sound = await newRequest("by-curl");
    const named = await newRequest("no/holder");
    expect(problemOf(await post(anonymous, "simpleenroll", sound))).toEqual([401, "caller.unauthenticated"]);
    expect(problemOf(await post(asDevice, "simpleenroll", sound))).toEqual([403, "caller.forbidden"]);
    expect(problemOf(await post(factory, "nothing/simpleenroll", sound))).toEqual([
      404,
      "resource.not_found",
    ]);
    expect(problemOf(await post(factory, "device/fullcmc", sound))).toEqual([404, "resource.not_found"]);
    expect(problemOf(await post(factory, "simpleenroll", sound, {}))).toEqual([
      415,
      "request.media_type_unsupported",
    ]);
    expect(problemOf(await post(factory, "simpleenroll", "A".repeat(65_537)))).toEqual([
      413,
      "request.too_large",
    ]);
    expect(problemOf(await post(factory, "simpleenroll", `${sound}!`))).toEqual([
      400,
      "request.malformed",
      "est.not_base64",
    ]);
    expect(problemOf(await post(factory, "simpleenroll", named))).toEqual([
      422,
      "enrolment.refused",
      "est.holder_malformed",
    ]);
    expect(problemOf(await post(asDevice, "simplereenroll", await newRequest("another")))).toEqual([
      422,
      "enrolment.refused",
      "est.holder_differs",
    ]);
  });
});

const hasPki = (() => {
  try {
    execFileSync("pki", ["--est", "--help"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env["CI"] !== undefined) return true; // There it must run, so that its absence is a failure.
    console.log("12-est: strongSwan's pki is missing (Debian: strongswan-pki), so its tests are skipped");
    return false;
  }
})();

describe.skipIf(!hasPki)("strongSwan's pki", () => {
  const newKey = (name: string, subject: string): string =>
    `pki --gen --type ecdsa --size 256 --outform pem > ${name}.key && pki --req --in ${name}.key --type ecdsa --dn "${subject}" --outform der > ${name}.csr`;
  const est = (url: string, client: string, name: string): string =>
    `pki --est --url "${url}" --in ${name}.csr --cacert "$CA" --cert ${client}.pem --key ${client}.key --interval 1 --outform pem > ${name}.pem`;
  const subjectOf = async (name: string): Promise<string> =>
    (await succeeds(`openssl x509 -in ${name}.pem -noout -subject -nameopt RFC2253,sep_comma_plus_space`))
      .replace("subject=", "")
      .trim();

  test("enrols a device with the factory's certificate", async () => {
    await succeeds(newKey("device", "CN=by-pki"));
    await succeeds(est("$EST/simpleenroll?", "factory", "device"));
    expect(await subjectOf("device")).toMatch(/^CN=by-pki, OU=ec-[0-9a-f]+, O=acme$/);
    expect(await firmware(load("device"))).toMatchObject({ status: 200 });
  });

  test("renews with the device's own certificate once its window is open, polling while the CA is slow", async () => {
    const subject = await subjectOf("device");
    await succeeds(newKey("next", subject));
    expect((await shell(est("$API", "device", "next"))).stderr).toMatch(/EST request failed: HTTP 4\d\d/);
    // Every device's window is open by day 318: 66 % of a year, and seven eighths of the time up to 90 %.
    cloud.advance(320 * 86_400_000);
    // As the daily job has done long before: the edge's own certificate does not live as long.
    await cloud.compute.lambda.invoke("rotate-origin-certificate", {});
    faults.next("IssueCertificate", { kind: "error", error: throttled }, 2);
    await succeeds(est("$API", "device", "next"));
    expect(await subjectOf("next")).toMatch(/^CN=by-pki, OU=ec-[0-9a-f]+, O=acme$/);
    expect(await subjectOf("next")).not.toBe(subject);
    expect(await firmware(load("next"))).toMatchObject({ status: 200 });
  });
});
