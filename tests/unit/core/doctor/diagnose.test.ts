// A deployment that is what it should be passes every check; each way to break it shows in its own check, with a remedy.
import { describe, expect, it } from "vitest";
import type { Canary } from "#core/doctor/check-canary.ts";
import { type DoctorPorts, diagnose } from "#core/doctor/diagnose.ts";
import type {
  BehaviourFacts,
  ConnectionFunctionFacts,
  DistributionFacts,
  OriginCertificateFacts,
  TrustStoreFacts,
} from "#core/doctor/facts.ts";
import { type CheckResult, exitCode } from "#core/doctor/result.ts";
import { type Stack, stackSchema } from "#core/doctor/stack.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";

const stack: Stack = stackSchema.parse({
  registryTable: "registry",
  distributions: [
    { id: "ECONTENT", purpose: "content", url: "https://content.example/firmware" },
    { id: "EAPI", purpose: "api", url: "https://api.example/v1/health" },
    { id: "ERENEWAL", purpose: "renewal", url: "https://renewal.example/" },
  ],
});

const modes: Readonly<Record<string, string>> = {
  ECONTENT: "required",
  EAPI: "optional",
  ERENEWAL: "required",
};
const behaviour: BehaviourFacts = {
  pathPattern: "*",
  viewerProtocolPolicy: "https-only",
  viewerRequestFunctionArn: "arn:viewer-request",
  originCertificateArn: "arn:origin",
};
const distribution = (id: string): DistributionFacts => ({
  id,
  isEnabled: true,
  httpVersion: "http2",
  minimumProtocolVersion: "TLSv1.2_2021",
  mtls: { mode: modes[id] ?? "", trustStoreId: "ts_1", ignoresExpiry: id === "ERENEWAL" },
  connectionFunctionId: `cf_${id}`,
  behaviours: [behaviour],
});
const trustStore: TrustStoreFacts = {
  id: "ts_1",
  status: "active",
  reason: undefined,
  etag: "E1",
  certificates: 2,
  usesOcsp: false,
};
const pinned = { etag: "E1", certificates: 2, sha256: "5b".repeat(32), isSettled: true };
const published: ConnectionFunctionFacts = {
  id: "cf",
  name: "edgecert",
  codeSha256: "c0".repeat(32),
  storeArns: ["arn:store"],
};
const originCertificate: OriginCertificateFacts = {
  arn: "arn:origin",
  notBefore: fromNoon(-10 * dayMs),
  notAfter: fromNoon(80 * dayMs),
  extendedKeyUsages: ["TLS_WEB_CLIENT_AUTHENTICATION"],
  keyAlgorithm: "EC_prime256v1",
};

const served = { kind: "served", status: 200 } as const;
const refused = { kind: "refused" } as const;

const sound: DoctorPorts = {
  readDistribution: async id => distribution(id),
  readTrustStore: async () => trustStore,
  readPinnedBundle: async () => pinned,
  authoritiesWithoutOcsp: async () => ["m1"],
  readConnectionFunction: async () => published,
  expectedFunction: async () => "c0".repeat(32),
  readStoreUsage: async () => ({ totalBytes: 3_499_999, keyCount: 7, limitBytes: 5_000_000 }),
  readOriginCertificate: async () => originCertificate,
  askDeliveredLogs: async () => ({
    kind: "answered",
    value: Object.keys(modes).map(id => `arn:aws:cloudfront::1:distribution/${id}`),
  }),
  askQuota: async () => ({ kind: "answered", value: 25 }),
  shakeHands: async (canary, url) => {
    if (url.includes("renewal") && canary === "admitted") return { kind: "served", status: 403 };
    return canary === "admitted" || (canary === "none" && url.includes("api")) ? served : refused;
  },
  now: () => noon,
};

const run = (ports: Partial<DoctorPorts> = {}) => diagnose(stack, { ...sound, ...ports });
const complaints = (results: readonly CheckResult[]) => results.filter(({ level }) => level !== "ok");

