// The doctor's eyes: SDK clients, which endpoint variables point at any cloud, and this checkout's own edge functions.
import { createHash } from "node:crypto";
import { openCloudFront } from "#aws/cloudfront/trust-store-control.ts";
import { askDeliveredLogs, askQuota } from "#aws/doctor/ask-account.ts";
import { readConnectionFunction, readDistribution, readTrustStore } from "#aws/doctor/read-edge.ts";
import { readOriginCertificate } from "#aws/doctor/read-origin-certificate.ts";
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { openRegistryTable } from "#aws/registry/client.ts";
import { dynamoTrustStoreRegistry } from "#aws/registry/trust-store-registry.ts";
import { hasStanding } from "#core/authority/authority.ts";
import type { DoctorPorts } from "#core/doctor/diagnose.ts";
import type { DistributionFacts } from "#core/doctor/facts.ts";
import type { Stack } from "#core/doctor/stack.ts";
import { withoutOcsp } from "#core/trust-store/ocsp-coverage.ts";
import { buildEdgeFunctions } from "#edge/build/edge-functions.ts";
import { shakeHands } from "./shake-hands.ts";

/** `now`: what the dates of certificates are compared with. */
export function openDoctor(
  stack: Stack,
  now: () => Date = () => new Date(),
): { readonly ports: DoctorPorts; readonly close: () => void } {
  const cloudFront = openCloudFront();
  const store = openKeyValueStore();
  const table = openRegistryTable(stack.registryTable);
  const registry = dynamoTrustStoreRegistry(table);
  const ports: DoctorPorts = {
    readDistribution: id => readDistribution(cloudFront, id),
    readTrustStore: id => readTrustStore(cloudFront, id),
    readPinnedBundle: async () => (await registry.read())?.written,
    authoritiesWithoutOcsp: async () =>
      withoutOcsp(registry, (await registry.listAuthorities()).filter(hasStanding), now()),
    readConnectionFunction: id => readConnectionFunction(cloudFront, id),
    expectedFunction: (_, facts) => builtFunction(stack, facts),
    readStoreUsage: arn => keyValueStore(store, arn).readUsage(),
    readOriginCertificate,
    askDeliveredLogs: () => askDeliveredLogs(cloudFront.config),
    askQuota: code => askQuota(cloudFront.config, code),
    shakeHands: async (canary, url) => {
      const identity = canary === "none" ? undefined : stack.canaries[canary];
      if (canary !== "none" && identity === undefined) return undefined;
      return shakeHands(url, identity, stack.serverCa);
    },
    now,
  };
  const close = (): void => {
    for (const client of [cloudFront, store, table.documents]) client.destroy();
  };
  return { ports, close };
}

/** As infra/ and the local edge configure the functions of such a distribution. */
async function builtFunction({ edge }: Stack, { mtls }: DistributionFacts): Promise<string> {
  const { connection } = await buildEdgeFunctions({
    admitWithoutCertificate: mtls?.mode === "optional",
    ocsp: edge.ocsp,
    identities: edge.identities,
    ...(mtls?.ignoresExpiry === true ? { admitExpired: "to-renew" as const } : {}),
  });
  return createHash("sha256").update(connection).digest("hex");
}
