// The JWT authorizer of an HTTP API: signature, issuer, audience, times, scopes, in API Gateway's order.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { JwtAuthorizer } from "./route.ts";

/** `requestContext.authorizer.jwt`: every claim as text, lists as `[a b]`. */
export type JwtClaims = {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
};

export type Authorization =
  | { readonly kind: "authorized"; readonly jwt: JwtClaims }
  | { readonly kind: "unauthorized"; readonly reason: string }
  | { readonly kind: "forbidden" };

export type Authorize = (
  authorizer: JwtAuthorizer,
  header: string | undefined,
  now: Date,
) => Promise<Authorization>;

// API Gateway supports RSA-based algorithms only.
const algorithms = ["RS256", "RS384", "RS512"];

/** Keeps each issuer's keys after first use, as API Gateway does. Rejects when an issuer cannot be reached. */
export function openAuthorizer(): Authorize {
  const keySets = new Map<string, Promise<ReturnType<typeof createRemoteJWKSet>>>();
  const keysOf = (issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> => {
    const known = keySets.get(issuer);
    if (known !== undefined) return known;
    const found = discoverKeys(issuer);
    keySets.set(issuer, found);
    found.catch(() => keySets.delete(issuer));
    return found;
  };
  return async (authorizer, header, now) => {
    const token = /^(?:Bearer +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header?.trim() ?? "")?.[1];
    if (token === undefined) return { kind: "unauthorized", reason: "" };
    const keys = await keysOf(authorizer.issuer);
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: authorizer.issuer,
        algorithms,
        currentDate: now,
        requiredClaims: ["exp"],
      });
      return judge(authorizer, payload, now);
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
      return { kind: "unauthorized", reason: "invalid_token" };
    }
  };
}

function judge(authorizer: JwtAuthorizer, payload: JWTPayload, now: Date): Authorization {
  // `client_id` counts only where there is no `aud`.
  const audience = payload.aud ?? payload["client_id"];
  const audiences = (Array.isArray(audience) ? audience : [audience]) as readonly unknown[];
  if (!authorizer.audience.some(wanted => audiences.includes(wanted))) {
    return { kind: "unauthorized", reason: "invalid_token" };
  }
  if (payload.iat !== undefined && payload.iat * 1000 > now.getTime()) {
    return { kind: "unauthorized", reason: "invalid_token" };
  }
  const scopes = scopesOf(payload);
  const wanted = authorizer.scopes ?? [];
  if (wanted.length > 0 && !wanted.some(scope => scopes.includes(scope))) return { kind: "forbidden" };
  const claims = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, claimText(value)]));
  return { kind: "authorized", jwt: { claims, scopes: wanted.length > 0 ? scopes : null } };
}

function scopesOf(payload: JWTPayload): readonly string[] {
  const value = payload["scope"] ?? payload["scp"] ?? "";
  return Array.isArray(value) ? value.map(String) : String(value).split(" ").filter(Boolean);
}

function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(" ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function discoverKeys(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const base = new URL(issuer);
  // Plain HTTP never leaves this machine: only an issuer on loopback may use it.
  if (base.protocol !== "https:" && !["127.0.0.1", "localhost"].includes(base.hostname)) {
    throw new Error(`the issuer ${issuer} must use https`);
  }
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`the issuer ${issuer} answered ${response.status}`);
  const document: unknown = await response.json();
  if (typeof document !== "object" || document === null || !("jwks_uri" in document)) {
    throw new Error(`the issuer ${issuer} names no keys`);
  }
  return createRemoteJWKSet(new URL(String(document.jwks_uri)));
}
