// Extensions of a list and of its entries (RFC 5280, 5.2 and 5.3).
import type { Bytes } from "#core/csr/bytes.ts";
import { universal } from "#core/csr/der/element.ts";
import { decodeOid } from "#core/csr/der/oid.ts";
import { malformed, membersOf, type Scanned } from "./scan-der.ts";

export const sequence = 0x30;

export type CrlExtension = { readonly oid: string; readonly critical: boolean; readonly value: Bytes };

/** Refuses with `crl.refused` what is not a list of extensions, and one that names an extension twice. */
export function readExtensions(list: Scanned | undefined): readonly CrlExtension[] {
  const extensions = membersOf(list, sequence, "the list of extensions").map(readExtension);
  const distinct = new Set(extensions.map(({ oid }) => oid));
  if (distinct.size !== extensions.length) return malformed("an extension stands twice");
  return extensions;
}

function readExtension(element: Scanned): CrlExtension {
  const fields = membersOf(element, sequence, "an extension");
  const critical = fields.length === 3 ? fields[1] : undefined;
  const [oid, value] = [fields[0], fields.at(-1)];
  const shaped = fields.length === 2 || critical?.identifier === universal.boolean;
  if (!shaped || oid?.identifier !== universal.oid || value?.identifier !== universal.octetString) {
    return malformed("an extension has another shape");
  }
  return { oid: decodeOid(oid.contents), critical: critical?.contents[0] === 0xff, value: value.contents };
}
