// Who may call POST /v1/certificates and see what came of it: 401, 403 and 404, and headers that nobody may forge.
import { decodeJwt, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { aCsrPem } from "#support/csr-builder.ts";
import { enrolHolder, type TestHolder } from "#support/local-cloud.ts";
import { expectRefused, post, sharedWorld, type World } from "./world.ts";

let world: World;
let device: TestHolder;
let factory: TestHolder;
beforeAll(async () => {
  world = await sharedWorld();
  device = await enrolHolder(world.acme, "device-7");
  factory = await enrolHolder(world.operator, "line-7", { tenant: "acme", profile: "factory" });
});

const request = { holder: "device-1", csr: aCsrPem() };
const asked = (fields: Readonly<Record<string, string>> = {}) => JSON.stringify({ ...request, ...fields });
const stranger = (): ApiAccess => world.cloud.access;
const unauthenticated = { status: 401, code: "caller.unauthenticated" };
const forbidden = { status: 403, code: "caller.forbidden" };

describe("401", () => {
  test("a caller with neither certificate nor token, told which scheme would do", async () => {
    const answer = await expectRefused(world, stranger(), { body: asked() }, unauthenticated);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });

  test.each([
    ["garbage", "Bearer garbage"],
    ["three parts of garbage", "Bearer a.b.c"],
    ["nothing", "Bearer "],
    ["another scheme", "Basic b3BlcmF0b3I6bG9jYWw="],
  ])("a token of %s", async (_, authorization) => {
    const refusal = { body: asked({ tenant: "acme" }), headers: { authorization } };
    await expectRefused(world, stranger(), refusal, unauthenticated);
  });

  test("a token with our claims and another's signature, or none", async () => {
    const claims = decodeJwt(await world.cloud.operatorToken());
    const { privateKey } = await generateKeyPair("RS256");
    const forged = [
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode("edgecert")),
    ];
    for (const token of forged) {
      const access = { ...stranger(), token };
      await expectRefused(world, access, { body: asked({ tenant: "acme" }) }, unauthenticated);
    }
  });

  test("a token after its end; the same one before it was good", async () => {
    const access = { ...stranger(), token: await world.cloud.operatorToken() };
    expect((await post(access, { ...request, tenant: "acme" })).status).toBe(201);
    world.cloud.advance(3_700_000);
    await expectRefused(world, access, { body: asked({ tenant: "acme" }) }, unauthenticated);
  });
});

describe("403", () => {
  test("a factory that asks for another tenant", async () => {
    await expectRefused(world, world.acme, { body: asked({ tenant: "zenith" }) }, forbidden);
  });

  test.each(["factory", "partner"])("a factory that asks for the profile %s", async profile => {
    await expectRefused(world, world.acme, { body: asked({ profile }) }, forbidden);
  });

  test("a device that asks for a certificate", async () => {
    const access = { ...stranger(), identity: device.identity };
    await expectRefused(world, access, { body: asked() }, forbidden);
  });

  test("an operator without the scope", async () => {
    const token = await world.cloud.operatorToken(["certificates:read", "authorities:write"]);
    await expectRefused(world, { ...stranger(), token }, { body: asked({ tenant: "acme" }) }, forbidden);
  });
});

describe("headers that only the edge may speak", () => {
  /** What the edge would say of the factory line, in the spellings that an origin might take for it. */
  const forgeries = (): readonly Readonly<Record<string, string>>[] => {
    const { serial } = factory.certificate;
    const ours = { "x-edgecert-serial": serial, "x-edgecert-authority": "m1" };
    const issuer = "CN=Device Issuing CA 1,O=edgecert local";
    return [
      {
        ...ours,
        "CloudFront-Viewer-Cert-Present": "1",
        "CloudFront-Viewer-Cert-Serial-Number": serial,
        "CloudFront-Viewer-Cert-Issuer": issuer,
      },
      {
        ...ours,
        cloudfront_viewer_cert_present: "1",
        cloudfront_viewer_cert_serial_number: serial,
        cloudfront_viewer_cert_issuer: issuer,
      },
    ];
  };

  test("do not make a factory of a stranger", async () => {
    for (const headers of forgeries())
      await expectRefused(world, stranger(), { body: asked(), headers }, unauthenticated);
  });

  test("do not make a factory of a device", async () => {
    const access = { ...stranger(), identity: device.identity };
    for (const headers of forgeries())
      await expectRefused(world, access, { body: asked(), headers }, forbidden);
  });

  test("do not reach the gateway at all without the edge's own certificate", async () => {
    const { url } = world.cloud.front.gateway;
    const call = {
      url: `${url}/v1/certificates`,
      serverCa: stranger().serverCa,
      method: "POST",
      body: asked(),
    };
    for (const identity of [undefined, device.identity, factory.identity])
      for (const headers of forgeries())
        expect(await callEdge({ ...call, identity, headers })).toMatchObject({ kind: "refused" });
  });
});

describe("404", () => {
  test("another tenant's certificate and enrolment answer as if they did not exist, byte for byte", async () => {
    const { csr } = await makeKeyAndCsr("hidden");
    const hidden = await post(world.zenith, { holder: "hidden", csr });
    const absent = `m1-${"0".repeat(31)}1`;
    const pairs = [
      [`/v1/certificates/${hidden.body["id"]}`, `/v1/certificates/${absent}`],
      [`/v1/enrolments/${hidden.body["enrolment"]}`, `/v1/enrolments/enr_${"0".repeat(32)}`],
    ] as const;
    for (const [foreign, none] of pairs) {
      const readers = [world.acme, { ...stranger(), identity: device.identity }];
      for (const access of readers) expect(await shown(access, foreign)).toEqual(await shown(access, none));
      expect(await shown(world.zenith, foreign)).toMatchObject({ status: 200 });
    }
  });

  /** Everything of the answer but what names the exchange itself. */
  async function shown(access: ApiAccess, path: string) {
    const { status, headers, body } = await callApi(access, { path });
    const { instance, ...rest } = body;
    const own = new Set(["date", "apigw-requestid", "x-amz-cf-id"]);
    return { status, headers: Object.entries(headers).filter(([name]) => !own.has(name)), rest };
  }
});
