// A running PCA with a clock that moves by hand, an unmodified SDK client, and requests made by OpenSSL:
// another implementation than the server's own encoder.
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ACMPCAClient,
  CreateCertificateAuthorityCommand,
  type CreateCertificateAuthorityCommandInput,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCsrCommand,
  GetCertificateCommand,
  ImportCertificateAuthorityCertificateCommand,
  IssueCertificateCommand,
  type IssueCertificateCommandInput,
} from "@aws-sdk/client-acm-pca";
import { type PcaServer, type PcaServerOptions, startPcaServer } from "#local/pca/server.ts";
import type { Clock } from "#local/wire/clock.ts";

const ACCOUNT = { accountId: "111122223333", region: "us-east-1" } as const;
export const START = new Date("2026-11-22T12:00:00Z");
export const TEMPLATE = (name: string): string => `arn:aws:acm-pca:::template/${name}/V1`;

export type HandClock = Clock & { readonly advance: (ms: number) => void };

export function handClock(): HandClock {
  let now = START.getTime();
  return {
    now: () => new Date(now),
    advance: ms => {
      now += ms;
    },
  };
}

function clientFor(server: PcaServer): ACMPCAClient {
  return new ACMPCAClient({
    endpoint: server.url,
    region: ACCOUNT.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

export type Pca = { readonly server: PcaServer; readonly client: ACMPCAClient; readonly clock: HandClock };

/** Relaxed rates and immediate issuance unless asked otherwise. */
export async function startPca(options: Partial<PcaServerOptions> = {}, clock = handClock()): Promise<Pca> {
  const server = await startPcaServer({
    port: 0,
    stateDirectory: undefined,
    limits: "relaxed",
    issueDelayMs: { min: 0, max: 0 },
    ...ACCOUNT,
    clock,
    ...options,
  });
  return { server, client: clientFor(server), clock };
}

export async function stopPca({ server, client }: Pca): Promise<void> {
  client.destroy();
  await server.stop();
}

/** The name of the error that `work` fails with, and its message. */
export async function failure(
  work: Promise<unknown>,
): Promise<{ readonly name: string; readonly message: string }> {
  return work.then(
    () => ({ name: "(no error)", message: "" }),
    (error: unknown) =>
      error instanceof Error
        ? { name: error.name, message: error.message }
        : { name: String(error), message: "" },
  );
}

export const nameOf = async (work: Promise<unknown>): Promise<string> => (await failure(work)).name;

export function text(value: string | undefined): string {
  if (value === undefined) throw new Error("expected a value");
  return value;
}

type CreateOptions = Partial<CreateCertificateAuthorityCommandInput> & {
  readonly keyAlgorithm?: "RSA_2048" | "RSA_4096" | "EC_prime256v1" | "EC_secp384r1";
  readonly commonName?: string;
};

/** Creates a CA and waits for its request; answers its ARN. */
export async function createAuthority({ client, clock }: Pca, options: CreateOptions = {}): Promise<string> {
  const { keyAlgorithm = "EC_prime256v1", commonName = "Test Root", ...rest } = options;
  const family = keyAlgorithm.startsWith("RSA") ? "RSA" : "ECDSA";
  const created = await client.send(
    new CreateCertificateAuthorityCommand({
      CertificateAuthorityType: "ROOT",
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: keyAlgorithm,
        SigningAlgorithm: `SHA256WITH${family}`,
        Subject: { Country: "US", Organization: "Example", CommonName: commonName },
      },
      ...rest,
    }),
  );
  const arn = text(created.CertificateAuthorityArn);
  const ask = () =>
    nameOf(client.send(new GetCertificateAuthorityCsrCommand({ CertificateAuthorityArn: arn })));
  for (let name = await ask(); name !== "(no error)"; name = await ask()) {
    // A busy machine takes many looks to make a key, and a clock that stands still refills no quota.
    if (name === "ThrottlingException") clock.advance(100);
    else if (name !== "RequestInProgressException") break;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  return arn;
}

export async function authorityCsr({ client, clock }: Pca, arn: string): Promise<string> {
  const ask = () => client.send(new GetCertificateAuthorityCsrCommand({ CertificateAuthorityArn: arn }));
  const { Csr } = await ask().catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== "ThrottlingException") throw error;
    clock.advance(100);
    return ask();
  });
  return text(Csr);
}

