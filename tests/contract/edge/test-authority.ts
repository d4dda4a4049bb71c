// Certificates for the edge tests, good and defective, built octet by octet: no library lets us write the bad ones.
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";

export type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
export type TestCertificate = KeyPair & {
  readonly pem: string;
  readonly der: Buffer;
  readonly keyPem: string;
  readonly name: Buffer;
};
export type SignatureName =
  | "ecdsa-sha256"
  | "ecdsa-sha1"
  | "rsa-sha256"
  | "rsa-sha1"
  | "rsa-md5"
  | "rsa-pss-sha256";
export type CertificateShape = {
  /** Attributes in certificate order, such as `["C=US", "CN=device"]`. */
  readonly subject: readonly string[];
  readonly issuer?: TestCertificate;
  /** Hex of the DER INTEGER content; with a leading `00` when the top bit is set. */
  readonly serialHex?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keys?: KeyPair;
  readonly signature?: SignatureName;
  /** undefined: no basicConstraints at all. */
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly extendedKeyUsage?: readonly string[];
  /** First octet of the keyUsage BIT STRING: 0x80 digitalSignature, 0x20 keyEncipherment, 0x04 keyCertSign. */
  readonly keyUsage?: number;
  readonly alternativeNames?: readonly string[];
  readonly extraExtensions?: readonly Buffer[];
};

export const clientAuth = "1.3.6.1.5.5.7.3.2";
export const serverAuth = "1.3.6.1.5.5.7.3.1";
export const ecKeys = (namedCurve = "P-256"): KeyPair => generateKeyPairSync("ec", { namedCurve });
export const rsaKeys = (modulusLength = 2048): KeyPair => generateKeyPairSync("rsa", { modulusLength });

const attributeOids: Readonly<Record<string, string>> = {
  C: "2.5.4.6",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  CN: "2.5.4.3",
  ST: "2.5.4.8",
  L: "2.5.4.7",
};
const signatureAlgorithms: Readonly<
  Record<SignatureName, { readonly identifier: Buffer; readonly hash: string }>
> = {
  "ecdsa-sha256": { identifier: tlv(0x30, oid("1.2.840.10045.4.3.2")), hash: "sha256" },
  "ecdsa-sha1": { identifier: tlv(0x30, oid("1.2.840.10045.4.1")), hash: "sha1" },
  "rsa-sha256": { identifier: tlv(0x30, oid("1.2.840.113549.1.1.11"), tlv(5)), hash: "sha256" },
  "rsa-sha1": { identifier: tlv(0x30, oid("1.2.840.113549.1.1.5"), tlv(5)), hash: "sha1" },
  "rsa-md5": { identifier: tlv(0x30, oid("1.2.840.113549.1.1.4"), tlv(5)), hash: "md5" },
  "rsa-pss-sha256": { identifier: tlv(0x30, oid("1.2.840.113549.1.1.10"), pssParameters()), hash: "sha256" },
};

