// All checks of one deployment. What several distributions share is looked at once; what cannot be read is critical,
// because nothing is known of it then.
import type { StoreUsage } from "#core/publication/store-usage.ts";
import { checkLogDelivery, checkQuota, quotasFor } from "./check-account.ts";
import { type Canary, checkCanary, type HandshakeOutcome } from "./check-canary.ts";
import { checkDistribution } from "./check-distribution.ts";
import { checkFunction, checkOcsp, checkStore, checkTrustStore, type PinnedBundle } from "./check-edge.ts";
import { checkOriginCertificate } from "./check-origin-certificate.ts";
import type {
  Asked,
  ConnectionFunctionFacts,
  DistributionFacts,
  OriginCertificateFacts,
  TrustStoreFacts,
} from "./facts.ts";
import type { CheckName, CheckResult } from "./result.ts";
import type { Stack, StackDistribution } from "./stack.ts";

export type DoctorPorts = {
  readonly readDistribution: (id: string) => Promise<DistributionFacts>;
  readonly readTrustStore: (id: string) => Promise<TrustStoreFacts>;
  /** What the registry knows to have written into the trust store. */
  readonly readPinnedBundle: () => Promise<PinnedBundle | undefined>;
  /** Ids of the authorities whose certificates name no OCSP responder, or may not. */
  readonly authoritiesWithoutOcsp: () => Promise<readonly string[]>;
  readonly readConnectionFunction: (id: string) => Promise<ConnectionFunctionFacts>;
  /** SHA-256 of the connection function that this checkout builds for the distribution, lower-case hex. */
  readonly expectedFunction: (distribution: StackDistribution, facts: DistributionFacts) => Promise<string>;
  readonly readStoreUsage: (storeArn: string) => Promise<StoreUsage>;
  readonly readOriginCertificate: (arn: string) => Promise<OriginCertificateFacts>;
  readonly askDeliveredLogs: () => Promise<Asked<readonly string[]>>;
  readonly askQuota: (code: string) => Promise<Asked<number>>;
  /** Undefined without a certificate for that canary. */
  readonly shakeHands: (canary: Canary, url: string) => Promise<HandshakeOutcome | undefined>;
  readonly now: () => Date;
};

type Seen = { readonly distribution: StackDistribution; readonly facts: DistributionFacts };
type Results = readonly CheckResult[];

export async function diagnose(stack: Stack, ports: DoctorPorts): Promise<Results> {
  const seen: Seen[] = [];
  const results: CheckResult[] = [];
  for (const distribution of stack.distributions) {
    const checked = await attempt("distribution", distribution.id, async () => {
      const facts = await ports.readDistribution(distribution.id);
      seen.push({ distribution, facts });
      return checkDistribution(facts, distribution.purpose);
    });
    results.push(...checked);
  }
  results.push(...(await sharedResults(seen, ports)));
  for (const one of seen) results.push(...(await canaryResults(one, ports)));
  const delivered = await ports.askDeliveredLogs();
  for (const { id } of stack.distributions) results.push(...checkLogDelivery(id, delivered));
  for (const quota of quotasFor(stack.distributions.length)) {
    results.push(...checkQuota(quota, await ports.askQuota(quota.code)));
  }
  return results;
}

async function sharedResults(seen: readonly Seen[], ports: DoctorPorts): Promise<Results> {
  const results: CheckResult[] = [];
  for (const id of distinct(seen.map(({ facts }) => facts.mtls?.trustStoreId))) {
    results.push(...(await trustStoreResults(id, ports)));
  }
  const storeArns: string[] = [];
  for (const one of seen) results.push(...(await functionResults(one, ports, storeArns)));
  for (const arn of distinct(storeArns)) {
    results.push(
      ...(await attempt("store", arn, async () => checkStore(arn, await ports.readStoreUsage(arn)))),
    );
  }
  const arns = seen.flatMap(({ facts }) => facts.behaviours.map(one => one.originCertificateArn));
  for (const arn of distinct(arns)) {
    const check = async (): Promise<Results> =>
      checkOriginCertificate(await ports.readOriginCertificate(arn), ports.now());
    results.push(...(await attempt("origin-certificate", arn, check)));
  }
  return results;
}

async function trustStoreResults(id: string, ports: DoctorPorts): Promise<Results> {
  return attempt("trust-store", id, async () => {
    const facts = await ports.readTrustStore(id);
    const pinned = checkTrustStore(facts, await ports.readPinnedBundle());
    const ocsp = attempt("ocsp", id, async () =>
      checkOcsp(facts, facts.usesOcsp ? await ports.authoritiesWithoutOcsp() : []),
    );
    return [...pinned, ...(await ocsp)];
  });
}

/** Adds the store that the function reads to `storeArns`. */
async function functionResults(
  { distribution, facts }: Seen,
  ports: DoctorPorts,
  storeArns: string[],
): Promise<Results> {
  const id = facts.connectionFunctionId;
  if (id === undefined) return [];
  return attempt("function", id, async () => {
    const published = await ports.readConnectionFunction(id);
    storeArns.push(...published.storeArns);
    return checkFunction(published, await ports.expectedFunction(distribution, facts));
  });
}

const canaries: readonly Canary[] = ["admitted", "refused", "none"];

async function canaryResults({ distribution, facts }: Seen, ports: DoctorPorts): Promise<Results> {
  const { url, purpose } = distribution;
  const place = { url, purpose, mode: facts.mtls?.mode ?? "off" };
  const results: CheckResult[] = [];
  for (const canary of canaries) {
    const check = async (): Promise<Results> =>
      checkCanary(canary, place, await ports.shakeHands(canary, url));
    results.push(...(await attempt("canary", `${canary} at ${url}`, check)));
  }
  return results;
}

async function attempt(check: CheckName, about: string, run: () => Promise<Results>): Promise<Results> {
  try {
    return await run();
  } catch (error) {
    const detail = `it could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = "check the id in the stack file, the credentials and their permissions: docs/doctor.md";
    return [{ check, level: "critical", about, detail, remedy }];
  }
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter(value => value !== undefined))];
}
