// POST /v1/certificates, refused for the certificate request in it: 422 with every finding, and nothing done.
// The rules themselves have their own suites in tests/unit/core/csr; here it is that none can be walked around.
import { generateKeyPairSync } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { beforeAll, describe, expect, test } from "vitest";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { callApi } from "#local/demo/api-client.ts";
import {
  aCsrPem,
  type CsrParts,
  ecKey,
  extension,
  extensionRequest,
  rdn,
  rsaKey,
  toPem,
  toTestKey,
  withAltNames,
} from "#support/csr-builder.ts";
import { boolean, contextString, oid, sequence, utf8String } from "#support/der-builder.ts";
import { until } from "#support/local-cloud.ts";
import { closePrimesKey, rocaKey } from "#support/weak-rsa.ts";
import { expectRefused, ledgerOf, post, sharedWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
});

const holder = "device-1";
const good = aCsrPem();

async function expectCsrRefused(csr: string, codes: readonly string[]): Promise<void> {
  const findings = codes.map(code => `${code} /csr`);
  const refusal = { status: 422, code: "enrolment.refused", findings };
  await expectRefused(world, world.acme, { body: JSON.stringify({ holder, csr }) }, refusal);
}

describe("the text", () => {
  test.each([
    ["no PEM", "device-1", ["csr.not_pem"]],
    ["a block without its end", good.slice(0, -20), ["csr.not_pem"]],
    ["two blocks", good + good, ["csr.two_blocks"]],
    [
      "a certificate's label",
      good.replaceAll("CERTIFICATE REQUEST", "CERTIFICATE"),
      ["csr.label_unsupported"],
    ],
    ["words before the block", `Here it is:\n${good}`, ["csr.text_outside_block"]],
    ["base64 that is none", good.replace(/M/, "*"), ["csr.not_base64"]],
    [
      "bytes after the request",
      toPem(Buffer.concat([pemBytes(good), Buffer.of(5, 0)])),
      ["der.trailing_bytes"],
    ],
    ["not a request", toPem(sequence(boolean(0xff))), ["csr.not_a_request"]],
  ])("%s", (_, csr, codes) => expectCsrRefused(csr, codes));
});

describe("the key and its signature", () => {
  const otherKey = ecKey("P-384");
  test.each<[string, CsrParts, readonly string[]]>([
    ["a signature by another key", { spki: otherKey.spki }, ["csr.signature_invalid"]],
    [
      "a damaged signature",
      { changeSignature: good => good.with(good.length - 1, 1 ^ (good.at(-1) ?? 0)) },
      ["csr.signature_invalid"],
    ],
    ["SHA-1", { hash: "sha1" }, ["csr.signature_algorithm_weak"]],
    ["RSA of 1024 bits", { key: rsaKey(1_024) }, ["key.rsa_too_short"]],
    ["RSA of 2047 bits", { key: rsaKey(2_047) }, ["key.rsa_too_short"]],
    ["RSA of 2056 bits", { key: rsaKey(2_056) }, ["key.rsa_size_unsupported"]],
    ["RSA with exponent 3", { key: rsaKey(2_048, 3) }, ["key.rsa_exponent"]],
    ["RSA made by the ROCA generator", { key: rocaKey() }, ["key.rsa_roca"]],
    ["RSA of neighbouring primes", { key: closePrimesKey() }, ["key.rsa_close_primes"]],
    ["P-224", { key: ecKey("P-224") }, ["key.curve_unsupported"]],
    ["secp256k1", { key: ecKey("secp256k1") }, ["key.curve_unsupported"]],
    ["a spelled-out curve", { key: ecKey("P-256", "explicit") }, ["key.curve_explicit"]],
    ["P-521, which the edge does not take", { key: ecKey("P-521"), hash: "sha512" }, ["profile.key_type"]],
  ])("%s", (_, parts, codes) => expectCsrRefused(aCsrPem(parts), codes));

  test("the refusal of P-521 names the key types that the profile takes", async () => {
    const csr = aCsrPem({ key: ecKey("P-521"), hash: "sha512" });
    const { body } = await post(world.acme, { holder, csr });
    expect(body["errors"]).toMatchObject([{ detail: expect.stringContaining("p-256, p-384") }]);
  });
});

