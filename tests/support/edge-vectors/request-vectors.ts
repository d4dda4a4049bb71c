// Viewer requests: headers instead of an event, and no word on validity, intermediates or OCSP.

import { aRequest, type RequestFields, subjectOf, toRfc2253 } from "./events.ts";
import type { Fault, Vector } from "./vector.ts";
import { goodSlot, issuers, revokedSerial, revokedSlot } from "./world.ts";

const revoked = toRfc2253(subjectOf(revokedSlot));
const foreignIssuer = toRfc2253(issuers.foreign);
const closedIssuer = toRfc2253(issuers.closed);
const twice = (value: string) => ({ value, multiValue: [{ value }, { value }] });

const requests: readonly [name: string, fields: RequestFields, reason: string, fault?: Fault][] = [
  ["a good certificate", {}, "good"],
  ["names in certificate order", { issuer: issuers.managed, subject: subjectOf(goodSlot) }, "good"],
  ["a revoked certificate", { subject: revoked }, "revoked"],
  ["a foreign certificate", { issuer: foreignIssuer }, "good"],
  ["a revoked foreign certificate", { issuer: foreignIssuer, serialNumber: `00${revokedSerial}` }, "revoked"],
  ["a closed authority", { issuer: closedIssuer }, "authority_closed"],
  ["an unknown authority", { issuer: "CN=Nobody" }, "authority_unknown"],
  ["no slot", { subject: "CN=device-7,O=acme" }, "slot_unreadable"],
  ["an escaped subject", { subject: "CN=a\\,OU=ec-1a2f3,OU=ec-1a2f3,O=acme" }, "slot_unreadable"],
  ["a slot below the floor", { subject: toRfc2253(subjectOf(0xfff)) }, "slot_floor"],
  ["no page", { subject: toRfc2253(subjectOf(0x7000)) }, "page_missing"],
  ["an empty serial", { serialNumber: "" }, "serial_unreadable"],
  ["an empty issuer", { issuer: "" }, "authority_unknown"],
  ["an empty subject", { subject: "" }, "slot_unreadable"],
  ["no certificate", { present: "0" }, "no_certificate"],
  ["no word on a certificate", { present: "" }, "no_certificate"],
  ["another word on a certificate", { present: "true" }, "no_certificate"],
  // CloudFront's documentation does not say that a client's copy is dropped.
  ["the subject twice", { headers: { "cloudfront-viewer-cert-subject": twice(revoked) } }, "slot_unreadable"],
  [
    "the issuer twice",
    { headers: { "cloudfront-viewer-cert-issuer": twice(foreignIssuer) } },
    "authority_unknown",
  ],
  [
    "the serial twice",
    { headers: { "cloudfront-viewer-cert-serial-number": twice("01") } },
    "serial_unreadable",
  ],
  ["the presence twice", { headers: { "cloudfront-viewer-cert-present": twice("1") } }, "no_certificate"],
  ["no store", {}, "exception", "no-store"],
  ["a store that fails", {}, "authority_unknown", "get-fails"],
  ["a store that fails on a foreign serial", { issuer: foreignIssuer }, "exception", "exists-fails"],
];

export const requestVectors: readonly Vector[] = [
  ...requests.map(([name, fields, reason, fault]) => ({
    name,
    event: aRequest(fields),
    reason,
    ...(fault && { fault }),
  })),
  { name: "no event", event: null, reason: "exception" },
  { name: "no request", event: {}, reason: "exception" },
  { name: "no headers", event: { request: {} }, reason: "exception" },
];

/** What a client may send to pass for somebody else. */
export const forgedHeaders: Readonly<Record<string, { readonly value: string }>> = {
  "x-edgecert-authority": { value: "d9" },
  "x-edgecert-holder": { value: "admin" },
  "x-edgecert-tenant": { value: "other" },
  "x-edgecert-serial": { value: "01" },
  "x-edgecert-role": { value: "admin" },
  x_edgecert_holder: { value: "admin" },
  "x-edgecert_holder": { value: "admin" },
  "X-Edgecert-Holder": { value: "admin" },
};
