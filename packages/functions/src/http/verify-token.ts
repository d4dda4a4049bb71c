// Operators' tokens: JWTs of one configured OIDC issuer, checked against its published keys.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { fail } from "#core/error.ts";
import type { AuthenticateDeps } from "./authenticate.ts";

export type TokenIssuer = { readonly issuer: string; readonly audience: string; readonly jwksUri: string };

export function tokenVerifier({ issuer, audience, jwksUri }: TokenIssuer): AuthenticateDeps["verifyToken"] {
  const keySet = createRemoteJWKSet(new URL(jwksUri));
  return async token => {
    const options = { issuer, audience, algorithms: ["RS256", "ES256"] };
    const { payload } = await jwtVerify(token, keySet, options).catch((error: unknown) => {
      if (isAboutToken(error)) throw error;
      return fail("caller.unverifiable", { retryAfterSeconds: 5 }, error);
    });
    return { subject: payload.sub ?? "unknown", scopes: String(payload["scope"] ?? "").split(" ") };
  };
}

/** The library's errors are about the token, except a key set that came late or with another status than 200. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    error.code !== errors.JWKSTimeout.code &&
    error.code !== errors.JOSEError.code
  );
}
