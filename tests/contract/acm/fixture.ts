// A running ACM with a clock that moves by hand, an unmodified SDK client, and material to import.
import { webcrypto } from "node:crypto";
import { ACMClient, ImportCertificateCommand, type ImportCertificateCommandInput } from "@aws-sdk/client-acm";
import * as x509 from "#core/x509.ts";
import { type AcmServer, type AcmServerOptions, startAcmServer } from "#local/acm/server.ts";
import { dayMs, fromNoon, type HandClock, handClock, noon } from "#support/fixed-time.ts";
import { ecKeys, type KeyPair, makeTestCa, rsaKeys, type TestCa } from "#support/test-ca.ts";

const account = { accountId: "111122223333", region: "us-east-1" } as const;

export type Acm = { readonly server: AcmServer; readonly client: ACMClient; readonly clock: HandClock };

export async function startAcm(options: Partial<AcmServerOptions> = {}, clock = handClock()): Promise<Acm> {
  const server = await startAcmServer({
    port: 0,
    stateDirectory: undefined,
    limits: "relaxed",
    ...account,
    clock,
    ...options,
  });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new ACMClient({ endpoint: server.url, region: account.region, credentials, maxAttempts: 1 });
  return { server, client, clock };
}

export async function stopAcm({ server, client }: Acm): Promise<void> {
  client.destroy();
  await server.stop();
}

export type Material = {
  readonly certificate: string;
  readonly key: string;
  readonly chain?: string | undefined;
};

export const keyMakers = {
  "p-256": () => ecKeys("P-256"),
  "p-384": () => ecKeys("P-384"),
  "rsa-2048": rsaKeys,
} as const;

export type MaterialParts = {
  readonly keyType?: keyof typeof keyMakers;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly commonName?: string;
  /** DNS names; none when empty. */
  readonly dns?: readonly string[];
  /** Dotted; no extension when undefined. */
  readonly extendedKeyUsages?: readonly string[] | undefined;
  /** `x509.KeyUsageFlags`; no extension when undefined. */
  readonly keyUsages?: number | undefined;
};

export const serverAuth = "1.3.6.1.5.5.7.3.1";
export const clientAuth = "1.3.6.1.5.5.7.3.2";

/** A sound client certificate of a root CA, with its key and chain; wrong in the part that is named. */
export async function makeMaterial(ca: TestCa, parts: MaterialParts = {}): Promise<Material> {
  const keys = await keyMakers[parts.keyType ?? "p-256"]();
  const dns = parts.dns ?? ["origin.example.com"];
  const usages = "extendedKeyUsages" in parts ? parts.extendedKeyUsages : [clientAuth];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${parts.commonName ?? "origin"}`,
    issuer: ca.name,
    notBefore: parts.notBefore ?? noon,
    notAfter: parts.notAfter ?? fromNoon(90 * dayMs),
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [
      ...(dns.length === 0
        ? []
        : [new x509.SubjectAlternativeNameExtension(dns.map(value => ({ type: "dns", value })))]),
      ...(usages === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...usages])]),
      ...(parts.keyUsages === undefined ? [] : [new x509.KeyUsagesExtension(parts.keyUsages, true)]),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await keyPem(keys), chain: ca.certificatePem };
}

export async function keyPem(keys: KeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
}

/** Without a key usage extension, as the CA of a test signs anything. */
export const testCa = (): Promise<TestCa> => makeTestCa({ name: "CN=Origin Root" });

const bytes = (pem: string): Uint8Array => new TextEncoder().encode(pem);

/** Answers the ARN. */
export async function importPair(
  { client }: Acm,
  { certificate, key, chain }: Material,
  more: Partial<ImportCertificateCommandInput> = {},
): Promise<string> {
  const answer = await client.send(
    new ImportCertificateCommand({
      Certificate: bytes(certificate),
      PrivateKey: bytes(key),
      ...(chain === undefined ? {} : { CertificateChain: bytes(chain) }),
      ...more,
    }),
  );
  return answer.CertificateArn ?? "";
}

/** `Name: message` of the error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  throw new Error("the call was expected to fail");
}
