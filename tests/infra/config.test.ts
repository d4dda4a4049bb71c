// What a stage is told: everything wrong is said at once, and combinations that open a door are refused.
import { describe, expect, it } from "vitest";
import { readStageConfig } from "../../infra/config.ts";
import { listenersOf, provesIdentity } from "../../infra/listeners.ts";
import { operatorScope } from "../../infra/operator-routes.ts";
import { environment } from "./resource-graph.ts";

const faultsOf = (change: Readonly<Record<string, string>>): string => {
  try {
    readStageConfig({ ...environment, ...change });
    return "";
  } catch (error) {
    return String(error);
  }
};

describe("a stage's configuration", () => {
  it("stands with what docs/deploy.md asks for, and chooses the closed way for the rest", () => {
    const config = readStageConfig(environment);
    expect(config).toMatchObject({
      contentMode: "required",
      ocsp: "off",
      advertiseCaNames: true,
      issuePerSecond: 25,
      contentOrigin: { domain: "origin.example.com", mutualTls: true },
      reporterAccounts: ["210987654321"],
    });
  });

  it("says all that is missing at once", () => {
    const faults = String(
      (() => {
        try {
          return readStageConfig({});
        } catch (error) {
          return error;
        }
      })(),
    );
    const optional = ["EDGECERT_REPORTERS", "EDGECERT_ALARM_TOPIC"];
    for (const name of Object.keys(environment).filter(each => !optional.includes(each)))
      expect(faults).toContain(`${name}: missing`);
  });

  it.each([
    ["EDGECERT_ISSUING_CAS", "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/x"],
    [
      "EDGECERT_ORIGIN_CERTIFICATE",
      "arn:aws:acm:eu-west-1:123456789012:certificate/33333333-0000-4000-8000-000000000000",
    ],
    ["EDGECERT_API_DOMAIN", "https://api.example.com"],
    ["EDGECERT_CONTENT_MODE", "verify"],
    ["EDGECERT_OCSP", "on"],
    ["EDGECERT_CA_RATE", "0"],
    ["EDGECERT_REPORTERS", "210987654321, everybody"],
    ["EDGECERT_OPERATORS_JWKS", "http://login.example.com/jwks.json"],
  ])("refuses a %s of %s", (name, value) => {
    expect(faultsOf({ [name]: value })).toContain(name);
  });

  it("takes no CA that signs devices for the one that speaks for CloudFront", () => {
    expect(faultsOf({ EDGECERT_ORIGIN_CA: environment.EDGECERT_ISSUING_CAS })).toContain(
      "must not be one of",
    );
  });

  it("rehearses with another certificate than the live one, and has three domains", () => {
    expect(faultsOf({ EDGECERT_REHEARSAL_CERTIFICATE: environment.EDGECERT_ORIGIN_CERTIFICATE })).toContain(
      "must not be",
    );
    expect(faultsOf({ EDGECERT_RENEWAL_DOMAIN: environment.EDGECERT_API_DOMAIN })).toContain(
      "three different names",
    );
  });
});

describe("the listeners", () => {
  const listener = (name: string, change: Readonly<Record<string, string>> = {}) =>
    listenersOf(readStageConfig({ ...environment, ...change })).find(each => each.name === name);

  it("let nobody in without a certificate but where the mode is optional", () => {
    for (const mode of ["required", "passthrough"])
      expect(
        listener("content", { EDGECERT_CONTENT_MODE: mode })?.configuration.admitWithoutCertificate,
      ).toBe(false);
    expect(
      listener("content", { EDGECERT_CONTENT_MODE: "optional" })?.configuration.admitWithoutCertificate,
    ).toBe(true);
  });

  it("let an expired certificate in on the renewal listener alone", () => {
    expect(["content", "api", "renewal"].map(name => listener(name)?.ignoreCertificateExpiry)).toEqual([
      false,
      false,
      true,
    ]);
    expect(listener("renewal")?.configuration.admitExpired).toBe("to-renew");
  });

  it("prove by their logs who was there, but in passthrough", () => {
    const proves = (mode: string) =>
      listenersOf(readStageConfig({ ...environment, EDGECERT_CONTENT_MODE: mode }))
        .filter(provesIdentity)
        .map(({ name }) => name);
    expect(proves("required")).toEqual(["content", "api", "renewal"]);
    expect(proves("passthrough")).toEqual(["api", "renewal"]);
  });

  it("want a good status of everybody only where somebody is asked for one", () => {
    expect(listener("content")?.configuration.ocsp).toBe("refuse-revoked");
    expect(listener("content", { EDGECERT_OCSP: "require-good" })?.configuration.ocsp).toBe("require-good");
  });
});

describe("an operator's route", () => {
  it.each([
    ["POST /v1/authorities", "authorities:write"],
    ["DELETE /v1/rules/{id}", "revocations:approve"],
    ["PUT /v1/profiles/{name}", "authorities:write"],
    ["GET /v1/audit", "certificates:read"],
  ])("is %s, for whoever has the scope %s", (routeKey, scope) => {
    expect(operatorScope(routeKey)).toBe(scope);
  });

  it.each([
    "GET /v1/certificates",
    "POST /v1/certificates",
    "POST /v1/certificates/{id}/renew",
    "POST /v1/findings",
    "POST /v1/lots/{lot}/enrolments",
    "POST /.well-known/est/{operation}",
  ])("is not %s", routeKey => {
    expect(operatorScope(routeKey)).toBeUndefined();
  });
});
