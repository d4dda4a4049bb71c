// Decides subject and extensions of a certificate: template first, then API passthrough, then request
// (AWS Private CA user guide, "template order of operations").
import { AwsError } from "../../wire/aws-json.ts";
import type { ApiPassthrough } from "../input/passthrough.ts";
import { sequence } from "./der.ts";
import {
  certificatePolicies,
  type Extension,
  extendedKeyUsage,
  keyUsage,
  OID,
  usageOid,
} from "./extension.ts";
import { encodeGeneralName } from "./general-name.ts";
import { encodeSubject } from "./name.ts";
import type { CertificateRequest } from "./request.ts";
import type { Template } from "./template.ts";

export type ContentRequest = {
  readonly template: Template;
  readonly request: CertificateRequest;
  readonly passthrough: ApiPassthrough | undefined;
  /** Key identifiers, and what the CA's configuration adds (CRL distribution point, OCSP responder). */
  readonly authorityExtensions: readonly Extension[];
};

export type Content = { readonly subject: Buffer; readonly extensions: readonly Extension[] };

/** Throws InvalidArgsException for passthrough values that cannot be put into a certificate. */
export function decideContent({
  template,
  request,
  passthrough,
  authorityExtensions,
}: ContentRequest): Content {
  // Silently ignored unless the template takes it: a caller that picked the wrong template gets the request's names.
  const api = template.apiPassthrough ? passthrough : undefined;
  // Subject and SAN are copied from the request whatever the template, unvalidated (threat B1).
  const fromRequest = request.extensions.filter(
    item => template.csrPassthrough || item.oid === OID.subjectAlternativeName,
  );
  return {
    subject: api?.Subject === undefined ? request.subject : encodeSubject(api.Subject),
    extensions: firstOfEach([
      ...template.fixed,
      ...authorityExtensions,
      ...fromApi(api?.Extensions),
      ...fromRequest,
    ]),
  };
}

function fromApi(extensions: ApiPassthrough["Extensions"]): readonly Extension[] {
  const names = extensions?.SubjectAlternativeNames;
  const usage = extensions?.KeyUsage && keyUsage(extensions.KeyUsage);
  const usages = extensions?.ExtendedKeyUsage?.map(usageOid);
  const policies = extensions?.CertificatePolicies;
  const custom = (extensions?.CustomExtensions ?? []).map(item => ({
    oid: item.ObjectIdentifier,
    critical: item.Critical ?? false,
    value: Buffer.from(item.Value, "base64"),
  }));
  if (new Set(custom.map(item => item.oid)).size < custom.length) {
    throw new AwsError("InvalidArgsException", "A custom extension is given more than once.");
  }
  return [
    ...(names === undefined
      ? []
      : [
          {
            oid: OID.subjectAlternativeName,
            critical: false,
            value: sequence(...names.map(encodeGeneralName)),
          },
        ]),
    ...(usage === undefined ? [] : [usage]),
    ...(usages === undefined ? [] : [extendedKeyUsage(usages, false)]),
    ...(policies === undefined ? [] : [certificatePolicies(policies)]),
    ...custom,
  ];
}

/** Keeps the source with the highest priority for each object identifier. */
function firstOfEach(extensions: readonly Extension[]): readonly Extension[] {
  const kept = new Map<string, Extension>();
  for (const extension of extensions) {
    if (!kept.has(extension.oid)) kept.set(extension.oid, extension);
  }
  return [...kept.values()];
}
