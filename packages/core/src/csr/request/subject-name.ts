// Name (RFC 5280 §4.1.2.4) taken apart, and the attribute types a subject may use.

import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";
import { decodeText } from "../der/text.ts";

export type RelativeName = readonly NameAttribute[];

export type NameAttribute = {
  readonly oid: string;
  /** The identifier octet of the value: its string type. */
  readonly stringType: number;
  /** Undefined when the value is not a string this module decodes. */
  readonly value: string | undefined;
};

/** Short name, upper bound in characters (RFC 5280 appendix A.1), and whether a subject may repeat it. */
export const nameTypes: ReadonlyMap<string, { short: string; longest: number; repeats: boolean }> = new Map([
  ["2.5.4.3", { short: "CN", longest: 64, repeats: false }],
  ["2.5.4.5", { short: "serialNumber", longest: 64, repeats: false }],
  ["2.5.4.6", { short: "C", longest: 2, repeats: false }],
  ["2.5.4.7", { short: "L", longest: 128, repeats: false }],
  ["2.5.4.8", { short: "ST", longest: 128, repeats: false }],
  ["2.5.4.10", { short: "O", longest: 64, repeats: false }],
  ["2.5.4.11", { short: "OU", longest: 64, repeats: true }],
  ["0.9.2342.19200300.100.1.1", { short: "UID", longest: 256, repeats: false }],
  ["0.9.2342.19200300.100.1.25", { short: "DC", longest: 63, repeats: true }],
  ["1.2.840.113549.1.9.1", { short: "emailAddress", longest: 255, repeats: false }],
]);

/** `CN` for a listed type, else the dotted OID. */
export function shortNameOf(attribute: NameAttribute): string {
  return nameTypes.get(attribute.oid)?.short ?? attribute.oid;
}

export function readName(element: DerElement | undefined): readonly RelativeName[] | undefined {
  const names = childrenOf(element, "sequence")?.map(readRelativeName);
  const read = names?.filter(name => name !== undefined);
  return read !== undefined && read.length === names?.length ? read : undefined;
}

/** RFC 5280: SET SIZE (1..MAX). */
function readRelativeName(set: DerElement): RelativeName | undefined {
  const members = childrenOf(set, "set")?.map(readNameAttribute) ?? [];
  const read = members.filter(member => member !== undefined);
  return read.length > 0 && read.length === members.length ? read : undefined;
}

function readNameAttribute(element: DerElement): NameAttribute | undefined {
  const [oid, value, ...more] = childrenOf(element, "sequence") ?? [];
  if (!isPrimitive(oid, universal.oid) || value === undefined || more.length > 0) return undefined;
  return {
    oid: decodeOid(oid.contents),
    stringType: value.identifier,
    value: decodeText(value.identifier, value.contents),
  };
}