it("finds nothing wrong with a deployment that is what it should be, and has looked at all of it", async () => {
  const results = await run();
  expect(complaints(results)).toEqual([]);
  expect(exitCode(results)).toBe(0);
  const counts = Object.groupBy(results, ({ check }) => check);
  expect(Object.fromEntries(Object.entries(counts).map(([check, all]) => [check, all?.length]))).toEqual({
    distribution: 3,
    "trust-store": 1,
    ocsp: 1,
    function: 3,
    store: 1,
    "origin-certificate": 1,
    canary: 9,
    "log-delivery": 3,
    quota: 4,
  });
});

/** Only the distribution of that id is changed. */
const changed = (id: string, change: Partial<DistributionFacts>): Partial<DoctorPorts> => ({
  readDistribution: async asked => ({ ...distribution(asked), ...(asked === id ? change : {}) }),
});
const mtls = (change: Partial<NonNullable<DistributionFacts["mtls"]>>) => ({
  mtls: { mode: "required", trustStoreId: "ts_1", ignoresExpiry: false, ...change },
});
const behaves = (change: Partial<BehaviourFacts>): Partial<DistributionFacts> => ({
  behaviours: [behaviour, { ...behaviour, pathPattern: "/x", ...change }],
});
const shakes = (
  wanted: Canary,
  outcome: Awaited<ReturnType<DoctorPorts["shakeHands"]>>,
): Partial<DoctorPorts> => ({
  shakeHands: async (canary, url) =>
    canary === wanted && url.includes("content") ? outcome : sound.shakeHands(canary, url),
});
const origin = (change: Partial<OriginCertificateFacts>): Partial<DoctorPorts> => ({
  readOriginCertificate: async () => ({ ...originCertificate, ...change }),
});
const store = (totalBytes: number): Partial<DoctorPorts> => ({
  readStoreUsage: async () => ({ totalBytes, keyCount: 7, limitBytes: 5_000_000 }),
});
const fails = async (): Promise<never> => {
  throw new Error("AccessDenied");
};

