// The JWT authorizer against the local issuer, and the issuer itself.
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalIssuer, startLocalIssuer } from "#local/api-gateway/local-issuer.ts";
import { aGateway, call, type TestGateway } from "./gateway-fixture.ts";

let offsetMs = 0;
const clock = { now: () => new Date(Date.now() + offsetMs) };
let issuer: LocalIssuer;
let other: LocalIssuer;
let gateway: TestGateway;

beforeAll(async () => {
  issuer = await startLocalIssuer({ port: 0, stateDirectory: undefined, clock });
  other = await startLocalIssuer({ port: 0, stateDirectory: undefined, clock });
  const jwt = { kind: "jwt", issuer: issuer.issuer, audience: ["edgecert"] } as const;
  gateway = await aGateway({
    clock,
    routes: [
      { routeKey: "GET /any", functionName: "fn", authorizer: jwt },
      {
        routeKey: "GET /read",
        functionName: "fn",
        authorizer: { ...jwt, scopes: ["certificates:read", "admin"] },
      },
      { routeKey: "GET /elsewhere", functionName: "fn", authorizer: { ...jwt, audience: ["another"] } },
    ],
  });
});
afterAll(async () => {
  await Promise.all([gateway.server.stop(), issuer.stop(), other.stop()]);
});

const token = (scopes: string[] = [], ttlSeconds = 60): Promise<string> =>
  issuer.mintToken({ subject: "ops", scopes, ttlSeconds });

async function get(path: string, authorization?: string) {
  return call(gateway, path, authorization === undefined ? {} : { headers: { authorization } });
}

it("passes the claims of a good token to the function", async () => {
  expect((await get("/read", `Bearer ${await token(["certificates:read", "x"])}`)).status).toBe(200);
  const { authorizer } = gateway.events.at(-1)?.event.requestContext ?? {};
  expect(authorizer.jwt).toMatchObject({
    claims: {
      sub: "ops",
      aud: "edgecert",
      iss: issuer.issuer,
      scope: "certificates:read x",
      exp: expect.stringMatching(/^\d+$/),
    },
    scopes: ["certificates:read", "x"],
  });
  expect((await get("/any", await token())).status).toBe(200);
  expect(gateway.events.at(-1)?.event.requestContext.authorizer.jwt.scopes).toBeNull();
});

it("answers 403 to a token without any of the route's scopes", async () => {
  const answer = await get("/read", `Bearer ${await token(["certificates:write"])}`);
  expect(answer).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
});

it("answers 401 without a token and names the scheme", async () => {
  expect(await get("/any")).toMatchObject({
    status: 401,
    body: '{"message":"Unauthorized"}',
    headers: { "www-authenticate": "Bearer" },
  });
});

it.each<[string, () => Promise<string>]>([
  ["text that is no token", async () => "Bearer abc"],
  ["another scheme", async () => `Basic ${await token()}`],
  ["a token of another issuer", () => other.mintToken({ subject: "ops", scopes: [], ttlSeconds: 60 })],
  [
    "a token with a changed payload",
    async () => {
      const [head, body, signature] = (await token()).split(".");
      const claims = JSON.parse(Buffer.from(body ?? "", "base64url").toString());
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: "root" })).toString("base64url");
      return `${head}.${forged}.${signature}`;
    },
  ],
  [
    "a token signed with a key of its own choice",
    async () => {
      const { privateKey } = await generateKeyPair("RS256");
      return new SignJWT({})
        .setProtectedHeader({ alg: "RS256" })
        .setIssuer(issuer.issuer)
        .setAudience("edgecert")
        .setExpirationTime("1h")
        .sign(privateKey);
    },
  ],
  [
    "an unsigned token",
    async () => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none" })}.${part({ iss: issuer.issuer, aud: "edgecert", exp: 9_999_999_999 })}.`;
    },
  ],
])("answers 401 to %s", async (_, make) => {
  const count = gateway.events.length;
  expect((await get("/any", await make())).status).toBe(401);
  expect(gateway.events).toHaveLength(count);
});

it("answers 401 to a token for another audience", async () => {
  expect((await get("/elsewhere", await token())).status).toBe(401);
});

it("lets a token in before it expires and not after, by the stack's clock", async () => {
  const short = await token([], 3600);
  offsetMs = 3_590_000;
  expect((await get("/any", short)).status).toBe(200);
  offsetMs = 3_601_000;
  expect((await get("/any", short)).status).toBe(401);
  // Issued in the future, as seen now.
  const early = await token([], 3600);
  offsetMs = 0;
  expect((await get("/any", early)).status).toBe(401);
});

it("keeps the issuer's key across a restart, readable by its owner only", async () => {
  const stateDirectory = mkdtempSync(join(tmpdir(), "edgecert-issuer-"));
  const keys = async (): Promise<{ keys: Record<string, string>[] }> => {
    const running = await startLocalIssuer({ port: 0, stateDirectory });
    const set = await (await fetch(`${running.url}/.well-known/jwks.json`)).json();
    await running.stop();
    return set as { keys: Record<string, string>[] };
  };
  const first = await keys();
  expect(await keys()).toEqual(first);
  expect(statSync(join(stateDirectory, "issuer-key.json")).mode & 0o777).toBe(0o600);
  expect(Object.keys(first.keys[0] ?? {}).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
});

it("serves nothing but its two documents", async () => {
  expect((await fetch(`${issuer.url}/token`, { method: "POST" })).status).toBe(404);
  expect((await fetch(`${issuer.url}/.well-known/openid-configuration`)).status).toBe(200);
});
