// What keeps CloudFront's trust store.
import { setTimeout } from "node:timers/promises";
import { bundleArchive } from "#aws/cloudfront/bundle-archive.ts";
import { openCloudFront, trustStoreControl } from "#aws/cloudfront/trust-store-control.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoTrustStoreRegistry } from "#aws/registry/trust-store-registry.ts";
import type { MaintainTrustStoreDeps } from "../job/maintain-trust-store.ts";
import { links, now, registryTable } from "./links.ts";

export function maintainTrustStoreDeps(): MaintainTrustStoreDeps {
  const { id, bucket, region, useOcsp } = links.TrustStore;
  const table = registryTable();
  const bundles = { name: bucket, region };
  return {
    registry: dynamoTrustStoreRegistry(table),
    control: trustStoreControl(openCloudFront(), id, bundles),
    archive: bundleArchive(bundles),
    jobs: dynamoJobRequests(table),
    wantsOcsp: useOcsp,
    now,
    wait: milliseconds => setTimeout(milliseconds),
  };
}
