// Who is calling. A certificate counts only when the connection itself came with CloudFront's origin certificate and
// the edge's own headers agree with CloudFront's (threats A3, H1); an operator shows a token of the configured issuer, a
// line without a certificate that of its claim.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type Authority, hasStanding } from "#core/authority/authority.ts";
import type { Caller } from "#core/caller.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import { type Claim, isSecretOf, parseToken } from "#core/claim/claim.ts";
import { fail, isAppError } from "#core/error.ts";
import { parseSerial } from "#core/serial.ts";
import { normaliseDn } from "#core/slot-page/normalised-dn.ts";

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
  requireEdge(event);
  const { headers } = event;
  const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(headers["authorization"] ?? "")?.[1];
  if (bearer !== undefined) return bearerOf(deps, bearer);
  if (headers["cloudfront-viewer-cert-present"] === "1") return certificateHolder(deps, headers);
  return fail("caller.unauthenticated", { reason: "present a client certificate or a token" });
}

/**
 * Whoever presents a certificate of ours, whatever its state: for the one route that tells its holder what has become of
 * it. Refuses with `caller.unauthenticated`.
 */
export async function authenticateHolder(
  deps: AuthenticateDeps,
  event: APIGatewayProxyEventV2,
): Promise<Caller> {
  requireEdge(event);
  if (event.headers["cloudfront-viewer-cert-present"] !== "1") {
    fail("caller.unauthenticated", { reason: "present the client certificate that is to be renewed" });
  }
  const certificate = await presentedCertificate(deps, event.headers);
  // Only one listener lets expired certificates in, and only its own function can write this header.
  const graced = event.headers["x-edgecert-listener"] === "renewal";
  return hasExpired(certificate, deps.now()) && !graced ? notOurs() : toCaller(certificate);
}

function requireEdge(event: APIGatewayProxyEventV2): void {
  if (originCertificate(event) !== undefined) return;
  fail("caller.unauthenticated", { reason: "requests reach this API through the edge only" });
}

/** On a custom domain that requires mTLS (aws-services, 5.2); elsewhere the payload has null, whatever its type says. */
export function originCertificate(event: APIGatewayProxyEventV2): string | undefined {
  return event.requestContext.authentication?.clientCert?.clientCertPem;
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

async function certificateHolder(
  deps: AuthenticateDeps,
  headers: APIGatewayProxyEventV2["headers"],
): Promise<Caller> {
  const certificate = await presentedCertificate(deps, headers);
  const usable = certificate.state === "active" || certificate.state === "superseded";
  return usable && !hasExpired(certificate, deps.now()) ? toCaller(certificate) : notOurs();
}

/** RFC 5280, 4.1.2.5: the validity includes its last second. */
function hasExpired({ notAfter }: Certificate, now: Date): boolean {
  return notAfter < now;
}

async function presentedCertificate(
  deps: AuthenticateDeps,
  headers: APIGatewayProxyEventV2["headers"],
): Promise<Certificate> {
  const serial = parseSerial(headers["cloudfront-viewer-cert-serial-number"] ?? "");
  const issuerDn = normaliseDn(headers["cloudfront-viewer-cert-issuer"] ?? "");
  const authority = (await deps.listAuthorities()).find(candidate => candidate.issuerDn === issuerDn);
  const agreed = headers["x-edgecert-serial"] === serial && headers["x-edgecert-authority"] === authority?.id;
  if (serial === undefined || authority === undefined || !hasStanding(authority) || !agreed) return notOurs();
  return (await deps.readCertificate(certificateId(authority.id, serial))) ?? notOurs();
}

function notOurs(): never {
  return fail("caller.unauthenticated", { reason: "the client certificate is not one of ours" });
}

function toCaller({ tenant, holder, profile, id, sha256 }: Certificate): Caller {
  return { kind: "certificate", tenant, holder, profile, certificateId: id, sha256 };
}
