// The ceiling on this machine: a bare loop on one thread that parses a request, verifies it and signs a certificate
// with the X.509 library that the product uses. No network, no database, no policy.
import { webcrypto } from "node:crypto";
import * as x509 from "#core/x509.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";

const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export async function certificatesPerSecond(forMs: number): Promise<number> {
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const { csr } = await makeKeyAndCsr("device-1");
  await repeat(csr, keys.privateKey, forMs / 4);
  const started = performance.now();
  const made = await repeat(csr, keys.privateKey, forMs);
  return made / ((performance.now() - started) / 1_000);
}

async function repeat(csr: string, signingKey: webcrypto.CryptoKey, forMs: number): Promise<number> {
  const started = performance.now();
  let made = 0;
  while (performance.now() - started < forMs) {
    const request = new x509.Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) throw new Error("the request is sound");
    await x509.X509CertificateGenerator.create({
      serialNumber: String(made + 1),
      subject: request.subject,
      issuer: "CN=Ceiling",
      notBefore: new Date(0),
      notAfter: new Date(86_400_000),
      publicKey: request.publicKey,
      signingKey,
      signingAlgorithm,
    });
    made += 1;
  }
  return made;
}
