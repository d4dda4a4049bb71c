// Subjects that must not be believed of a managed authority, and their believable neighbours.

import { aConnection } from "./events.ts";
import type { Vector } from "./vector.ts";
import { firstLiveSlot, issuers } from "./world.ts";

const refused: readonly [name: string, subject: string][] = [
  ["no slot", "O=acme, CN=device-7"],
  ["no attribute at all", ""],
  ["an empty slot", "O=acme, OU=ec-, CN=device-7"],
  ["two slots", "O=acme, OU=ec-1a2f3, OU=ec-1a2f3, CN=device-7"],
  ["a second slot in capitals", "O=acme, OU=ec-1a2f3, OU=EC-1A2F4, CN=device-7"],
  ["a second slot under a lower-case type", "O=acme, ou=ec-1a2f4, OU=ec-1a2f3, CN=device-7"],
  ["a second slot behind blanks", "O=acme, OU= ec-1a2f4, OU=ec-1a2f3, CN=device-7"],
  ["a second slot from a comma in the CN", "O=acme, OU=ec-1a2f4, CN=x, OU=ec-1a2f3"],
  ["a comma in a value", "O=acme, OU=ec-1a2f3, CN=x, y"],
  ["capital digits", "O=acme, OU=ec-1A2F3, CN=device-7"],
  ["a capital prefix", "O=acme, OU=EC-1a2f3, CN=device-7"],
  ["a lower-case type only", "O=acme, ou=ec-1a2f3, CN=device-7"],
  ["the slot in another attribute", "O=acme, OU=devices, CN=ec-1a2f3"],
  ["a leading zero", "O=acme, OU=ec-01a2f3, CN=device-7"],
  ["two zeros", "O=acme, OU=ec-00, CN=device-7"],
  ["a plus sign", "O=acme, OU=ec-+1a2f3, CN=device-7"],
  ["a minus sign", "O=acme, OU=ec--1a2f3, CN=device-7"],
  ["a 0x prefix", "O=acme, OU=ec-0x1a2f3, CN=device-7"],
  ["a suffix", "O=acme, OU=ec-1a2f3g, CN=device-7"],
  ["a fraction", "O=acme, OU=ec-1a2f3.0, CN=device-7"],
  ["a word", "O=acme, OU=ec-NaN, CN=device-7"],
  ["a leading blank", "O=acme, OU= ec-1a2f3, CN=device-7"],
  ["a blank inside", "O=acme, OU=ec- 1a2f3, CN=device-7"],
  ["a trailing blank", "O=acme, OU=ec-1a2f3 , CN=device-7"],
  ["a trailing tab", "O=acme, OU=ec-1a2f3\t, CN=device-7"],
  ["a blank before the equals sign", "O=acme, OU =ec-1a2f3, CN=device-7"],
  ["14 digits", "O=acme, OU=ec-100000001a2f30, CN=device-7"],
  ["24 digits", `O=acme, OU=ec-${"f".repeat(24)}, CN=device-7`],
  ["40 digits", `O=acme, OU=ec-${"1".repeat(40)}, CN=device-7`],
  ["a multi-valued name", "O=acme, OU=ec-1a2f3+CN=x"],
  ["an escape", "O=acme, OU=ec-1a2f3, CN=a\\2Cb"],
  ["an escaped comma", "O=acme\\, OU=ec-1a2f4, OU=ec-1a2f3, CN=device-7"],
  ["quotes", 'O=acme, OU="ec-1a2f3", CN=device-7'],
  ["an encoded value", "O=acme, OU=ec-1a2f3, 2.5.4.5=#130437373737"],
  ["a semicolon", "O=acme; OU=ec-1a2f4, OU=ec-1a2f3, CN=device-7"],
  ["a line break", "O=acme, OU=ec-1a2f3\n, CN=device-7"],
  ["a NUL", "O=acme, OU=ec-1a2f3\u0000, CN=device-7"],
  ["a right-to-left override", "O=acme, OU=ec-1a2f3, CN=\u202edevice"],
  ["full-width digits", "O=acme, OU=ec-\uff11a2f3, CN=device-7"],
  ["a Cyrillic homoglyph", "O=acme, OU=\u0435c-1a2f3, CN=device-7"],
  ["slashes for commas", "/O=acme/OU=ec-1a2f3/CN=device-7"],
];

const judged: readonly [name: string, subject: string, reason: string][] = [
  ["the slot of a good certificate", "O=acme, OU=ec-1a2f3, CN=device-7", "good"],
  ["the attributes in any order", "CN=device-7, OU=ec-1a2f3, O=acme", "good"],
  ["another OU beside the slot", "O=acme, OU=factory 3, OU=ec-1a2f3, CN=device-7", "good"],
  ["an OU that only resembles a slot", "O=acme, OU=x-ec-1, OU=ec-1a2f3, CN=device-7", "good"],
  ["an equals sign in the CN", "O=acme, OU=ec-1a2f3, CN=a=b", "good"],
  ["hex digits that look like a decimal power", "O=acme, OU=ec-1e400, CN=device-7", "good"],
  ["the slot of a revoked certificate", "O=acme, OU=ec-1a2f4, CN=device-7", "revoked"],
  ["the first slot of a revoked page", "O=acme, OU=ec-1b000, CN=device-7", "revoked"],
  ["the last slot of a revoked page", "O=acme, OU=ec-1bfff, CN=device-7", "revoked"],
  ["the slot after a revoked page", "O=acme, OU=ec-1c000, CN=device-7", "page_missing"],
  ["the first live slot", `O=acme, OU=ec-${firstLiveSlot.toString(16)}, CN=device-7`, "good"],
  ["the slot below it", `O=acme, OU=ec-${(firstLiveSlot - 1).toString(16)}, CN=device-7`, "slot_floor"],
  ["slot zero", "O=acme, OU=ec-0, CN=device-7", "slot_floor"],
  ["13 digits", "O=acme, OU=ec-fffffffffffff, CN=device-7", "page_missing"],
];

export const subjectVectors: readonly Vector[] = [
  ...refused.map(([name, subject]) => toVector(name, subject, "slot_unreadable")),
  ...judged.map(([name, subject, reason]) => toVector(name, subject, reason)),
  // A foreign CA may write anything into the subject: its serial decides, and nothing else.
  ...[...refused, ...judged].map(([name, subject]) => ({
    name: `subject of a foreign authority with ${name}`,
    event: aConnection({ issuer: issuers.foreign, subject }),
    reason: "good",
  })),
];

function toVector(name: string, subject: string, reason: string): Vector {
  return { name: `subject with ${name}`, event: aConnection({ subject }), reason };
}
