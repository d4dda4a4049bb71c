// Attribute (RFC 2986 §4.1) and the identifiers of those a request may carry.

import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";

export type Attribute = {
  readonly oid: string;
  readonly values: readonly DerElement[];
};

export const extensionRequest = "1.2.840.113549.1.9.14";
export const challengePassword = "1.2.840.113549.1.9.7";

export function readAttribute(element: DerElement): Attribute | undefined {
  const [oid, set, ...more] = childrenOf(element, "sequence") ?? [];
  const values = childrenOf(set, "set");
  if (!isPrimitive(oid, universal.oid) || values === undefined || more.length > 0) return undefined;
  return { oid: decodeOid(oid.contents), values };
}
