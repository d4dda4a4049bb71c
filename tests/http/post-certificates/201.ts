// POST /v1/certificates, granted: what comes back, and that one request has one certificate for ever (invariant I2).
// The conflicts (409) are here too: each is the other side of an acceptance.
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { callApi } from "#local/demo/api-client.ts";
import { aCsrPem, ecKey, rdn, rsaKey, toTestKey } from "#support/csr-builder.ts";
import { utf8String } from "#support/der-builder.ts";
import { expectRefused, ledgerOf, post, registryKeys, sharedWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
});

/** A request that names the tenant alone, with a key of its own unless one is given. */
function freshCsr(key = newKey(), tenant = "acme"): string {
  return aCsrPem({ key, subject: [rdn("2.5.4.10", utf8String(tenant))] });
}

function newKey() {
  return toTestKey(generateKeyPairSync("ec", { namedCurve: "P-256" }));
}

describe("a sound request", () => {
  test.each([
    ["P-256", freshCsr()],
    ["P-384", freshCsr(ecKey("P-384"))],
    ["RSA 2048", freshCsr(rsaKey(2_048))],
    ["RSA 3072", freshCsr(rsaKey(3_072))],
  ])(
    "with a %s key gets a certificate for exactly that key, its holder and its tenant",
    async (name, csr) => {
      const holder = `key-${name.replaceAll(" ", "-")}`;
      const answer = await post(world.acme, { holder, csr, lot: "lot-1" });
      expect(answer.status).toBe(201);
      expect(answer.headers["content-type"]).toBe("application/json");
      expect(answer.headers["location"]).toBe(`/v1/certificates/${answer.body["id"]}`);
      const certificate = new X509Certificate(String(answer.body["certificate"]));
      expect(certificate.subject).toMatch(new RegExp(`^O=acme\nOU=[0-9a-z.-]+\nCN=${holder}$`));
      expect(certificate.subjectAltName).toBe(`URI:urn:edgecert:acme:${holder}`);
      expect(certificate.ca).toBe(false);
      expect(certificate.serialNumber.toLowerCase().replace(/^(00)+/, "")).toBe(answer.body["serial"]);
      expect(answer.body).toMatchObject({
        tenant: "acme",
        holder,
        profile: "device",
        lot: "lot-1",
        authority: "m1",
      });
      const issuer = new X509Certificate(String(answer.body["chain"]));
      expect(certificate.verify(issuer.publicKey)).toBe(true);
    },
  );

  test.each([
    ["of one character", "d"],
    ["of 64 characters", "d".repeat(64)],
    ["with every character a holder may have", "Az09._:-"],
  ])("for a holder %s is granted", async (_, holder) => {
    const answer = await post(world.acme, { holder, csr: freshCsr() });
    expect(answer).toMatchObject({ status: 201, body: { holder } });
  });

  test("shows the same state by its Location and by its enrolment", async () => {
    const { headers, body } = await post(world.acme, { holder: "shown", csr: freshCsr() });
    const certificate = await callApi(world.acme, { path: String(headers["location"]) });
    expect(certificate).toMatchObject({ status: 200, body: { id: body["id"], state: "active" } });
    const enrolment = await callApi(world.acme, { path: `/v1/enrolments/${body["enrolment"]}` });
    expect(enrolment).toMatchObject({ status: 200, body: { state: "issued", holder: "shown" } });
  });
});

