// What EST reads of a posted PKCS #10 before the use-cases judge it: the base64 around it, and whose name it bears.
import type { Bytes } from "#core/csr/bytes.ts";
import { readDer } from "#core/csr/der/read-der.ts";
import type { Finding as CsrFinding } from "#core/csr/finding.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { findingsShown } from "#core/csr/limits.ts";
import { readRequest } from "#core/csr/request/certification-request.ts";
import { shortNameOf } from "#core/csr/request/subject-name.ts";
import { fail } from "#core/error.ts";
import { readBase64Body } from "./base64-body.ts";

/** DER, not looked into. Refuses with `request.malformed`, or `enrolment.refused` when it is a private key's PEM. */
export async function readPkcs10(text: string): Promise<Bytes> {
  const der = readBase64Body(text);
  if (der !== undefined) return der;
  // Whoever posts a key must hear so, whatever else is wrong with the body (threat B8).
  const leak = (await inspect(text)).find(isLeak);
  if (leak !== undefined) refuse([leak]);
  const detail = "the body is not the base64 of a DER request: no PEM lines, no raw DER";
  return fail("request.malformed", { findings: [{ code: "est.not_base64", detail, pointer: "" }] });
}

/** The first common name of a request that may be unsound otherwise; undefined when there is none. */
export function commonNameOf(der: Bytes): string | undefined {
  const { root } = readDer(der);
  const reading = root && readRequest(root);
  if (reading?.kind !== "request") return undefined;
  return reading.request.subject.flat().find(attribute => shortNameOf(attribute) === "CN")?.value;
}

/** Refuses with `enrolment.refused`: the name that is wrong, and all else that is wrong with the request. */
export async function refuseName(pem: string, wrong: NameFinding): Promise<never> {
  const findings = await inspect(pem);
  return refuse(findings.some(isLeak) ? findings : [wrong, ...findings]);
}

export type NameFinding = {
  readonly code: "est.holder_malformed" | "est.holder_differs";
  readonly detail: string;
};

async function inspect(text: string): Promise<readonly CsrFinding[]> {
  const inspection = await inspectCsr(text);
  return inspection.kind === "unsound" ? inspection.findings : [];
}

const isLeak = ({ code }: CsrFinding): boolean => code === "csr.contains_private_key";

/** The whole body is the request, so that is what the findings point to. */
function refuse(findings: readonly { readonly code: string; readonly detail: string }[]): never {
  const located = findings.map(({ code, detail }) => ({ code, detail, pointer: "" }));
  return fail("enrolment.refused", { findings: located.slice(0, findingsShown) });
}