/** A signed certificate of exactly that shape; self-signed without `issuer`. */
export function makeCertificate(shape: CertificateShape): TestCertificate {
  const keys = shape.keys ?? ecKeys();
  const signer = shape.issuer ?? keys;
  const name = distinguishedName(shape.subject);
  const defaultSignature = signer.privateKey.asymmetricKeyType === "rsa" ? "rsa-sha256" : "ecdsa-sha256";
  const algorithm = signatureAlgorithms[shape.signature ?? defaultSignature];
  const toBeSigned = tlv(
    0x30,
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from(shape.serialHex ?? `01${randomBytes(8).toString("hex")}`, "hex")),
    algorithm.identifier,
    shape.issuer?.name ?? name,
    tlv(
      0x30,
      utcTime(shape.notBefore ?? new Date("2026-01-01T00:00:00Z")),
      utcTime(shape.notAfter ?? new Date("2036-01-01T00:00:00Z")),
    ),
    name,
    keys.publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, tlv(0x30, ...extensions(shape))),
  );
  const padding = shape.signature === "rsa-pss-sha256" ? { padding: 6, saltLength: 32 } : {};
  const signature = sign(algorithm.hash, toBeSigned, { key: signer.privateKey, ...padding });
  const der = tlv(0x30, toBeSigned, algorithm.identifier, tlv(0x03, Buffer.from([0]), signature));
  const pem = new X509Certificate(der).toString();
  return {
    ...keys,
    pem,
    der,
    name,
    keyPem: String(keys.privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

/** A CA certificate with the usual extensions. */
export function makeAuthority(commonName: string, shape: Partial<CertificateShape> = {}): TestCertificate {
  return makeCertificate({
    subject: ["C=US", "O=Edgecert Test", `CN=${commonName}`],
    ca: true,
    keyUsage: 0x06,
    ...shape,
  });
}

/** A client certificate with the usual extensions. */
export function makeClient(issuer: TestCertificate, shape: Partial<CertificateShape> = {}): TestCertificate {
  const usual = { ca: false, keyUsage: 0x80, extendedKeyUsage: [clientAuth] };
  return makeCertificate({
    subject: ["C=US", "O=Edgecert Test", "OU=ec-1a2f3", "CN=device-1"],
    issuer,
    ...usual,
    ...shape,
  });
}

/** What a server on this machine presents for `localhost` and 127.0.0.1. */
export function makeServer(issuer: TestCertificate): TestCertificate {
  const names = ["DNS:localhost", "IP:127.0.0.1"];
  return makeCertificate({
    subject: ["CN=localhost"],
    issuer,
    alternativeNames: names,
    extendedKeyUsage: [serverAuth],
  });
}

export const sha256 = (der: Buffer): string => createHash("sha256").update(der).digest("hex");

/** One extension; the OID in dotted form. */
export function extension(id: string, value: Buffer, critical = false): Buffer {
  return tlv(0x30, oid(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));
}

/** authorityInfoAccess with one OCSP responder. */
export function ocspExtension(url: string): Buffer {
  return extension(
    "1.3.6.1.5.5.7.1.1",
    tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.48.1"), tlv(0x86, Buffer.from(url)))),
  );
}

export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const long = body.length.toString(16);
  const octets = Buffer.from(long.length % 2 === 0 ? long : `0${long}`, "hex");
  const length =
    body.length < 128
      ? Buffer.from([body.length])
      : Buffer.concat([Buffer.from([0x80 | octets.length]), octets]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

function extensions(shape: CertificateShape): Buffer[] {
  const found: Buffer[] = [];
  if (shape.ca !== undefined) {
    const flag = shape.ca ? [tlv(0x01, Buffer.from([0xff]))] : [];
    const limit = shape.pathLength === undefined ? [] : [tlv(0x02, Buffer.from([shape.pathLength]))];
    found.push(extension("2.5.29.19", tlv(0x30, ...flag, ...limit), true));
  }
  if (shape.keyUsage !== undefined) {
    found.push(extension("2.5.29.15", tlv(0x03, Buffer.from([0, shape.keyUsage])), true));
  }
  if (shape.extendedKeyUsage !== undefined) {
    found.push(extension("2.5.29.37", tlv(0x30, ...shape.extendedKeyUsage.map(oid))));
  }
  if (shape.alternativeNames !== undefined) {
    found.push(extension("2.5.29.17", tlv(0x30, ...shape.alternativeNames.map(generalName))));
  }
  return [...found, ...(shape.extraExtensions ?? [])];
}

function generalName(text: string): Buffer {
  const [kind, value] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  if (kind === "IP") return tlv(0x87, Buffer.from(value.split(".").map(Number)));
  return tlv(kind === "DNS" ? 0x82 : 0x86, Buffer.from(value));
}

function distinguishedName(attributes: readonly string[]): Buffer {
  const rdns = attributes.map(text => {
    const [type = "", value = ""] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
    return tlv(
      0x31,
      tlv(0x30, oid(attributeOids[type] ?? type), tlv(type === "C" ? 0x13 : 0x0c, Buffer.from(value))),
    );
  });
  return tlv(0x30, ...rdns);
}

function utcTime(date: Date): Buffer {
  return tlv(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
}

function pssParameters(): Buffer {
  const hash = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), tlv(5));
  const mask = tlv(0x30, oid("1.2.840.113549.1.1.8"), hash);
  return tlv(0x30, tlv(0xa0, hash), tlv(0xa1, mask), tlv(0xa2, tlv(0x02, Buffer.from([32]))));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    octets.push(...groups);
  }
  return tlv(0x06, Buffer.from(octets));
}
