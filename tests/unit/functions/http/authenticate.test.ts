// Nobody is believed for a header alone (threats A3, A4, H1): the connection, the edge and the registry have to agree.
import { describe, expect, it } from "vitest";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { ClaimId } from "#core/claim/claim.ts";
import { sha256Hex } from "#core/sha256.ts";
import { type AuthenticateDeps, authenticate } from "#functions/http/authenticate.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { anHttpEvent, type HttpEventParts } from "#support/http-event.ts";
import { aCertificate, aClaim, anAuthority } from "#support/records.ts";
import { fromCloudFront, fromTheEdge, viewerHeaders } from "#support/viewer-headers.ts";
import { makeAuthority, makeClient, serverAuth } from "../../../contract/edge/test-authority.ts";

const claimId = "clm_0123456789abcdef01234567";
const secret = "5e".repeat(32);
const token = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

const aTokenClaim = (secretSha256: string) =>
  // The brand is the maker's to give; a test names its ids itself.
  aClaim({ id: claimId as ClaimId, asker: { kind: "token", secretSha256 } });

const viewer = viewerHeaders;

type Headers = Readonly<Record<string, string>>;
const without = (headers: Headers, name: string): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

function aWorld(certificate: Partial<Certificate> = {}) {
  const read: string[] = [];
  const rows = [aCertificate(certificate)];
  const deps: AuthenticateDeps = {
    listAuthorities: async () => [
      anAuthority(),
      anAuthority({ id: "m2", issuerDn: "CN=Another CA,O=Edgecert Test" }),
    ],
    readCertificate: async id => {
      read.push(id);
      return rows.find(row => row.id === id);
    },
    verifyToken: async given => {
      if (given !== token) throw new Error("signature verification failed");
      return { subject: "ada", scopes: ["certificates:read"] };
    },
    findClaim: async id => (id === claimId ? aTokenClaim(await sha256Hex(secret)) : undefined),
    now: () => noon,
  };
  return { read, call: (parts: HttpEventParts) => authenticate(deps, anHttpEvent(parts)) };
}

const unauthenticated = { code: "caller.unauthenticated" };
const notOurs = { ...unauthenticated, data: { reason: "the client certificate is not one of ours" } };

describe("a client certificate", () => {
  it("that the edge let through is its holder", async () => {
    const { call } = aWorld({ profile: "factory", holder: "line-7" });
    expect(await call({ headers: viewer })).toEqual({
      kind: "certificate",
      tenant: "acme",
      holder: "line-7",
      profile: "factory",
      certificateId: "m1-4a3f5c92d1e87b6c",
      sha256: "c5".repeat(32),
    });
  });

  it("may have its issuer rendered in either order", async () => {
    const { call } = aWorld();
    const headers = { ...viewer, "cloudfront-viewer-cert-issuer": "O=Edgecert Test, CN=Device CA" };
    expect(await call({ headers })).toMatchObject({ kind: "certificate" });
  });

  it.each(["active", "superseded"] as const)("that is %s is accepted", async state => {
    expect(await aWorld({ state }).call({ headers: viewer })).toMatchObject({ kind: "certificate" });
  });

  it.each(["held", "revoked", "expired"] as const)("that is %s is refused", async state => {
    await expect(aWorld({ state }).call({ headers: viewer })).rejects.toMatchObject(notOurs);
  });

  it("is accepted to the last second of its life and no longer", async () => {
    expect(await aWorld({ notAfter: noon }).call({ headers: viewer })).toMatchObject({ kind: "certificate" });
    await expect(aWorld({ notAfter: fromNoon(-1000) }).call({ headers: viewer })).rejects.toMatchObject(
      notOurs,
    );
  });

  it("that the registry does not know is refused in the words for one it refuses", async () => {
    const headers = { ...viewer, "cloudfront-viewer-cert-serial-number": "4b", "x-edgecert-serial": "4b" };
    await expect(aWorld().call({ headers })).rejects.toMatchObject(notOurs);
  });

  it("that is not the very one in the registry is refused: another may have its issuer's name and its serial", async () => {
    const headers = { ...viewer, "cloudfront-viewer-cert-sha256": "c6".repeat(32) };
    await expect(aWorld().call({ headers })).rejects.toMatchObject(notOurs);
  });

  it.each(Object.keys(viewer))("is refused when %s is missing", async name => {
    const { call, read } = aWorld();
    await expect(call({ headers: without(viewer, name) })).rejects.toMatchObject(unauthenticated);
    expect(read).toEqual([]);
  });

  it.each<{ readonly name: string; readonly headers: Headers }>([
    { name: "another serial at the edge", headers: { "x-edgecert-serial": "4a3f5c92d1e87b6d" } },
    { name: "another spelling at the edge", headers: { "x-edgecert-serial": "4A3F5C92D1E87B6C" } },
    { name: "another authority at the edge", headers: { "x-edgecert-authority": "m2" } },
    { name: "another serial at CloudFront", headers: { "cloudfront-viewer-cert-serial-number": "4b" } },
    {
      name: "another issuer at CloudFront",
      headers: { "cloudfront-viewer-cert-issuer": "CN=Another CA,O=Edgecert Test" },
    },
    { name: "an unknown issuer", headers: { "cloudfront-viewer-cert-issuer": "CN=Nobody" } },
    { name: "a header that came twice", headers: { "x-edgecert-serial": "4a3f5c92d1e87b6c,4b" } },
    { name: "a serial that came twice", headers: { "cloudfront-viewer-cert-serial-number": "4a,4b" } },
    {
      name: "a serial that is none",
      headers: { "cloudfront-viewer-cert-serial-number": "x", "x-edgecert-serial": "x" },
    },
    { name: "no certificate by CloudFront's word", headers: { "cloudfront-viewer-cert-present": "0" } },
    { name: "an unclear word of CloudFront's", headers: { "cloudfront-viewer-cert-present": "1,1" } },
  ])("is refused with $name, before the registry is read", async ({ headers }) => {
    const { call, read } = aWorld();
    await expect(call({ headers: { ...viewer, ...headers } })).rejects.toMatchObject(unauthenticated);
    expect(read).toEqual([]);
  });
});

