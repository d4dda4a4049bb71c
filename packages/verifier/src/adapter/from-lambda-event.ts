// A request by API Gateway's HTTP API (payload format 2.0) on a custom domain that requires mTLS, its default endpoint
// disabled.
import { judgeGatewayCertificate } from "../chain/judge-chain.ts";
import type { ConnectionFault, Verdict } from "../verdict.ts";
import { readViewer } from "../viewer/read-viewer.ts";
import { readOptions, type VerifierOptions } from "./from-node-request.ts";

/** The few members of the event that are read. */
export type LambdaEvent = {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly authentication?: { readonly clientCert?: { readonly clientCertPem: string } | null } | null;
  };
};

export type LambdaOptions = Omit<VerifierOptions, "origin">;

/**
 * Who sent this request. The gateway's truststore must hold the origin authority and no other CA: the event has the leaf
 * alone, so its chain cannot be judged again. A header that came twice arrives as one with a comma, and is refused for
 * its form.
 */
export function fromLambdaEvent(event: LambdaEvent, options: LambdaOptions = {}): Verdict {
  const now = options.now?.() ?? new Date();
  const fault = judgeLambdaConnection(event, now);
  if (fault !== undefined) return { kind: "refused", reasons: [{ code: fault }] };
  const pairs = Object.entries(event.headers).map(([name, value]) => [name, value ?? ""] as const);
  return readViewer(pairs, readOptions(options, now));
}

/** Whether the connection to the gateway was CloudFront's; undefined: it was. */
export function judgeLambdaConnection(event: LambdaEvent, now: Date): ConnectionFault | undefined {
  const fault = judgeGatewayCertificate(connectionCertificate(event), now);
  return fault && `connection_certificate_${fault}`;
}

/** PEM. Null elsewhere than on a domain with mTLS, whatever the event's type says. */
export function connectionCertificate({ requestContext }: LambdaEvent): string | undefined {
  return requestContext.authentication?.clientCert?.clientCertPem;
}
