// The store key that refuses one certificate of an authority whose layout is serials. Its value is empty.
// Written in the edge runtime's language subset.

import type { Serial } from "../serial.ts";

export function serialKey(authorityId: string, serial: Serial): string {
  return `s.${authorityId}.${serial}`;
}
