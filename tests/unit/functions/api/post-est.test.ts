// POST /.well-known/est: what is asked of the use-case, and what a client of EST reads in the answer.
import { beforeAll, describe, expect, it } from "vitest";
import type { Certificate } from "#core/certificate/certificate.ts";
import * as x509 from "#core/x509.ts";
import { rootLogger } from "#functions/log.ts";
import { aCsr, rdn, toPem, withAltNames } from "#support/csr-builder.ts";
import { contextString, utf8String } from "#support/der-builder.ts";
import { type EstPost, estWorld } from "#support/est-route.ts";
import { aCertificate } from "#support/records.ts";
import { ecKeys, issueFrom, makeTestCa } from "#support/test-ca.ts";

const factory = { profile: "factory", holder: "line-1" };
let issued: Certificate;
beforeAll(async () => {
  rootLogger.setLogLevel("SILENT");
  const certificatePem = await issueFrom(await makeTestCa(), await ecKeys());
  issued = aCertificate({ certificatePem });
});

const base64 = (der: Uint8Array): string => Buffer.from(der).toString("base64");

describe("an enrolment", () => {
  it("is answered with the one certificate, in base64 without white space", async () => {
    const answer = await estWorld(factory, issued).post({ body: base64(aCsr()) });
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: {
        "content-type": "application/pkcs7-mime; smime-type=certs-only",
        "cache-control": "no-store",
      },
    });
    expect(answer.body).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
    const certificates = new x509.X509Certificates(Buffer.from(answer.body ?? "", "base64"));
    expect([...certificates].map(({ rawData }) => base64(new Uint8Array(rawData)))).toEqual([
      base64(new Uint8Array(new x509.X509Certificate(issued.certificatePem).rawData)),
    ]);
  });

  it.each<{ label: string; asked: object }>([
    { label: "device", asked: { profile: "device" } },
    { label: "device.lot-7", asked: { profile: "device", lot: "lot-7" } },
  ])("under the label $label asks for its profile and lot", async ({ label, asked }) => {
    const { intents, post } = estWorld(factory, issued);
    expect(await post({ label, body: base64(aCsr()) })).toMatchObject({ statusCode: 200 });
    expect(intents).toMatchObject([{ holder: "device-1", tenant: "acme", ...asked }]);
  });

  it("of the same request is the same enrolment, however it is wrapped", async () => {
    const { intents, post } = estWorld(factory, issued);
    const body = base64(aCsr());
    await post({ body });
    await post({ body: `${body.replaceAll(/.{64}/g, "$&\r\n")}\r\n` });
    expect(new Set(intents.map(({ id }) => id)).size).toBe(1);
  });
});

const findingsOf = async (request: EstPost, caller = factory): Promise<unknown> => {
  const { statusCode, body } = await estWorld(caller, issued).post(request);
  const { code, errors = [] } = JSON.parse(body ?? "");
  return [
    statusCode,
    code,
    ...errors.map((error: { code: string; pointer: string }) => error.code + error.pointer),
  ];
};

describe("a request", () => {
  const refused = "enrolment.refused";
  const sanOfAnother = withAltNames(contextString(6, "urn:edgecert:acme:device-2"));
  const cases: readonly { name: string; request: EstPost; expected: readonly unknown[] }[] = [
    {
      name: "for another operation",
      request: { operation: "fullcmc" },
      expected: [404, "resource.not_found"],
    },
    { name: "to read", request: { operation: "cacerts" }, expected: [404, "resource.not_found"] },
    { name: "under no profile's label", request: { label: "x1" }, expected: [404, "resource.not_found"] },
    {
      name: "of another media type",
      request: { contentType: "application/json", body: base64(aCsr()) },
      expected: [415, "request.media_type_unsupported"],
    },
    { name: "without a body", request: {}, expected: [400, "request.malformed", "est.not_base64"] },
    {
      name: "in PEM",
      request: { body: toPem(aCsr()) },
      expected: [400, "request.malformed", "est.not_base64"],
    },
    { name: "in raw DER", request: { body: aCsr() }, expected: [400, "request.malformed", "est.not_base64"] },
    {
      name: "of 65,537 bytes",
      request: { body: "A".repeat(65_537) },
      expected: [413, "request.too_large"],
    },
    {
      name: "of 65,536 bytes",
      request: { body: "A".repeat(65_536) },
      expected: [422, refused, "est.holder_malformed", "csr.too_large"],
    },
    {
      name: "for nobody, and unsound besides",
      request: { body: base64(aCsr({ subject: [], hash: "sha1" })) },
      expected: [422, refused, "est.holder_malformed", "csr.signature_algorithm_weak"],
    },
    {
      name: "for a name that is no holder's",
      request: { body: base64(aCsr({ subject: [rdn("2.5.4.3", utf8String("a/b"))] })) },
      expected: [422, refused, "est.holder_malformed"],
    },
    {
      name: "for more than its holder's names",
      request: { body: base64(aCsr(sanOfAnother)) },
      expected: [422, refused, "requested.subject_alt_name"],
    },
  ];

  it.each(cases)(
    "$name is refused, and its findings are about the whole body",
    async ({ request, expected }) => {
      expect(await findingsOf(request)).toEqual(expected);
    },
  );

  it("by a device for another holder is refused", async () => {
    const device = { profile: "device", holder: "device-9" };
    const body = base64(aCsr());
    expect(await findingsOf({ body }, device)).toEqual([403, "caller.forbidden"]);
    expect(await findingsOf({ operation: "simplereenroll", body }, device)).toEqual([
      422,
      refused,
      "est.holder_differs",
    ]);
  });
});
