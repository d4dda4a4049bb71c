// Who is calling. A certificate counts only when the connection itself came with CloudFront's origin certificate and
// the edge's own headers agree with CloudFront's (threats A3, H1); an operator shows a token of the configured issuer.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type Authority, hasStanding } from "#core/authority/authority.ts";
import type { Caller } from "#core/caller.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
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
  readonly now: () => Date;
};

/** Refuses with `caller.unauthenticated`; the reason never tells whether a certificate exists. */
export async function authenticate(deps: AuthenticateDeps, event: APIGatewayProxyEventV2): Promise<Caller> {
  if (originCertificate(event) === undefined) {
    fail("caller.unauthenticated", { reason: "requests reach this API through the edge only" });
  }
  const { headers } = event;
  const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(headers["authorization"] ?? "")?.[1];
  if (bearer !== undefined) return operator(deps, bearer);
  if (headers["cloudfront-viewer-cert-present"] === "1") return certificateHolder(deps, headers);
  return fail("caller.unauthenticated", { reason: "present a client certificate or an operator's token" });
}

/** On a custom domain that requires mTLS (aws-services, 5.2); elsewhere the payload has null, whatever its type says. */
function originCertificate(event: APIGatewayProxyEventV2): string | undefined {
  return event.requestContext.authentication?.clientCert?.clientCertPem;
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
  const serial = parseSerial(headers["cloudfront-viewer-cert-serial-number"] ?? "");
  const issuerDn = normaliseDn(headers["cloudfront-viewer-cert-issuer"] ?? "");
  const authority = (await deps.listAuthorities()).find(candidate => candidate.issuerDn === issuerDn);
  const agreed = headers["x-edgecert-serial"] === serial && headers["x-edgecert-authority"] === authority?.id;
  if (serial === undefined || authority === undefined || !hasStanding(authority) || !agreed) {
    fail("caller.unauthenticated", { reason: "the client certificate is not one of ours" });
  }
  const certificate = await deps.readCertificate(certificateId(authority.id, serial));
  const usable = certificate?.state === "active" || certificate?.state === "superseded";
  // RFC 5280, 4.1.2.5: the validity includes its last second.
  if (certificate === undefined || !usable || certificate.notAfter < deps.now()) {
    fail("caller.unauthenticated", { reason: "the client certificate is not one of ours" });
  }
  const { tenant, holder, profile, id, sha256 } = certificate;
  return { kind: "certificate", tenant, holder, profile, certificateId: id, sha256 };
}
