// A key pair for the origin certificate and the request that proves it. The private key exists in the memory of one run
// and in ACM, nowhere else (invariant I11): it is handed on as text once, to be imported.
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { type OriginKeyType, originProfile } from "./origin-profile.ts";

export type OriginKey = {
  readonly csrDer: Uint8Array;
  readonly spkiSha256: string;
  /** PKCS #8, PEM, unencrypted, as ACM wants it. Never logged, stored or put into an error. */
  readonly exportPem: () => Promise<string>;
};

const p256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const rsa2048 = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash: "SHA-256",
} as const;
const uses = ["sign", "verify"] as const;

const kinds = {
  "p-256": { algorithm: p256, generate: () => crypto.subtle.generateKey(p256, true, uses) },
  "rsa-2048": { algorithm: rsa2048, generate: () => crypto.subtle.generateKey(rsa2048, true, uses) },
} as const satisfies Record<OriginKeyType, unknown>;

export async function makeOriginKey(keyType: OriginKeyType): Promise<OriginKey> {
  const { algorithm, generate } = kinds[keyType];
  const keys = await generate();
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${originProfile.domainName}`,
    keys,
    signingAlgorithm: algorithm,
  });
  return {
    csrDer: new Uint8Array(csr.rawData),
    spkiSha256: await sha256Hex(new Uint8Array(csr.publicKey.rawData)),
    exportPem: async () =>
      `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY")}\n`,
  };
}
