// The extensionRequest attribute (RFC 2985 §5.4.2) and the extensions in it (RFC 5280 §4.2).

import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";
import { readDer } from "../der/read-der.ts";
import type { Finding } from "../finding.ts";
import { type Attribute, extensionRequest } from "./attribute.ts";
import { type ExtensionValue, readExtensionValue } from "./extension-value.ts";

export type Extension = {
  /** Empty when the element is not an Extension. */
  readonly oid: string;
  readonly critical: boolean;
  readonly value: ExtensionValue;
};

/** Every extension of every value of every extensionRequest: that there is one of each is for the rules to say. */
export function readRequestedExtensions(attributes: readonly Attribute[]): readonly Extension[] {
  return attributes
    .filter(attribute => attribute.oid === extensionRequest)
    .flatMap(attribute => attribute.values)
    .flatMap(readExtensions);
}

function readExtensions(element: DerElement): readonly Extension[] {
  const extensions = childrenOf(element, "sequence") ?? [];
  if (extensions.length === 0)
    return [malformedExtension("the extension request holds no list of extensions")];
  return extensions.map(readExtension);
}

function readExtension(element: DerElement): Extension {
  const fields = childrenOf(element, "sequence") ?? [];
  const critical = fields.length === 3 ? fields[1] : undefined;
  const [oid, value] = [fields[0], fields.at(-1)];
  const shaped = fields.length === 2 || (fields.length === 3 && isPrimitive(critical, universal.boolean));
  if (!shaped || !isPrimitive(oid, universal.oid) || !isPrimitive(value, universal.octetString))
    return malformedExtension("an element of the extension request is not an Extension");
  const isCritical = critical !== undefined && critical.contents[0] !== 0;
  const name = decodeOid(oid.contents);
  // X.690 §11.5: DEFAULT FALSE is not encoded.
  if (critical !== undefined && !isCritical) {
    const finding: Finding = {
      code: "der.default_encoded",
      detail: `extension ${name} spells out critical FALSE`,
    };
    return { oid: name, critical: false, value: { kind: "malformed", findings: [finding] } };
  }
  return { oid: name, critical: isCritical, value: readExtensionValue(name, readDer(value.contents)) };
}

function malformedExtension(detail: string): Extension {
  return {
    oid: "",
    critical: false,
    value: { kind: "malformed", findings: [{ code: "csr.extension_malformed", detail }] },
  };
}
