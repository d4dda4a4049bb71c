// What rehearses an authority: all that issuing takes, and the way through the edge.
import { setTimeout } from "node:timers/promises";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { dynamoRollOverRegistry } from "#aws/registry/roll-over-registry.ts";
import type { RehearseDeps } from "#core/roll-over/rehearse.ts";
import { clientProbe } from "../job/probe-as-client.ts";
import { queuedDeps } from "./enrolment.ts";
import { links, registryTable } from "./links.ts";

export function rehearseDeps(): RehearseDeps {
  const table = registryTable();
  return {
    ...queuedDeps(),
    rollOver: dynamoRollOverRegistry(table),
    blocks: dynamoBlockRegistry(table),
    revocations: dynamoRevocationRegistry(table),
    probe: clientProbe(links.EdgeUrl.url),
    wait: milliseconds => setTimeout(milliseconds),
  };
}