type IssueOptions = Partial<Omit<IssueCertificateCommandInput, "Csr">> & { readonly csr?: string };

/** Issues under `arn`; a P-256 client request for ten days unless told otherwise. */
export async function issue({ client }: Pca, arn: string, options: IssueOptions = {}): Promise<string> {
  const { csr = DEVICE_CSR, ...rest } = options;
  const issued = await client.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: arn,
      Csr: Buffer.from(csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: TEMPLATE("EndEntityClientAuthCertificate_APIPassthrough"),
      Validity: { Type: "DAYS", Value: 10 },
      ...rest,
    }),
  );
  return text(issued.CertificateArn);
}

export async function fetchCertificate({ client }: Pca, arn: string, certificateArn: string) {
  const got = await client.send(
    new GetCertificateCommand({ CertificateAuthorityArn: arn, CertificateArn: certificateArn }),
  );
  return { certificate: text(got.Certificate), chain: got.CertificateChain };
}

/** Issues and fetches; answers what OpenSSL prints. */
export async function issuedText(pca: Pca, arn: string, options: IssueOptions = {}): Promise<string> {
  const { certificate } = await fetchCertificate(pca, arn, await issue(pca, arn, options));
  return openssl(["x509", "-noout", "-text", "-nameopt", "RFC2253"], certificate);
}

async function activateRoot(pca: Pca, arn: string, signing: IssueOptions = {}): Promise<void> {
  const root = await issue(pca, arn, {
    csr: await authorityCsr(pca, arn),
    TemplateArn: TEMPLATE("RootCACertificate"),
    Validity: { Type: "YEARS", Value: 20 },
    ...signing,
  });
  const { certificate } = await fetchCertificate(pca, arn, root);
  await pca.client.send(
    new ImportCertificateAuthorityCertificateCommand({
      CertificateAuthorityArn: arn,
      Certificate: Buffer.from(certificate),
    }),
  );
}

export async function activeRoot(pca: Pca, options: CreateOptions = {}): Promise<string> {
  const arn = await createAuthority(pca, options);
  const rsa = options.keyAlgorithm?.startsWith("RSA") ?? false;
  await activateRoot(pca, arn, { SigningAlgorithm: rsa ? "SHA256WITHRSA" : "SHA256WITHECDSA" });
  return arn;
}

export async function statusOf({ client }: Pca, arn: string): Promise<string | undefined> {
  const described = await client.send(
    new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn }),
  );
  return described.CertificateAuthority?.Status;
}

export function openssl(args: readonly string[], input = ""): string {
  return execFileSync("openssl", [...args], { input, stdio: ["pipe", "pipe", "ignore"] }).toString();
}

/** A PEM request made by OpenSSL. `key` is an argument of `-newkey`; `extensions` are `-addext` values. */
export function makeCsr(subject: string, extensions: readonly string[] = [], key = "ec:P-256"): string {
  const [kind, detail] = key.split(":");
  const keyArguments =
    kind === "ec" ? ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${detail}`] : ["-newkey", key];
  const added = extensions.flatMap(extension => ["-addext", extension]);
  return openssl([
    "req",
    "-new",
    "-nodes",
    "-keyout",
    "/dev/null",
    ...keyArguments,
    "-subj",
    subject,
    ...added,
  ]);
}

export const DEVICE_CSR = makeCsr("/O=Example/CN=device-1", ["subjectAltName=URI:urn:example:device-1"]);

/** Throws unless OpenSSL builds a path from `leaf` through `chain` to its last certificate. */
export function verifyWithOpenssl(leaf: string, chain: string, purpose = "sslclient"): string {
  const directory = mkdtempSync(join(tmpdir(), "pca-chain-"));
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const file = (name: string, content: string): string => {
    writeFileSync(join(directory, name), `${content}\n`);
    return join(directory, name);
  };
  const root = file("root.pem", blocks.at(-1) ?? "");
  const rest = file("rest.pem", blocks.slice(0, -1).join("\n") || (blocks.at(-1) ?? ""));
  const at = String(START.getTime() / 1000);
  const common = ["-attime", at, "-x509_strict", "-purpose", purpose, "-CAfile", root, "-untrusted", rest];
  return openssl(["verify", ...common, file("leaf.pem", leaf)]);
}
