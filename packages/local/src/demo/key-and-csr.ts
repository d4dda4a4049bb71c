// What a device does on its first boot: a key of its own, and a request that proves it holds it.
import { webcrypto } from "node:crypto";
import * as x509 from "#core/x509.ts";

export type KeyAndCsr = { readonly key: string; readonly csr: string };

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** PEM of a P-256 key and of a CSR whose subject is the holder alone: the rest of the name is ours to give. */
export async function makeKeyAndCsr(holder: string): Promise<KeyAndCsr> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${holder}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const lines = der.match(/.{1,64}/g) ?? [];
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`,
    csr: `${csr.toString("pem")}\n`,
  };
}