describe("a deployment is found out", () => {
  it.each<readonly [string, Partial<DoctorPorts>, string, string, RegExp]>([
    ["disabled", changed("EAPI", { isEnabled: false }), "distribution", "critical", /disabled/],
    ["HTTP/3", changed("EAPI", { httpVersion: "http2and3" }), "distribution", "critical", /HTTP\/3/],
    ["no mutual TLS", changed("EAPI", { mtls: undefined }), "distribution", "critical", /off/],
    [
      "optional where expired ones get in",
      changed("ERENEWAL", mtls({ mode: "optional", ignoresExpiry: true })),
      "distribution",
      "critical",
      /mode is optional/,
    ],
    [
      "passthrough at the API",
      changed("EAPI", mtls({ mode: "passthrough", trustStoreId: undefined })),
      "distribution",
      "critical",
      /no chain/,
    ],
    [
      "passthrough for content",
      changed("ECONTENT", mtls({ mode: "passthrough", trustStoreId: undefined })),
      "distribution",
      "warn",
      /no chain/,
    ],
    [
      "no trust store",
      changed("ECONTENT", mtls({ trustStoreId: undefined })),
      "distribution",
      "critical",
      /no trust store/,
    ],
    [
      "expired certificates at the API",
      changed("EAPI", mtls({ ignoresExpiry: true })),
      "distribution",
      "critical",
      /expired/,
    ],
    ["no late renewal", changed("ERENEWAL", mtls({})), "distribution", "warn", /renew late/],
    [
      "no connection function",
      changed("ECONTENT", { connectionFunctionId: undefined }),
      "distribution",
      "critical",
      /connection function/,
    ],
    [
      "no viewer-request function",
      changed("EAPI", behaves({ viewerRequestFunctionArn: undefined })),
      "distribution",
      "critical",
      /on \/x/,
    ],
    [
      "plain HTTP",
      changed("EAPI", behaves({ viewerProtocolPolicy: "allow-all" })),
      "distribution",
      "critical",
      /plain HTTP/,
    ],
    [
      "no origin certificate at the API",
      changed("EAPI", behaves({ originCertificateArn: undefined })),
      "distribution",
      "critical",
      /origin certificate/,
    ],
    [
      "no origin certificate for content",
      changed("ECONTENT", behaves({ originCertificateArn: undefined })),
      "distribution",
      "warn",
      /origin certificate/,
    ],
    [
      "old TLS",
      changed("EAPI", { minimumProtocolVersion: "TLSv1.2_2019" }),
      "distribution",
      "warn",
      /old TLS/,
    ],
    ["a distribution that is gone", { readDistribution: fails }, "distribution", "critical", /AccessDenied/],
    [
      "a failed bundle",
      { readTrustStore: async () => ({ ...trustStore, status: "failed", reason: "weak key" }) },
      "trust-store",
      "critical",
      /weak key/,
    ],
    [
      "a bundle on its way",
      { readTrustStore: async () => ({ ...trustStore, status: "pending" }) },
      "trust-store",
      "warn",
      /on its way/,
    ],
    [
      "a bundle of somebody else",
      { readTrustStore: async () => ({ ...trustStore, etag: "E2" }) },
      "trust-store",
      "critical",
      /not what edgecert/,
    ],
    [
      "another number of CAs",
      { readTrustStore: async () => ({ ...trustStore, certificates: 3 }) },
      "trust-store",
      "critical",
      /not what edgecert/,
    ],
    [
      "no bundle of ours",
      { readPinnedBundle: async () => undefined },
      "trust-store",
      "warn",
      /has not written/,
    ],
    [
      "OCSP without responders",
      { readTrustStore: async () => ({ ...trustStore, usesOcsp: true }) },
      "ocsp",
      "critical",
      /m1/,
    ],
    [
      "other code",
      { expectedFunction: async () => "c1".repeat(32) },
      "function",
      "warn",
      /not what this checkout builds/,
    ],
    [
      "no code",
      { readConnectionFunction: async () => ({ ...published, codeSha256: undefined }) },
      "function",
      "critical",
      /no code/,
    ],
    [
      "no store",
      { readConnectionFunction: async () => ({ ...published, storeArns: [] }) },
      "function",
      "critical",
      /0 stores/,
    ],
    ["a filling store", store(3_500_000), "store", "warn", /70.0 %/],
    ["a full store", store(4_750_000), "store", "critical", /95.0 %/],
    [
      "an expired origin certificate",
      origin({ notAfter: fromNoon(-1000) }),
      "origin-certificate",
      "critical",
      /expired/,
    ],
    [
      "an origin certificate near its end",
      origin({ notAfter: fromNoon(14 * dayMs - 1000) }),
      "origin-certificate",
      "critical",
      /13 days/,
    ],
    [
      "an origin certificate that is overdue",
      origin({ notBefore: fromNoon(-63 * dayMs), notAfter: fromNoon(27 * dayMs) }),
      "origin-certificate",
      "warn",
      /due/,
    ],
    [
      "an origin certificate to come",
      origin({ notBefore: fromNoon(1000) }),
      "origin-certificate",
      "critical",
      /not valid yet/,
    ],
    [
      "an origin certificate never imported",
      origin({ notAfter: undefined }),
      "origin-certificate",
      "critical",
      /never/,
    ],
    [
      "an origin certificate for servers",
      origin({ extendedKeyUsages: ["TLS_WEB_SERVER_AUTHENTICATION"] }),
      "origin-certificate",
      "critical",
      /not for TLS clients/,
    ],
    [
      "an origin certificate with another key",
      origin({ keyAlgorithm: "RSA_4096" }),
      "origin-certificate",
      "critical",
      /RSA_4096/,
    ],
    [
      "a good certificate refused",
      shakes("admitted", refused),
      "canary",
      "critical",
      /should have been let in/,
    ],
    [
      "a good certificate forbidden",
      shakes("admitted", { kind: "served", status: 403 }),
      "canary",
      "critical",
      /should have been let in/,
    ],
    [
      "a revoked certificate let in",
      shakes("refused", served),
      "canary",
      "critical",
      /should have been refused/,
    ],
    ["nobody let in", shakes("none", served), "canary", "critical", /should have been refused/],
    [
      "no connection",
      shakes("admitted", { kind: "unreachable", why: "ENOTFOUND" }),
      "canary",
      "critical",
      /ENOTFOUND/,
    ],
    ["no canary", shakes("refused", undefined), "canary", "skipped", /no canary/],
    [
      "no logs",
      { askDeliveredLogs: async () => ({ kind: "answered", value: [] }) },
      "log-delivery",
      "critical",
      /CONNECTION_LOGS/,
    ],
    [
      "logs not asked for",
      { askDeliveredLogs: async () => ({ kind: "unasked", why: "not checked: x" }) },
      "log-delivery",
      "skipped",
      /not checked/,
    ],
    [
      "no connection functions",
      { askQuota: async code => ({ kind: "answered", value: code === "L-D0422299" ? 0 : 25 }) },
      "quota",
      "critical",
      /0, and 3 are needed/,
    ],
    [
      "quotas not asked for",
      { askQuota: async () => ({ kind: "unasked", why: "not checked: x" }) },
      "quota",
      "skipped",
      /not checked/,
    ],
  ])("by: %s", async (_, broken, check, level, detail) => {
    const results = await run(broken);
    const found = complaints(results).filter(result => detail.test(result.detail));
    expect(found).not.toEqual([]);
    for (const result of found)
      expect(result).toMatchObject({ check, level, remedy: expect.stringMatching(/\S/) });
    expect(exitCode(results)).toBe(level === "critical" ? 1 : 0);
  });

  it("by every fault at once, not only the first", async () => {
    const results = await run(
      changed("EAPI", { isEnabled: false, httpVersion: "http3", connectionFunctionId: undefined }),
    );
    expect(complaints(results)).toHaveLength(3);
  });

  it("with the rest still looked at where one thing cannot be read", async () => {
    const results = await run({
      readTrustStore: fails,
      readConnectionFunction: fails,
      readOriginCertificate: fails,
    });
    expect(complaints(results).map(({ check }) => check)).toEqual([
      "trust-store",
      "function",
      "function",
      "function",
      "origin-certificate",
    ]);
    expect(results.filter(({ check }) => check === "canary")).toHaveLength(9);
  });
});

