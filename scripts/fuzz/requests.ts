// The CSRs of a fuzz run, as PEM or DER: a sound one mutated in its structure, its octets, its signature or its text.
import { sign } from "node:crypto";
import {
  aCsr,
  challenge,
  ecKey,
  extension,
  extensionRequest,
  rsaKey,
  type TestKey,
  toPem,
} from "#support/csr-builder.ts";
import { bitString, contextString, sequence } from "#support/der-builder.ts";
import type { Random } from "#support/edge-simulation/random.ts";
import { mutateDer, scramble } from "./der-mutations.ts";

type Original = { readonly der: Uint8Array; readonly key: TestKey };

const original = (key: TestKey, attributes: Parameters<typeof aCsr>[0] = {}): Original => ({
  key,
  der: aCsr({ ...attributes, key }),
});

const originals: readonly Original[] = [
  original(ecKey("P-256")),
  original(ecKey("P-384")),
  original(rsaKey(2048)),
  original(ecKey("P-256"), {
    attributes: [
      challenge("secret"),
      extensionRequest(
        extension("2.5.29.17", sequence(contextString(6, "urn:edgecert:acme:device-1"))),
        extension("2.5.29.15", Uint8Array.of(3, 2, 7, 128)),
      ),
    ],
  }),
];

/** DER of a mutant. Half of them are signed again, so that what is behind the signature is reached. */
export function aRequestDer(random: Random): Uint8Array {
  const { der, key } = originals[random.integer(originals.length)] ?? original(ecKey("P-256"));
  switch (random.integer(4)) {
    case 0:
      return scramble(der, random);
    case 1:
      return mutateDer(der, random);
    case 2:
      return signedAgain(der, key, random);
    default:
      return random.integer(10) === 0 ? der : signedAgain(der, key, random);
  }
}

/** The part that is signed, mutated, under a good signature. */
function signedAgain(der: Uint8Array, key: TestKey, random: Random): Uint8Array {
  const outer = der[1] === 0x81 ? 3 : der[1] === 0x82 ? 4 : 2;
  const inner = elementAt(der, outer);
  const algorithm = elementAt(der, outer + inner.length);
  const info = mutateDer(inner, random);
  const signature = Uint8Array.from(sign("sha256", info, key.privateKey));
  return sequence(Uint8Array.from(info), Uint8Array.from(algorithm), bitString(signature));
}

function elementAt(der: Uint8Array, at: number): Uint8Array {
  const first = der[at + 1] ?? 0;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const long = der.slice(at + 2, at + 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0);
  return der.slice(at, at + 2 + octets + (octets === 0 ? first : long));
}

const labels = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE", "PRIVATE KEY", "", "X"];

/** PEM of a mutant; every third has its text mutated too. */
export function aRequestText(random: Random): string {
  const der = Uint8Array.from(aRequestDer(random));
  const pem = toPem(der);
  switch (random.integer(12)) {
    case 0:
      return toPem(der, labels[random.integer(labels.length)]);
    case 1:
      return pem.replaceAll("\n", random.integer(2) === 0 ? "\r\n" : "");
    case 2:
      return pem + pem;
    case 3:
      return Buffer.from(scramble(Buffer.from(pem), random)).toString("utf8");
    case 4:
      return pem.replace("\n", `\n${" ".repeat(random.integer(3_000))}\n`);
    case 5:
      return pem.replace(/=*\n-----END/, `${"=".repeat(random.integer(5))}\n-----END`);
    case 6:
      return `${"A".repeat(random.integer(33_000))}${pem}`;
    default:
      return pem;
  }
}
