// A private key posted with, or instead of, a request. It is compromised from now on, and nothing of it is shown.

import { fromBase64 } from "../bytes.ts";
import { readDer } from "../der/read-der.ts";
import type { PemText } from "../pem/read-pem.ts";
import { isPrivateKey } from "../private-key-shape.ts";
import { always, type PemRule } from "./rule.ts";

export const pemNoPrivateKey: PemRule = {
  name: "pem-no-private-key",
  citation: "RFC 7468 §10, §11: PRIVATE KEY labels; threat B8",
  applies: always,
  check: pem =>
    hasPrivateKeyLabel(pem) || isPrivateKey(payload(pem))
      ? [
          {
            code: "csr.contains_private_key",
            detail: "the text contains a private key: treat that key as compromised and make a new one",
          },
        ]
      : [],
};

/** Any spelling of the label, so that a damaged BEGIN line does not hide it. OpenSSH and PuTTY keys included. */
function hasPrivateKeyLabel({ text }: PemText): boolean {
  return /private[ _-]?(?:key|lines)|PuTTY-User-Key-File/i.test(text);
}

/** The DER under whatever label, or of base64 without any label. */
function payload({ text, block, labels, tooLarge }: PemText) {
  if (tooLarge) return undefined;
  const bytes = labels.length === 0 ? fromBase64(text.replaceAll(/\s/g, "")) : block?.bytes;
  return bytes && readDer(bytes).root;
}
