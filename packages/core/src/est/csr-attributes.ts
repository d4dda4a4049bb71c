// What a profile wants of a CSR, as CsrAttrs (RFC 7030 §4.5.2): the keys it takes, and SHA-2 signatures to match.
import type { Bytes } from "#core/csr/bytes.ts";
import { objectIdentifier, sequence, setOf, smallInteger } from "#core/csr/der/write-values.ts";
import type { KeyType } from "#core/profile/profile.ts";

const ecPublicKey = "1.2.840.10045.2.1";
const rsaEncryption = "1.2.840.113549.1.1.1";
const sha256WithRsa = "1.2.840.113549.1.1.11";

type KeyWish = {
  readonly algorithm: typeof ecPublicKey | typeof rsaEncryption;
  /** The curve's identifier or the size of the modulus. */
  readonly value: Bytes;
  /** The weakest signature that fits the key; stronger ones are taken too. */
  readonly signature: string;
};

const keyWishes = {
  "p-256": curve("1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2"),
  "p-384": curve("1.3.132.0.34", "1.2.840.10045.4.3.3"),
  "rsa-2048": modulus(2048),
  "rsa-3072": modulus(3072),
  "rsa-4096": modulus(4096),
} as const satisfies Record<KeyType, KeyWish>;

/** DER. The values under one algorithm are alternatives, and so are the algorithms. */
export function csrAttributes({ keyTypes }: { readonly keyTypes: readonly KeyType[] }): Bytes {
  const wishes = keyTypes.map(keyType => keyWishes[keyType]);
  const keys = [ecPublicKey, rsaEncryption].flatMap(algorithm => {
    const values = wishes.filter(wish => wish.algorithm === algorithm).map(({ value }) => value);
    return values.length === 0 ? [] : [sequence(objectIdentifier(algorithm), setOf(...values))];
  });
  const signatures = [...new Set(wishes.map(({ signature }) => signature))].map(objectIdentifier);
  return sequence(...keys, ...signatures);
}

function curve(oid: string, signature: string): KeyWish {
  return { algorithm: ecPublicKey, value: objectIdentifier(oid), signature };
}

function modulus(bits: number): KeyWish {
  return { algorithm: rsaEncryption, value: smallInteger(bits), signature: sha256WithRsa };
}
