// The operators' identity provider on the local cloud: a small OIDC issuer that signs whatever this process asks for.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { type Clock, systemClock } from "../wire/clock.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";

export type LocalIssuerOptions = {
  readonly port: number;
  /** Where the signing key is kept; undefined makes a new one at each start. */
  readonly stateDirectory: string | undefined;
  readonly clock?: Clock;
};

export type TokenRequest = {
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly ttlSeconds: number;
};

export type LocalIssuer = RunningServer & {
  /** The `iss` of its tokens: the server's URL. */
  readonly issuer: string;
  /** A signed JWT (RS256), `aud` edgecert. In process only: the server has no token endpoint to be tricked. */
  readonly mintToken: (request: TokenRequest) => Promise<string>;
};

const audience = "edgecert";
const algorithm = "RS256";

export async function startLocalIssuer(options: LocalIssuerOptions): Promise<LocalIssuer> {
  const { clock = systemClock } = options;
  const privateJwk = await signingKey(options.stateDirectory);
  const kid = await calculateJwkThumbprint(privateJwk);
  const { kty, n, e } = privateJwk;
  const keySet = { keys: [{ kty, n, e, kid, use: "sig", alg: algorithm }] };
  const documents = new Map<string, unknown>([["/.well-known/jwks.json", keySet]]);
  const server = createServer((request, response) => {
    const document = request.method === "GET" ? documents.get(request.url ?? "") : undefined;
    response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(document ?? { error: "not_found" }));
  });
  const running = await listenOnLoopback(server, { name: "the local issuer", port: options.port });
  const issuer = running.url;
  documents.set("/.well-known/openid-configuration", {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: [algorithm],
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
  });
  const key = await importJWK(privateJwk, algorithm);
  return {
    ...running,
    issuer,
    mintToken: ({ subject, scopes, ttlSeconds }) => {
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({ scope: scopes.join(" ") })
        .setProtectedHeader({ alg: algorithm, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(key);
    },
  };
}

/** The key of an earlier start, so that tokens in an operator's shell outlive a restart. */
async function signingKey(stateDirectory: string | undefined): Promise<JWK> {
  if (stateDirectory === undefined) return newKey();
  const path = join(stateDirectory, "issuer-key.json");
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const key = await newKey();
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  // Fails rather than overwrite: two starts at once must not end with two keys.
  writeFileSync(path, JSON.stringify(key), { mode: 0o600, flag: "wx" });
  return key;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return exportJWK(privateKey);
}
