// Two tenants on one API: each lists and finds its own certificates, by every name, and hears of the other's what it
// hears of none. The API's document and its problem pages are there for anybody.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contracts } from "#functions/contract/contracts.ts";
import type { RouteContract } from "#functions/http/contract.ts";
import { openApiDocument } from "#functions/openapi/document.ts";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
import {
  enrolHolder,
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

type Tenant = {
  readonly name: string;
  readonly factory: ApiAccess;
  readonly device: ApiAccess;
  readonly pump: TestHolder;
};

let cloud: TestCloud;
let operator: ApiAccess;
let acme: Tenant;
let zenith: Tenant;

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  operator = await cloud.operator();
  acme = await startTenant("acme");
  zenith = await startTenant("zenith");
});
afterAll(() => cloud.stop());

/** Both tenants have a holder and a lot of the same name. */
async function startTenant(name: string): Promise<Tenant> {
  const factory = await factoryAccess(cloud, name, `${name}-line`);
  const pump = await enrolHolder(factory, "pump-1", { lot: "w47" });
  return { name, factory, device: { ...cloud.access, identity: pump.identity }, pump };
}

const get = (access: ApiAccess, path: string): Promise<ApiAnswer> => callApi(access, { path });

async function idsOf(access: ApiAccess, query: string): Promise<readonly string[]> {
  const { status, body } = await get(access, `/v1/certificates?${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  // The checker of the test cloud has held the answer against its contract.
  return (body["certificates"] as readonly { readonly id: string }[]).map(({ id }) => id);
}

/** What differs from request to request is left out. */
function told({ status, headers, body }: ApiAnswer) {
  const { instance: _, ...rest } = body;
  return { status, type: headers["content-type"], rest };
}

describe("a listing", () => {
  it("shows a tenant its own certificates, newest first, page by page along the links", async () => {
    const line = acme.factory;
    await until(async () => (await idsOf(line, "")).length === 2);
    const first = await get(line, "/v1/certificates?limit=1");
    expect(first.body).toMatchObject({ certificates: [{ id: acme.pump.certificate.id, tenant: "acme" }] });
    const link = /^<(\/v1\/certificates\?[^>]+)>; rel="next"$/.exec(String(first.headers["link"]))?.[1];
    const second = await get(line, link ?? "");
    expect(second.body).toMatchObject({ certificates: [{ holder: "acme-line", profile: "factory" }] });
    expect([second.body["next"], second.headers["link"]]).toEqual([undefined, undefined]);
  });

  it("shows a device no more and no less than its factory", async () => {
    expect(await idsOf(acme.device, "")).toEqual(await idsOf(acme.factory, ""));
  });

  it.each(["tenant=zenith", "tenant=nobody", "tenant=zenith&holder=pump-1", "authority=m9", "state=revoked"])(
    "is empty for acme with %s",
    async query => {
      expect(told(await get(acme.factory, `/v1/certificates?${query}`))).toMatchObject({
        status: 200,
        rest: { certificates: [] },
      });
    },
  );

  it.each(["holder=pump-1", "lot=w47", "holder=pump-1&lot=w47&state=active&authority=m1"])(
    "by %s keeps the tenants apart",
    async query => {
      for (const { name, factory, pump } of [acme, zenith]) {
        await until(async () => (await idsOf(factory, query)).length > 0);
        expect(await idsOf(factory, query)).toEqual([pump.certificate.id]);
        expect(await idsOf(operator, `tenant=${name}&${query}`)).toEqual([pump.certificate.id]);
      }
    },
  );

  it("by authority shows an operator every tenant's", async () => {
    const ids = await idsOf(operator, "authority=m1");
    expect(ids).toEqual(expect.arrayContaining([acme.pump.certificate.id, zenith.pump.certificate.id]));
    expect(ids).toHaveLength(4);
  });

  it("refuses a cursor of another query, an unknown parameter and an operator without a tenant, all with a 400", async () => {
    const { body } = await get(acme.factory, "/v1/certificates?limit=1");
    for (const [access, query] of [
      [acme.factory, `state=active&cursor=${body["next"]}`],
      [zenith.factory, `cursor=${body["next"]}`],
      [acme.factory, "owner=acme"],
      [operator, "state=active"],
    ] as const) {
      expect(await get(access, `/v1/certificates?${query}`)).toMatchObject({
        status: 400,
        body: { code: "request.malformed", errors: [{ pointer: "" }] },
      });
    }
  });
});

describe("a certificate", () => {
  it("answers to its id, to its serial in any spelling, and to its SHA-256", async () => {
    const { id, serial } = acme.pump.certificate;
    const byId = await get(acme.factory, `/v1/certificates/${id}`);
    const octets = serial.match(/../g) ?? [];
    const sha256 = String(byId.body["sha256"]);
    expect(byId).toMatchObject({ status: 200, body: { id, state: "active" } });
    for (const name of [
      serial,
      serial.toUpperCase(),
      octets.join(":"),
      encodeURIComponent(octets.join(":").toUpperCase()),
      `0x00${serial}`,
      sha256,
      sha256.toUpperCase().match(/../g)?.join(":"),
    ]) {
      expect((await get(acme.device, `/v1/certificates/${name}`)).body).toEqual(byId.body);
    }
  });

  it("is the same certificate as it was when it was issued, and has its state beside", async () => {
    const { body } = await get(operator, `/v1/certificates/${acme.pump.certificate.id}`);
    const { chain: _, ...issued } = acme.pump.certificate;
    expect(body).toMatchObject({ ...issued, state: "active" });
  });
});

describe("another tenant's object", () => {
  // Authorities have ids too, and no tenant.
  const routes = Object.values<readonly RouteContract[]>(contracts)
    .flat()
    .filter(({ path }) => /^\/v1\/(?:certificates|enrolments)\/\{id\}/.test(path))
    .filter(({ callers }) => callers !== "anybody" && callers.certificate !== undefined);
  const absent = {
    id: `m1-${"0b".repeat(16)}`,
    sha256: "0b".repeat(32),
    enrolment: `enr_${"0b".repeat(16)}`,
  };

  it.each(routes)("answers $method $path as one that does not exist", async ({ method, path }) => {
    for (const [caller, owner] of [
      [acme, zenith],
      [zenith, acme],
    ] as const) {
      const { body: own } = await get(owner.factory, `/v1/certificates/${owner.pump.certificate.id}`);
      const pairs = path.startsWith("/v1/enrolments/")
        ? [[own["enrolment"], absent.enrolment]]
        : [
            [own["id"], absent.id],
            [own["serial"], absent.id.slice(3)],
            [own["sha256"], absent.sha256],
          ];
      const ask = async (access: ApiAccess, id: unknown) =>
        told(
          await callApi(access, {
            method,
            path: path.replace("{id}", String(id)),
            ...(method === "GET" ? {} : { body: {} }),
          }),
        );
      for (const access of [caller.factory, caller.device]) {
        for (const [foreign, nobodys] of pairs) {
          const answer = await ask(access, foreign);
          expect(answer).toEqual(await ask(access, nobodys));
          if (method === "GET")
            expect(answer).toMatchObject({ status: 404, rest: { code: "resource.not_found" } });
          else expect(answer.status).toBeGreaterThanOrEqual(400);
        }
      }
      if (method === "GET") expect(await ask(owner.factory, pairs[0]?.[0])).toMatchObject({ status: 200 });
    }
  });
});

describe("without a certificate and without a token", () => {
  it("the API's document can be fetched, and kept", async () => {
    const { status, headers, body } = await get(cloud.access, "/openapi.json");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["cache-control"]).toMatch(/^public, max-age=\d+$/);
    expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it("a problem's type leads to its page", async () => {
    const problem = await get(acme.factory, "/v1/certificates/m1-00");
    const page = await get(cloud.access, String(problem.body["type"]));
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/markdown; charset=utf-8" } });
    expect(page.body["text"]).toMatch(/^# resource\.not_found\n\nHTTP 404\. /);
  });

  it.each(["nothing", "..%2fREADME.md", "findings.md.md"])("there is no page %s", async code => {
    expect(await get(cloud.access, `/problems/${code}`)).toMatchObject({ status: 404 });
  });

  it("a listing and a certificate cannot be had", async () => {
    for (const path of ["/v1/certificates", `/v1/certificates/${acme.pump.certificate.id}`])
      expect(await get(cloud.access, path)).toMatchObject({ status: 401 });
  });
});
