// The viewer-request function: the same verdict for every HTTP request, so that a revocation reaches connections that are
// already open. It tells the origin who the client is, in headers that no client can write.

import cf from "cloudfront";
import { judge } from "./judge.ts";
import { describe, isAdmitted, judgeAnonymous, type Verdict } from "./verdict.ts";

type Header = { readonly value: string; readonly multiValue?: readonly unknown[] };
type Headers = Record<string, Header>;
type Request = { readonly method: string; readonly uri: string; readonly headers: Headers };
type Response = {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Headers;
  readonly body: string;
};

export async function handler(event: { readonly request: Request }): Promise<Request | Response> {
  let verdict: Verdict = { reason: "exception" };
  try {
    verdict = await judgeRequest(event.request.headers);
    if (isAdmitted(verdict) && !mayAskFor(event.request)) verdict = { reason: "not_renewal" };
    replaceOwnHeaders(event.request.headers, verdict);
  } catch (_error) {
    verdict = { reason: "exception" };
  }
  if (!isAdmitted(verdict)) return forbid(verdict);
  return event.request;
}

async function judgeRequest(headers: Headers): Promise<Verdict> {
  const present = read(headers, "present");
  // A missing header means that the distribution does not send it: that says nothing about the client.
  if (present !== "1") return judgeAnonymous(present === "0" && EDGE_CONFIGURATION.admitWithoutCertificate);
  const certificate = {
    issuer: read(headers, "issuer"),
    subject: read(headers, "subject"),
    serialNumber: read(headers, "serial-number"),
  };
  return await judge(certificate, () => "good", cf.kvs());
}

/** A distribution that lets expired certificates in lets them renew. The origin checks again, by the header below. */
function mayAskFor(request: Request): boolean {
  if (EDGE_CONFIGURATION.admitExpired !== "to-renew") return true;
  return request.method === "POST" && /^\/v1\/certificates\/[a-z0-9-]+\/renew$/.test(request.uri);
}

// Empty when the header is missing, or is there twice: then one of the two is not CloudFront's.
function read(headers: Headers, name: string): string {
  const header = headers[`cloudfront-viewer-cert-${name}`];
  if (header === undefined || (header.multiValue && header.multiValue.length > 1)) return "";
  return header.value;
}

function replaceOwnHeaders(headers: Headers, verdict: Verdict): void {
  Object.keys(headers).forEach(name => {
    // Some origins read `_` as `-`.
    if (name.toLowerCase().replace(/_/g, "-").indexOf("x-edgecert-") === 0) delete headers[name];
  });
  const authority = verdict.authority;
  if (authority === undefined) return;
  write(headers, "authority", authority.id);
  write(headers, "serial", verdict.serial);
  if (EDGE_CONFIGURATION.admitExpired === "to-renew") write(headers, "listener", "renewal");
  // A foreign authority's subjects are its own claim, which this function must not repeat as if it were ours.
  if (verdict.subject === undefined || authority.layout !== "slots") return;
  write(headers, "holder", verdict.subject.holder);
  write(headers, "tenant", verdict.subject.tenant);
}

function write(headers: Headers, name: string, value: string | undefined): void {
  if (value) headers[`x-edgecert-${name}`] = { value: value };
}

// The reason goes to the log, not to the client.
function forbid(verdict: Verdict): Response {
  console.log(describe(verdict, undefined));
  return {
    statusCode: 403,
    statusDescription: "Forbidden",
    headers: {
      "content-type": { value: "application/problem+json" },
      "cache-control": { value: "no-store" },
    },
    body: '{"title":"Forbidden","status":403,"code":"caller.forbidden"}',
  };
}