describe("forged headers", () => {
  it("of our own edge alone are no certificate", async () => {
    await expect(aWorld().call({ headers: fromTheEdge })).rejects.toMatchObject(unauthenticated);
  });

  it("of CloudFront alone are none either", async () => {
    await expect(aWorld().call({ headers: fromCloudFront })).rejects.toMatchObject(notOurs);
  });

  it.each<{ readonly name: string; readonly headers: Headers }>([
    { name: "tenant", headers: { "x-edgecert-tenant": "umbrella" } },
    { name: "holder", headers: { "x-edgecert-holder": "line-7" } },
    { name: "spelling of CloudFront's headers", headers: { Cloudfront_Viewer_Cert_Serial_Number: "4b" } },
  ])("of another $name than the certificate's are refused", async ({ headers }) => {
    const { call, read } = aWorld();
    await expect(call({ headers: { ...viewer, ...headers } })).rejects.toMatchObject(notOurs);
    expect(read).toEqual([]);
  });

  it("that nobody reads change nothing", async () => {
    expect(await aWorld().call({ headers: { ...viewer, "x-edgecert-profile": "factory" } })).toMatchObject({
      tenant: "acme",
      holder: "device-1",
      profile: "device",
    });
  });
});

describe("a connection without CloudFront's certificate", () => {
  it("is not made good by another one", async () => {
    const server = makeClient(makeAuthority("Origin CA"), { extendedKeyUsage: [serverAuth] });
    for (const originCertificate of [server.pem, "", "(none)"]) {
      await expect(aWorld().call({ headers: viewer, originCertificate })).rejects.toMatchObject({
        data: { reason: "requests reach this API through the edge only" },
      });
    }
  });

  it.each<{ readonly name: string; readonly headers: Headers }>([
    { name: "a viewer's certificate", headers: viewer },
    { name: "an operator's token", headers: { authorization: `Bearer ${token}` } },
  ])("is refused, with $name in its headers too", async ({ headers }) => {
    const { call, read } = aWorld();
    await expect(call({ headers, originCertificate: null })).rejects.toMatchObject({
      ...unauthenticated,
      data: { reason: "requests reach this API through the edge only" },
    });
    expect(read).toEqual([]);
  });
});

describe("an operator's token", () => {
  it.each(["Bearer", "bearer"])("after %s is the operator it speaks of", async scheme => {
    expect(await aWorld().call({ headers: { authorization: `${scheme} ${token}` } })).toEqual({
      kind: "operator",
      subject: "ada",
      scopes: ["certificates:read"],
    });
  });

  it("that is rejected is refused without the reason of the rejection", async () => {
    await expect(aWorld().call({ headers: { authorization: "Bearer x" } })).rejects.toMatchObject({
      ...unauthenticated,
      data: { reason: "the token is not valid" },
    });
  });

  it("that is rejected is not made good by a certificate", async () => {
    const headers = { ...viewer, authorization: "Bearer x" };
    await expect(aWorld().call({ headers })).rejects.toMatchObject(unauthenticated);
  });

  it.each([
    `Basic ${token}`,
    "Bearer",
    "Bearer ",
    `Bearer ${token} ${token}`,
    `Bearer ${token},Bearer x`,
    token,
    "",
  ])("is not %j", async authorization => {
    await expect(aWorld().call({ headers: { authorization } })).rejects.toMatchObject({
      ...unauthenticated,
      data: { reason: "present a client certificate or a token" },
    });
  });
});

describe("a claim's token", () => {
  const shown = (id: string, text: string) => ({
    headers: { authorization: `Bearer ecc_${id.slice(4)}_${text}` },
  });

  it("is whoever holds it, of the claim's tenant", async () => {
    expect(await aWorld().call(shown(claimId, secret))).toEqual({ kind: "token", tenant: "acme", claimId });
  });

  it.each([
    { name: "another secret", id: claimId, text: "5f".repeat(32) },
    { name: "a secret that differs in its last digit", id: claimId, text: `${"5e".repeat(31)}5f` },
    { name: "a claim that there is not", id: "clm_ffffffffffffffffffffffff", text: secret },
  ])("is refused in the words for any token, with $name", async ({ id, text }) => {
    await expect(aWorld().call(shown(id, text))).rejects.toMatchObject({
      ...unauthenticated,
      data: { reason: "the token is not valid" },
    });
  });

  it.each(["5e".repeat(31), `${"5e".repeat(32)}0`, "5E".repeat(32), ""])(
    "of another form is no claim's token: %j",
    async text => {
      await expect(aWorld().call(shown(claimId, text))).rejects.toMatchObject(unauthenticated);
    },
  );

  it("is not made good by a certificate beside it", async () => {
    const call = shown(claimId, "5f".repeat(32));
    await expect(aWorld().call({ headers: { ...viewer, ...call.headers } })).rejects.toMatchObject(
      unauthenticated,
    );
  });
});
