// What shows one certificate: its row, and the page of the edge store that refuses it or does not.
import { keyValueStore, openKeyValueStore } from "#aws/edge-store/key-value-store.ts";
import { dynamoCertificateFinder } from "#aws/registry/certificate-finder.ts";
import { readEdgeStatus } from "#aws/registry/edge-status-registry.ts";
import type { GetCertificateDeps } from "../api/get-certificate.ts";
import { authenticateDeps, links, now, registryTable } from "./links.ts";

export function getCertificateDeps(): GetCertificateDeps {
  const table = registryTable();
  return {
    ...authenticateDeps(table),
    ...dynamoCertificateFinder(table),
    store: keyValueStore(openKeyValueStore(), links.EdgeStore.arn),
    readEdgeStatus: () => readEdgeStatus(table),
    now,
  };
}
