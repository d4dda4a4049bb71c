// The one route that answers a holder whatever has become of its certificate: it still has to be the holder, and an
// expired certificate has to come by the listener that lets it in (threats A3, A4, G7).
import { describe, expect, it } from "vitest";
import { type Certificate, certificateStates } from "#core/certificate/certificate.ts";
import { type AuthenticateDeps, authenticate, authenticateHolder } from "#functions/http/authenticate.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { anHttpEvent, type HttpEventParts } from "#support/http-event.ts";
import { aCertificate, anAuthority } from "#support/records.ts";
import { viewerHeaders } from "#support/viewer-headers.ts";

const viewer = viewerHeaders;
const renewal = { ...viewer, "x-edgecert-listener": "renewal" };
const expired = { notAfter: fromNoon(-1_000) };
const unauthenticated = { code: "caller.unauthenticated" };

function aWorld(certificate: Partial<Certificate> = {}) {
  const deps: AuthenticateDeps = {
    listAuthorities: async () => [anAuthority()],
    readCertificate: async id => [aCertificate(certificate)].find(row => row.id === id),
    verifyToken: async () => ({ subject: "ada", scopes: ["certificates:write"] }),
    findClaim: async () => undefined,
    now: () => noon,
  };
  return {
    holder: (parts: HttpEventParts) => authenticateHolder(deps, anHttpEvent(parts)),
    anybody: (parts: HttpEventParts) => authenticate(deps, anHttpEvent(parts)),
  };
}

describe("the holder of a certificate", () => {
  it.each(certificateStates)("that is %s is known", async state => {
    expect(await aWorld({ state }).holder({ headers: viewer })).toMatchObject({ kind: "certificate" });
  });

  it("that is in its last second is known, and one second later no more", async () => {
    expect(await aWorld({ notAfter: noon }).holder({ headers: viewer })).toMatchObject({ tenant: "acme" });
    await expect(aWorld(expired).holder({ headers: viewer })).rejects.toMatchObject(unauthenticated);
  });

  it("that expired is known by the listener for renewals, to this route and to no other", async () => {
    expect(await aWorld(expired).holder({ headers: renewal })).toMatchObject({ kind: "certificate" });
    await expect(aWorld(expired).anybody({ headers: renewal })).rejects.toMatchObject(unauthenticated);
  });

  it.each(["renewal ", "Renewal", "content", ""])(
    "that expired is not known by a listener %j",
    async listener => {
      const headers = { ...viewer, "x-edgecert-listener": listener };
      await expect(aWorld(expired).holder({ headers })).rejects.toMatchObject(unauthenticated);
    },
  );
});

describe("nobody else", () => {
  it("is let in with an operator's token", async () => {
    const headers = { authorization: "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln" };
    await expect(aWorld().holder({ headers })).rejects.toMatchObject(unauthenticated);
  });

  it("is believed without the edge's own certificate", async () => {
    const parts = { headers: renewal, originCertificate: null };
    await expect(aWorld().holder(parts)).rejects.toMatchObject(unauthenticated);
  });

  it.each(Object.keys(viewer))("is believed when %s is missing", async name => {
    const headers = Object.fromEntries(Object.entries(viewer).filter(([key]) => key !== name));
    await expect(aWorld().holder({ headers })).rejects.toMatchObject(unauthenticated);
  });
});
