// AlgorithmIdentifier (RFC 5280 §4.1.1.2), for keys and signatures alike.

import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";

export type AlgorithmIdentifier = {
  readonly oid: string;
  readonly parameters: DerElement | undefined;
};

export function readAlgorithm(element: DerElement | undefined): AlgorithmIdentifier | undefined {
  const [oid, parameters, ...more] = childrenOf(element, "sequence") ?? [];
  if (!isPrimitive(oid, universal.oid) || more.length > 0) return undefined;
  return { oid: decodeOid(oid.contents), parameters };
}

export function hasNullParameters(algorithm: AlgorithmIdentifier): boolean {
  return isPrimitive(algorithm.parameters, universal.null);
}
