// Server certificates of this machine: one CA per state directory, which clients trust with `--cacert`.
// It has nothing to do with the client CAs, which live in the Private CA server.
import { webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "#core/x509.ts";

export type PemIdentity = { readonly key: string; readonly certificate: string };
export type ServerIdentity = PemIdentity & { readonly caPath: string; readonly ca: string };

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const tenYearsMs = 10 * 365 * 86_400_000;

/** The identity of every HTTPS server here: `localhost`, names under it, and the loopback addresses. */
export async function serverIdentity(directory: string): Promise<ServerIdentity> {
  const files = { key: join(directory, "server.key"), certificate: join(directory, "server.pem") };
  const caPath = join(directory, "server-ca.pem");
  if (!existsSync(files.key)) await makeIdentity(directory, files, caPath);
  const [key = "", certificate = "", ca = ""] = [files.key, files.certificate, caPath].map(path =>
    readFileSync(path, "utf8"),
  );
  return { key, certificate, ca, caPath };
}

async function makeIdentity(directory: string, files: PemIdentity, caPath: string): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const notBefore = new Date(Date.now() - 3_600_000);
  const validity = { notBefore, notAfter: new Date(notBefore.getTime() + tenYearsMs) };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=edgecert local servers",
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: "CN=localhost",
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "dns", value: "*.localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const lines = key.match(/.{1,64}/g) ?? [];
  writeFileSync(caPath, `${ca.toString("pem")}\n`);
  writeFileSync(files.certificate, `${certificate.toString("pem")}\n`);
  // Last: its presence says that the other two are there.
  writeFileSync(files.key, `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`, {
    mode: 0o600,
  });
}
