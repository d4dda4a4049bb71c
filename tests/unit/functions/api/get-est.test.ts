// GET /.well-known/est: what a device reads before it has a certificate of its own.
import type { Context } from "aws-lambda";
import { beforeAll, describe, expect, it } from "vitest";
import type { Authority } from "#core/authority/authority.ts";
import { profiles } from "#core/profile/profile.ts";
import * as x509 from "#core/x509.ts";
import { getEstRoute } from "#functions/api/get-est.ts";
import { httpHandler } from "#functions/http/route.ts";
import { rootLogger } from "#functions/log.ts";
import { anHttpEvent } from "#support/http-event.ts";
import { anAuthority } from "#support/records.ts";
import { makeTestCa } from "#support/test-ca.ts";

let authority: Authority;
beforeAll(async () => {
  rootLogger.setLogLevel("SILENT");
  const [issuing, root] = await Promise.all([makeTestCa(), makeTestCa({ name: "CN=Root" })]);
  authority = anAuthority({ certificatePem: issuing.certificatePem, chainPem: root.certificatePem });
});

async function get(pathParameters: { operation: string; label?: string }, authorities = [authority]) {
  const deps = {
    listAuthorities: async () => authorities,
    profiles: { find: async (name: string) => (name === "device" ? profiles.device : undefined) },
  };
  const handler = httpHandler("GET /.well-known/est", getEstRoute(deps));
  // The handler reads nothing of Lambda's context.
  return handler({ ...anHttpEvent(), pathParameters }, {} as Context);
}

describe("cacerts", () => {
  it("are the CA and its root as PKCS #7, in lines of base64", async () => {
    const { statusCode, headers, body = "" } = await get({ operation: "cacerts" });
    expect([statusCode, headers?.["content-type"]]).toEqual([200, "application/pkcs7-mime"]);
    expect(body).toMatch(/^(?:\S{64}\n)+\S{1,64}\n$/);
    const certificates = [...new x509.X509Certificates(Buffer.from(body, "base64"))];
    expect(certificates.map(({ subject }) => subject)).toEqual(["CN=Device CA, O=Edgecert Test", "CN=Root"]);
  });

  it("are the same under every label", async () => {
    expect((await get({ operation: "cacerts", label: "device.lot-7" })).body).toBe(
      (await get({ operation: "cacerts" })).body,
    );
  });

  it("are to be had later where no authority issues yet", async () => {
    expect(await get({ operation: "cacerts" }, [])).toMatchObject({
      statusCode: 503,
      headers: { "retry-after": "60" },
    });
  });
});

describe("csrattrs", () => {
  it("are what the label's profile takes, on one line of base64", async () => {
    const { statusCode, headers, body } = await get({ operation: "csrattrs", label: "device" });
    expect([statusCode, headers?.["content-type"]]).toEqual([200, "application/csrattrs"]);
    expect(body).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  });
});

describe("a path", () => {
  it.each([
    { operation: "simpleenroll" },
    { operation: "fullcmc" },
    { operation: "csrattrs", label: "nothing" },
    { operation: "cacerts", label: "device." },
  ])("of $operation under the label $label does not exist", async parameters => {
    expect(await get(parameters)).toMatchObject({ statusCode: 404 });
  });
});