describe("limits are sharp", () => {
  it.each<readonly [string, Partial<DoctorPorts>]>([
    ["one byte below the store's warning", store(3_499_999)],
    [
      "an origin certificate of fourteen days that is new",
      origin({ notAfter: fromNoon(14 * dayMs), notBefore: noon }),
    ],
    [
      "an origin certificate that was due two days ago",
      origin({ notBefore: fromNoon(-62 * dayMs), notAfter: fromNoon(28 * dayMs) }),
    ],
    [
      "OCSP with every responder",
      {
        readTrustStore: async () => ({ ...trustStore, usesOcsp: true }),
        authoritiesWithoutOcsp: async () => [],
      },
    ],
    [
      "a bundle that was just written, whose ETag CloudFront has changed",
      {
        readPinnedBundle: async () => ({ ...pinned, etag: "E0", isSettled: false }),
      },
    ],
  ])("%s is sound", async (_, ports) => {
    expect(complaints(await run(ports))).toEqual([]);
  });
});

it.each<readonly [string, object]>([
  ["no distribution", { distributions: [] }],
  ["an id that is none", { distributions: [{ id: "x", purpose: "api", url: "https://a.example/" }] }],
  ["plain HTTP", { distributions: [{ id: "EAPI", purpose: "api", url: "http://a.example/" }] }],
  ["another purpose", { distributions: [{ id: "EAPI", purpose: "web", url: "https://a.example/" }] }],
  ["a word that nobody knows", { serverCertificate: "x" }],
])("a stack file with %s is refused", (_, change) => {
  const good = { registryTable: "registry", distributions: stack.distributions };
  expect(stackSchema.safeParse(good).success).toBe(true);
  expect(stackSchema.safeParse({ ...good, ...change }).success).toBe(false);
});
