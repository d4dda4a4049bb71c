// Who is calling. A certificate counts only when the connection itself came with CloudFront's origin certificate and
// the edge's own headers agree with CloudFront's (threats A3, H1); an operator shows a token of the configured issuer, a
// line without a certificate that of its claim.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type Authority, hasStanding } from "#core/authority/authority.ts";
import type { Caller } from "#core/caller.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import { type Claim, isSecretOf, parseToken } from "#core/claim/claim.ts";
import { fail, isAppError } from "#core/error.ts";
import { normaliseDn } from "#core/slot-page/normalised-dn.ts";
import { fromLambdaEvent, judgeLambdaConnection } from "#verifier/adapter/from-lambda-event.ts";
import type { Viewer } from "#verifier/verdict.ts";

export type AuthenticateDeps = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly readCertificate: (id: string) => Promise<Certificate | undefined>;
  /**
   * Resolves to the token's subject and scopes. Rejects when it is not a valid token of our issuer, and with
   * `caller.unverifiable` when the issuer's keys could not be had.
   */
  readonly verifyToken: (
    token: string,
  ) => Promise<{ readonly subject: string; readonly scopes: readonly string[] }>;
  /** For claim tokens; it may be a few seconds old. */
  readonly findClaim: (id: string) => Promise<Claim | undefined>;
  readonly now: () => Date;
};

/** Refuses with `caller.unauthenticated`; the reason never tells whether a certificate exists. */
export async function authenticate(deps: AuthenticateDeps, event: APIGatewayProxyEventV2): Promise<Caller> {
  requireEdge(deps, event);
  const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(event.headers["authorization"] ?? "")?.[1];
  if (bearer !== undefined) return bearerOf(deps, bearer);
  const viewer = viewerOf(deps, event, "present a client certificate or a token");
  const certificate = await recordOf(deps, viewer);
  const usable = certificate.state === "active" || certificate.state === "superseded";
  return usable && !hasExpired(certificate, deps.now()) ? toCaller(certificate) : notOurs();
}

/**
 * Whoever presents a certificate of ours, whatever its state: for the one route that tells its holder what has become of
 * it. Refuses with `caller.unauthenticated`.
 */
export async function authenticateHolder(
  deps: AuthenticateDeps,
  event: APIGatewayProxyEventV2,
): Promise<Caller> {
  requireEdge(deps, event);
  const viewer = viewerOf(deps, event, "present the client certificate that is to be renewed");
  const certificate = await recordOf(deps, viewer);
  // Only one listener lets expired certificates in, and only its own function can say so.
  return hasExpired(certificate, deps.now()) && !viewer.renewalOnly ? notOurs() : toCaller(certificate);
}

/** Operators too: a token is taken from nobody who goes past the edge. */
function requireEdge({ now }: AuthenticateDeps, event: APIGatewayProxyEventV2): void {
  const fault = judgeLambdaConnection(event, now());
  if (fault === undefined) return;
  const reason = "requests reach this API through the edge only";
  fail("caller.unauthenticated", { reason }, new Error(fault));
}

/** `missing`: what to answer a caller without a certificate. */
function viewerOf({ now }: AuthenticateDeps, event: APIGatewayProxyEventV2, missing: string): Viewer {
  // Without CloudFront's word nobody has presented anything; a lone forged header says no more than none.
  if (event.headers["cloudfront-viewer-cert-present"] === undefined) {
    return fail("caller.unauthenticated", { reason: missing });
  }
  const verdict = fromLambdaEvent(event, { now });
  switch (verdict.kind) {
    case "identified":
      return verdict.viewer;
    case "anonymous":
      return fail("caller.unauthenticated", { reason: missing });
    case "refused":
      return notOurs(new Error(JSON.stringify(verdict.reasons)));
  }
}

/** One header, two kinds of token: a claim's has a form that no JWT has. */
async function bearerOf(deps: AuthenticateDeps, token: string): Promise<Caller> {
  const parsed = parseToken(token);
  return parsed === undefined ? operator(deps, token) : tokenHolder(deps, parsed);
}

// Whether the claim is in force is for the request to find out: what was granted before is answered all the same.
async function tokenHolder(
  deps: AuthenticateDeps,
  { claimId, secret }: NonNullable<ReturnType<typeof parseToken>>,
): Promise<Caller> {
  const claim = await deps.findClaim(claimId);
  if (claim === undefined || !(await isSecretOf(claim, secret))) {
    return fail("caller.unauthenticated", { reason: "the token is not valid" });
  }
  return { kind: "token", tenant: claim.tenant, claimId };
}

async function operator(deps: AuthenticateDeps, token: string): Promise<Caller> {
  try {
    return { kind: "operator", ...(await deps.verifyToken(token)) };
  } catch (error) {
    if (isAppError(error, "caller.unverifiable")) throw error;
    return fail("caller.unauthenticated", { reason: "the token is not valid" }, error);
  }
}

/** RFC 5280, 4.1.2.5: the validity includes its last second. */
function hasExpired({ notAfter }: Certificate, now: Date): boolean {
  return notAfter < now;
}

/** The certificate by issuer and serial, as the edge has named them, and by its digest. */
async function recordOf(deps: AuthenticateDeps, viewer: Viewer): Promise<Certificate> {
  const issuerDn = normaliseDn(viewer.issuerText);
  const authority = (await deps.listAuthorities()).find(candidate => candidate.issuerDn === issuerDn);
  if (authority === undefined || !hasStanding(authority) || viewer.authority !== authority.id)
    return notOurs();
  const certificate = await deps.readCertificate(certificateId(authority.id, viewer.serial));
  return certificate?.sha256 === viewer.sha256 ? certificate : notOurs();
}

function notOurs(cause?: Error): never {
  return fail("caller.unauthenticated", { reason: "the client certificate is not one of ours" }, cause);
}

function toCaller({ tenant, holder, profile, id, sha256 }: Certificate): Caller {
  return { kind: "certificate", tenant, holder, profile, certificateId: id, sha256 };
}
