// A gateway with a recording function behind it, certificates for both sides, and a plain HTTPS client.
import { webcrypto } from "node:crypto";
import { request } from "node:https";
import * as x509 from "#core/x509.ts";
import { type ApiGatewayOptions, startApiGateway } from "#local/api-gateway/server.ts";
import type { Invoke, InvokeResult } from "#local/lambda/function-definition.ts";
import type { RunningServer } from "#local/wire/listen.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

export type Identity = { readonly key: string; readonly certificate: string };
export type Authority = Identity & {
  readonly keys: CryptoKeyPair;
  readonly issuer: x509.X509Certificate;
};
type CryptoKeyPair = webcrypto.CryptoKeyPair;

async function pemKey(keys: CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64").replace(/.{1,64}/g, "$&\n")}-----END PRIVATE KEY-----\n`;
}

export async function anAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const issuer = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { keys, issuer, key: await pemKey(keys), certificate: issuer.toString("pem") };
}

export async function anIdentity(
  authority: Authority,
  overrides: {
    subject?: string;
    notBefore?: Date;
    notAfter?: Date;
    usage?: string;
    serialNumber?: string;
  } = {},
): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: overrides.subject ?? "CN=origin",
    issuer: authority.issuer.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: overrides.notBefore ?? new Date(Date.now() - day),
    notAfter: overrides.notAfter ?? new Date(Date.now() + 30 * day),
    ...(overrides.serialNumber !== undefined && { serialNumber: overrides.serialNumber }),
    extensions: [
      new x509.ExtendedKeyUsageExtension([overrides.usage ?? x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
    ],
  });
  return { key: await pemKey(keys), certificate: certificate.toString("pem") };
}

// biome-ignore lint/suspicious/noExplicitAny: an event is compared as JSON, and its shape is what is tested.
export type Event = any;

export type TestGateway = {
  readonly server: RunningServer;
  readonly truststore: Authority;
  readonly client: Identity;
  readonly serverCa: string;
  readonly events: { functionName: string; event: Event }[];
};

export const invoked = (value: unknown): InvokeResult => ({
  requestId: "r",
  functionError: undefined,
  payload: JSON.stringify(value),
  logTail: "",
});

/** By default every function answers 200 with an empty JSON object. */
export async function aGateway(
  overrides: Partial<ApiGatewayOptions> & { answer?: Invoke } = {},
): Promise<TestGateway> {
  const truststore = await anAuthority("CN=Origin CA");
  const serverCa = await anAuthority("CN=Server CA");
  const events: TestGateway["events"] = [];
  const server = await startApiGateway({
    port: 0,
    routes: [{ routeKey: "$default", functionName: "fn" }],
    tls: await anIdentity(serverCa, { usage: x509.ExtendedKeyUsage.serverAuth, subject: "CN=127.0.0.1" }),
    truststorePem: truststore.certificate,
    domainName: "api.localhost",
    accountId: "111122223333",
    region: "us-east-1",
    invoke: async (functionName, event) => {
      events.push({ functionName, event });
      return overrides.answer?.(functionName, event) ?? invoked({});
    },
    ...overrides,
  });
  return { server, truststore, client: await anIdentity(truststore), serverCa: serverCa.certificate, events };
}

export type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string };

export type Call = {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  identity?: Identity | undefined;
};

/** Sends one request on a connection of its own. Rejects when the connection is refused. */
export function call(gateway: TestGateway, path: string, options: Call = {}): Promise<Answer> {
  const identity = "identity" in options ? options.identity : gateway.client;
  return new Promise((resolve, reject) => {
    const outgoing = request(`${gateway.server.url}/`, {
      path,
      method: options.method ?? "GET",
      headers: options.headers ?? {},
      ca: gateway.serverCa,
      agent: false,
      // The Host header is the test's to choose; who the server is, is not in question here.
      checkServerIdentity: () => undefined,
      ...(identity && { key: identity.key, cert: identity.certificate }),
    });
    outgoing.on("response", response => {
      const chunks: Buffer[] = [];
      response.on("data", chunk => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}