describe("names and rights beyond the profile", () => {
  const cn = (name: string) => rdn("2.5.4.3", utf8String(name));
  const requesting = (type: string, value: ReturnType<typeof sequence>): CsrParts => ({
    attributes: [extensionRequest(extension(type, value))],
  });
  test.each<[string, CsrParts, readonly string[]]>([
    ["no name at all, which the CA refuses", { subject: [] }, ["requested.no_name"]],
    ["another holder's name", { subject: [cn("device-2")] }, ["requested.subject"]],
    [
      "a second name",
      { subject: [cn(holder), cn("device-2")] },
      ["subject.attribute_duplicate", "requested.subject"],
    ],
    ["another tenant", { subject: [rdn("2.5.4.10", utf8String("zenith"))] }, ["requested.subject"]],
    [
      "a slot of its own choice",
      { subject: [rdn("2.5.4.11", utf8String("0000000001"))] },
      ["requested.subject"],
    ],
    [
      "a name in two directions",
      { subject: [cn("device-1\u202e")] },
      ["subject.character_forbidden", "requested.subject"],
    ],
    ["a host name", withAltNames(contextString(2, "api.example.com")), ["requested.subject_alt_name"]],
    [
      "another tenant's URI",
      withAltNames(contextString(6, "urn:edgecert:zenith:device-1")),
      ["requested.subject_alt_name"],
    ],
    ["CA rights", requesting("2.5.29.19", sequence(boolean(0xff))), ["requested.ca"]],
    [
      "a server's purpose",
      requesting("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))),
      ["requested.extended_key_usage"],
    ],
  ])("%s", async (_, parts, codes) => {
    const { body } = await post(world.acme, { holder, csr: aCsrPem(parts) });
    // A request that is unsound in itself is not held against its profile, so the first stage's finding is enough.
    const shown = (body["errors"] as readonly { code: string }[]).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(shown));
    await expectCsrRefused(aCsrPem(parts), shown);
  });

  test("several at once are all found", () =>
    expectCsrRefused(
      aCsrPem({
        ...requesting("2.5.29.19", sequence(boolean(0xff))),
        subject: [cn("device-2")],
        key: ecKey("P-521"),
        hash: "sha512",
      }),
      ["profile.key_type", "requested.subject", "requested.ca"],
    ));
});

test("a key reported compromised is refused from then on, to another tenant as to its own", async () => {
  const key = toTestKey(generateKeyPairSync("ec", { namedCurve: "P-384" }));
  const organization = rdn("2.5.4.10", utf8String("acme"));
  const csr = aCsrPem({ key, subject: [organization] });
  const first = await post(world.acme, { holder: "stolen", csr });
  expect(first.status).toBe(201);
  const bus = new EventBridgeClient({
    endpoint: world.cloud.urls.eventBus,
    region,
    credentials: operatorCredentials,
  });
  const report = { version: "1", certificate: { sha256: first.body["sha256"] }, reason: "keyCompromise" };
  await bus.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: "test",
          DetailType: "Certificate Compromise Reported",
          Detail: JSON.stringify(report),
        },
      ],
    }),
  );
  await until(async () => {
    const { body } = await callApi(world.operator, { path: `/v1/certificates/${first.body["id"]}` });
    return body["state"] === "revoked";
  });
  const blocked = { status: 422, code: "enrolment.key_blocked" };
  const attempts = [
    [world.zenith, "stolen"],
    [world.acme, "stolen-too"],
    [world.acme, "stolen"],
  ] as const;
  for (const [access, name] of attempts) {
    const again = aCsrPem({ key, subject: [rdn("2.5.4.3", utf8String(name))] });
    await expectRefused(world, access, { body: JSON.stringify({ holder: name, csr: again }) }, blocked);
  }
  expect(ledgerOf(world, "stolen")).toHaveLength(1);
});

test("the sibling: the same request without a fault is granted", async () => {
  expect((await post(world.acme, { holder, csr: good })).status).toBe(201);
});

function pemBytes(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
}
