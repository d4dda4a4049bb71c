// Reads the subject that our backend builds, O=<tenant>, OU=ec-<slot>, CN=<holder>, in either documented rendering.
// Nothing is unescaped: our own subjects need no escapes, so whatever has one is not believed.

import { parseSlot, type Slot } from "#core/slot-page/slot.ts";

export type Subject = {
  /** Undefined unless there is exactly one slot attribute, spelled canonically. */
  readonly slot: Slot | undefined;
  /** CN and O; empty text unless there is exactly one. */
  readonly holder: string;
  readonly tenant: string;
};

// Escapes, quotes, multi-valued names, encoded values, separators of other renderings; controls and non-ASCII text.
const doubtful = /[\\"+#;]|[^ -~]/;
// Any case and any blanks: a second, misspelled slot must not hide behind a correct one.
const slotAttribute = /^ *ou *= *ec-/i;

export function readSubject(text: string): Subject | undefined {
  // One blank is the separator's; more would be the value's.
  const attributes = text.split(",").map(attribute => attribute.replace(/^ /, ""));
  if (doubtful.test(text) || !attributes.every(attribute => attribute.indexOf("=") > 0)) return undefined;
  const slots = attributes.filter(attribute => slotAttribute.test(attribute));
  return {
    slot: slots.length === 1 ? parseSlot(onlyValue(slots, "OU=")) : undefined,
    holder: onlyValue(attributes, "CN="),
    tenant: onlyValue(attributes, "O="),
  };
}

function onlyValue(attributes: readonly string[], prefix: string): string {
  const found = attributes.filter(attribute => attribute.indexOf(prefix) === 0);
  return found.length === 1 ? found.join("").slice(prefix.length) : "";
}
