// A CA that signs whatever a test asks of it: a sound client certificate by default, wrong in the one part it names.
import { webcrypto } from "node:crypto";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { dayMs, fromNoon, noon } from "./fixed-time.ts";

export type KeyPair = Awaited<ReturnType<typeof ecKeys>>;
export type TestCa = { readonly keys: KeyPair; readonly name: string; readonly certificatePem: string };

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;

export async function ecKeys(namedCurve: "P-256" | "P-384" = "P-256") {
  return webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"]);
}

export async function rsaKeys() {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  return webcrypto.subtle.generateKey({ ...algorithm, hash: "SHA-256" }, true, ["sign", "verify"]);
}

/** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
export async function spkiSha256(keys: KeyPair): Promise<string> {
  return sha256Hex(new Uint8Array(await webcrypto.subtle.exportKey("spki", keys.publicKey)));
}

export type CaParts = {
  readonly name?: string;
  readonly keys?: KeyPair;
  readonly isCa?: boolean;
  readonly pathLength?: number;
  /** `x509.KeyUsageFlags`; no extension without it. */
  readonly keyUsages?: number;
  /** Default: noon. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
};

/** A self-signed CA of ten years. */
export async function makeTestCa(parts: CaParts = {}): Promise<TestCa> {
  const keys = parts.keys ?? (await ecKeys());
  const name = parts.name ?? "CN=Device CA, O=Edgecert Test";
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name,
    notBefore: parts.notBefore ?? noon,
    notAfter: parts.notAfter ?? fromNoon(3650 * dayMs),
    keys,
    signingAlgorithm: signingAlgorithmOf(keys),
    extensions: [
      new x509.BasicConstraintsExtension(parts.isCa ?? true, parts.pathLength, true),
      ...(parts.keyUsages === undefined ? [] : [new x509.KeyUsagesExtension(parts.keyUsages, true)]),
    ],
  });
  return { keys, name, certificatePem: pemOf(certificate) };
}

export type IssueParts = {
  /** Hex. */
  readonly serial?: string;
  /** RDNs in order; more than one key in an object makes a multi-valued RDN. */
  readonly subject?: readonly Readonly<Record<string, readonly string[]>>[];
  /** None when empty. */
  readonly alternativeNames?: readonly { readonly type: "url" | "dns" | "email"; readonly value: string }[];
  /** Dotted OIDs; none when empty. */
  readonly extendedKeyUsages?: readonly string[];
  readonly isCa?: boolean;
  /** Default: noon. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
};

/** Signs a certificate for `publicKey`: device-1 of acme in slot 1a2f3, for a year, unless told otherwise. */
export async function issueFrom(ca: TestCa, holder: KeyPair, parts: IssueParts = {}): Promise<string> {
  const names = parts.alternativeNames ?? [{ type: "url", value: "urn:edgecert:acme:device-1" }];
  const usages = parts.extendedKeyUsages ?? [x509.ExtendedKeyUsage.clientAuth];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: parts.serial ?? "4a3f5c92d1e87b6c", // The library replaces zero by a random number.
    subject: (parts.subject ?? deviceSubject).map(rdn =>
      Object.fromEntries(Object.entries(rdn).map(([type, values]) => [type, [...values]])),
    ),
    issuer: ca.name,
    notBefore: parts.notBefore ?? noon,
    notAfter: parts.notAfter ?? fromNoon(365 * dayMs),
    publicKey: holder.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm: signingAlgorithmOf(ca.keys),
    extensions: [
      new x509.BasicConstraintsExtension(parts.isCa ?? false, undefined, true),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names])]),
      ...(usages.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...usages])]),
    ],
  });
  return pemOf(certificate);
}

export const deviceSubject = [{ O: ["acme"] }, { OU: ["ec-1a2f3"] }, { CN: ["device-1"] }] as const;

function signingAlgorithmOf(keys: KeyPair) {
  return keys.privateKey.algorithm.name === curve.name
    ? signing
    : { ...signing, name: keys.privateKey.algorithm.name };
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}