describe("a repeated request", () => {
  test("without a key is the same enrolment when tenant, holder, profile and CSR are: byte for byte", async () => {
    const body = { holder: "repeated", csr: freshCsr() };
    const [first, second] = [await post(world.acme, body), await post(world.acme, body)];
    expect(first.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(second.headers["location"]).toBe(first.headers["location"]);
    expect(ledgerOf(world, "repeated")).toHaveLength(1);
  });

  test("with a key is the same enrolment, byte for byte", async () => {
    const body = { holder: "keyed", csr: freshCsr() };
    const key = { "idempotency-key": "order-66" };
    const [first, second] = [await post(world.acme, body, key), await post(world.acme, body, key)];
    expect(first.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(ledgerOf(world, "keyed")).toHaveLength(1);
  });

  test.each([
    ["another holder", { holder: "keyed-2" }],
    ["another lot", { lot: "lot-2" }],
    ["another CSR", { csr: freshCsr() }],
  ])("with the key and %s is a conflict", async (name, change) => {
    const body = { holder: "keyed-1", csr: freshCsr() };
    const headers = { "idempotency-key": `conflict-${name.replaceAll(" ", "-")}` };
    expect((await post(world.acme, body, headers)).status).toBe(201);
    const request = { body: JSON.stringify({ ...body, ...change }), headers };
    await expectRefused(world, world.acme, request, { status: 409, code: "idempotency.conflict" });
  });

  test("with the key of another principal is an enrolment of its own, in its own tenant", async () => {
    const headers = { "idempotency-key": "shared" };
    const ours = await post(world.acme, { holder: "replayed", csr: freshCsr() }, headers);
    const theirs = await post(
      world.zenith,
      { holder: "replayed", csr: freshCsr(newKey(), "zenith") },
      headers,
    );
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body["enrolment"]).not.toBe(ours.body["enrolment"]);
    expect(theirs.body["tenant"]).toBe("zenith");
  });

  test("captured and sent by another tenant does not show the certificate", async () => {
    // It names its holder alone, which both tenants may have.
    const csr = aCsrPem({ key: newKey(), subject: [rdn("2.5.4.3", utf8String("captured"))] });
    const body = { holder: "captured", csr };
    const headers = { "idempotency-key": "captured" };
    expect((await post(world.acme, body, headers)).status).toBe(201);
    const refusal = { status: 409, code: "enrolment.key_in_use" };
    await expectRefused(world, world.zenith, { body: JSON.stringify(body), headers }, refusal);
  });

  test.each([
    ["without a key", {}],
    ["with one", { "idempotency-key": "stampede" }],
  ])("twenty times at once %s: one certificate, and every reply the same", async (name, headers) => {
    const holder = `stampede-${name.replaceAll(" ", "-")}`;
    const body = { holder, csr: freshCsr() };
    const together = await Promise.all(Array.from({ length: 20 }, () => post(world.acme, body, headers)));
    // A reply may say "not yet"; it may never say anything else.
    expect(together.map(({ status }) => status).filter(status => ![201, 202].includes(status))).toEqual([]);
    const last = await post(world.acme, body, headers);
    const texts = [...together, last].filter(({ status }) => status === 201).map(({ text }) => text);
    expect(new Set(texts)).toEqual(new Set([last.text]));
    expect(ledgerOf(world, holder)).toHaveLength(1);
    const rows = (await registryKeys(world)).filter(row => row.includes(`HOLDER#acme#${holder}`));
    expect(rows).toHaveLength(1);
  });
});

describe("one key", () => {
  test("is for one holder: the second is refused", async () => {
    const csr = freshCsr();
    expect((await post(world.acme, { holder: "first", csr })).status).toBe(201);
    const refusal = { status: 409, code: "enrolment.key_in_use" };
    await expectRefused(world, world.acme, { body: JSON.stringify({ holder: "second", csr }) }, refusal);
  });

  test("may get its holder a second certificate by another request", async () => {
    const key = newKey();
    const named = aCsrPem({ key, subject: [rdn("2.5.4.3", utf8String("twice"))] });
    const answers = [
      await post(world.acme, { holder: "twice", csr: freshCsr(key) }),
      await post(world.acme, { holder: "twice", csr: named }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body["serial"]).not.toBe(answers[1]?.body["serial"]);
  });

  test("raced by two holders goes to one of them", async () => {
    const csr = freshCsr();
    const answers = await Promise.all(
      ["racer-a", "racer-b"].map(holder => post(world.acme, { holder, csr })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});
