import { expect, test } from "vitest";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { getOriginCertificateRoute } from "#functions/api/get-origin-certificate.ts";
import { rootLogger } from "#functions/log.ts";
import { anHttpEvent } from "#support/http-event.ts";
import { makeTestCa } from "#support/test-ca.ts";

const { certificatePem } = await makeTestCa();
const sha256 = await sha256Hex(new Uint8Array(new x509.X509Certificate(certificatePem).rawData));

const ask = (originCertificate: string | null, query: Record<string, string>) =>
  getOriginCertificateRoute()(
    { ...anHttpEvent({ originCertificate }), queryStringParameters: query },
    { requestId: "request-1", logger: rootLogger },
  );

test("who names the connection's certificate is told that it was seen", async () => {
  expect(await ask(certificatePem, { sha256 })).toEqual({ status: 200, body: { seen: true } });
});

test("who names another one learns nothing but that", async () => {
  expect(await ask(certificatePem, { sha256: "0".repeat(64) })).toEqual({
    status: 200,
    body: { seen: false },
  });
});

test.each([{}, { sha256: sha256.toUpperCase() }, { sha256: sha256.slice(1) }, { sha256: `${sha256}0` }])(
  "%j is not a fingerprint",
  async query => {
    await expect(ask(certificatePem, query)).rejects.toMatchObject({ code: "request.malformed" });
  },
);

test("a request that did not come through the edge is refused", async () => {
  await expect(ask(null, { sha256 })).rejects.toMatchObject({ code: "caller.unauthenticated" });
});
