// GeneralName (RFC 5280 §4.2.1.6): the kinds a device or partner needs, as text; the others by name only.

import { type Bytes, toHex } from "../bytes.ts";
import type { GeneralNameKind } from "../csr.ts";
import { contextClass, type DerElement } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";

export type GeneralName =
  | { readonly kind: GeneralNameKind; readonly value: string }
  | { readonly kind: "unsupported"; readonly type: string };

const unsupported = ["otherName", "", "", "x400Address", "directoryName", "ediPartyName"];

export function readGeneralName({ identifier, contents }: DerElement): GeneralName {
  switch (identifier) {
    case contextClass | 1:
      return { kind: "email", value: latin1(contents) };
    case contextClass | 2:
      return { kind: "dns", value: latin1(contents) };
    case contextClass | 6:
      return { kind: "uri", value: latin1(contents) };
    case contextClass | 7:
      return { kind: "ip", value: ipText(contents) };
    case contextClass | 8:
      return { kind: "registeredId", value: decodeOid(contents) };
    default:
      return { kind: "unsupported", type: unsupported[identifier & 0x1f] || "an unknown type" };
  }
}

/** One character per byte, so that a byte outside ASCII stays visible to the rule that refuses it. */
function latin1(contents: Bytes): string {
  return String.fromCharCode(...contents);
}

/** Dotted for four octets, eight full groups for sixteen, empty for anything else. */
function ipText(contents: Bytes): string {
  if (contents.length === 4) return contents.join(".");
  return contents.length === 16 ? (toHex(contents).match(/.{4}/g) ?? []).join(":") : "";
}
