// The built viewer-request function against its vectors, in QuickJS and, where it is installed, in njs.

import { describe, expect, it } from "vitest";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import type { EdgeConfiguration } from "#edge/function/configuration.ts";
import { plain } from "#support/edge-vectors/configured-vectors.ts";
import { engines } from "#support/edge-vectors/engines.ts";
import { aRequest, type RequestFields, toRfc2253 } from "#support/edge-vectors/events.ts";
import { toProgram } from "#support/edge-vectors/program.ts";
import { forgedHeaders, requestVectors } from "#support/edge-vectors/request-vectors.ts";
import { isAdmission, type Outcome, type Vector } from "#support/edge-vectors/vector.ts";
import { commonStore, issuers } from "#support/edge-vectors/world.ts";

type Headers = Readonly<Record<string, { readonly value: string }>>;
type Returned = { readonly statusCode?: number; readonly headers: Headers; readonly body?: string };

const refusal = {
  statusCode: 403,
  statusDescription: "Forbidden",
  headers: { "content-type": { value: "application/problem+json" }, "cache-control": { value: "no-store" } },
  body: '{"title":"Forbidden","status":403,"code":"caller.forbidden"}',
};

describe.each(engines)("the viewer-request function in $name", ({ run, skipped }) => {
  describe.skipIf(skipped)("given a request", () => {
    it(`judges each of ${requestVectors.length} vectors as expected, and answers the refused with 403`, async () => {
      const outcomes = await runAll(plain, requestVectors);
      requestVectors.forEach((vector, index) => {
        const { returned, log, storeReads } = outcomes[index] ?? { log: [], storeReads: -1 };
        if (isAdmission(vector.reason)) expect(log, vector.name).toEqual([]);
        else expect(JSON.parse(log[0] ?? "{}"), vector.name).toMatchObject({ reason: vector.reason });
        if (isAdmission(vector.reason))
          expect(returned, vector.name).toHaveProperty("uri", "/firmware/7.bin");
        else expect(returned, vector.name).toEqual(refusal);
        expect(storeReads, vector.name).toBeLessThanOrEqual(2);
      });
    });

    it("tells the origin authority, serial, holder and tenant of a certificate of ours", async () => {
      expect(await ownHeaders({})).toEqual({
        "x-edgecert-authority": "d1",
        "x-edgecert-serial": "9e2aaf1656e54726",
        "x-edgecert-holder": "device-7",
        "x-edgecert-tenant": "acme",
      });
    });

    it("does not repeat the holder and tenant that a foreign authority claims", async () => {
      const names = { issuer: toRfc2253(issuers.foreign), subject: "CN=admin,OU=ec-1a2f3,O=acme" };
      expect(await ownHeaders(names)).toEqual({
        "x-edgecert-authority": "p1",
        "x-edgecert-serial": "9e2aaf1656e54726",
      });
    });

    it("drops a holder or tenant that is there twice", async () => {
      expect(await ownHeaders({ subject: "CN=device-7,CN=admin,OU=ec-1a2f3,O=acme,O=other" })).toEqual({
        "x-edgecert-authority": "d1",
        "x-edgecert-serial": "9e2aaf1656e54726",
      });
    });

    it("removes every copy of its headers that the client sent, in any spelling", async () => {
      const expected = await ownHeaders({});
      expect(await ownHeaders({ headers: forgedHeaders })).toEqual(expected);
    });

    it("removes them also from a request that passes without a certificate", async () => {
      const vector = {
        name: "",
        event: aRequest({ present: "0", headers: forgedHeaders }),
        reason: "anonymous",
      };
      const outcomes = await runAll({ ...plain, admitWithoutCertificate: true }, [vector]);
      const { headers } = returnedBy(outcomes[0]);
      expect(Object.keys(headers).filter(isOwn)).toEqual([]);
      expect(headers).toHaveProperty("host.value", "d111111abcdef8.cloudfront.net");
    });

    // A distribution that does not send the header would otherwise admit everybody who has a revoked certificate.
    it("refuses a request without word on a certificate even where none is needed", async () => {
      const vector = { name: "", event: aRequest({ present: "" }), reason: "no_certificate" };
      const outcomes = await runAll({ ...plain, admitWithoutCertificate: true }, [vector]);
      expect(returnedBy(outcomes[0])).toEqual(refusal);
    });

    it("applies the identity rules to every request", async () => {
      const named = (holder: string) => ({ ...plain, identities: [{ holder }] });
      const vector = { name: "", event: aRequest(), reason: "" };
      expect(returnedBy((await runAll(named("device-*"), [vector]))[0])).not.toEqual(refusal);
      expect(returnedBy((await runAll(named("gateway-*"), [vector]))[0])).toEqual(refusal);
    });

    const toRenew = { ...plain, admitExpired: "to-renew" } as const;
    const renewPath = "/v1/certificates/d1-9e2aaf1656e54726/renew";

    it("lets nobody do anything but renew where expired certificates are admitted", async () => {
      const paths = [
        ["POST", renewPath, true],
        ["GET", renewPath, false],
        ["POST", "/v1/certificates", false],
        ["POST", `${renewPath}/`, false],
        ["POST", `/x${renewPath}`, false],
        ["POST", "/v1/certificates/a/b/renew", false],
        ["POST", "/v1/certificates/a%2fb/renew", false],
        ["POST", "/v1/certificates//renew", false],
        ["GET", "/firmware/7.bin", false],
      ] as const;
      const vectors = paths.map(([method, uri]) => ({
        name: "",
        event: aRequestTo(method, uri),
        reason: "",
      }));
      const outcomes = await runAll(toRenew, vectors);
      const passed = outcomes.map(outcome => returnedBy(outcome).statusCode === undefined);
      expect(passed).toEqual(paths.map(([, , passes]) => passes));
    });

    it("tells the origin that a request came by the listener for renewals, which no client can claim", async () => {
      const forged = { "x-edgecert-listener": { value: "renewal" } };
      const vector = { name: "", event: aRequestTo("POST", renewPath), reason: "" };
      const [graced] = await runAll(toRenew, [vector]);
      expect(returnedBy(graced).headers).toMatchObject(forged);
      const [elsewhere] = await runAll(plain, [{ ...vector, event: aRequest({ headers: forged }) }]);
      expect(Object.keys(returnedBy(elsewhere).headers)).not.toContain("x-edgecert-listener");
    });
  });

  async function runAll(
    configuration: EdgeConfiguration,
    vectors: readonly Vector[],
  ): Promise<readonly Outcome[]> {
    const { viewerRequest } = await buildEdgeFunctions(configuration);
    return run(toProgram(viewerRequest, "handler", vectors, await commonStore()));
  }

  async function ownHeaders(fields: RequestFields): Promise<Record<string, string>> {
    const outcomes = await runAll(plain, [{ name: "", event: aRequest(fields), reason: "good" }]);
    const { headers } = returnedBy(outcomes[0]);
    const own = Object.entries(headers).filter(([name]) => isOwn(name));
    return Object.fromEntries(own.map(([name, { value }]) => [name, value]));
  }
});

function aRequestTo(method: string, uri: string): unknown {
  const event = aRequest();
  return { ...event, request: { ...(event["request"] as object), method, uri } };
}

function isOwn(name: string): boolean {
  return /^x.edgecert/i.test(name);
}

// What the function returns is its own: a request or a response, as the vectors before this have shown.
function returnedBy(outcome: Outcome | undefined): Returned {
  return outcome?.returned as Returned;
}
