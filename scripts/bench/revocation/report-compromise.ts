// Puts `Certificate Compromise Reported` on the bus, as security automation does, and watches what the edge knows.
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { LocalCloud } from "#local/cloud/local-cloud.ts";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { type Device, type FleetCloud, pause } from "./fleet-cloud.ts";

export type Selector =
  | { readonly serial: string; readonly authority: string }
  | { readonly tenant: string; readonly lot: string };

export type Reporter = { readonly report: (certificate: Selector) => Promise<void> };

export function reporterOn(cloud: LocalCloud): Reporter {
  const bus = new EventBridgeClient({
    endpoint: cloud.urls.eventBus,
    region,
    credentials: operatorCredentials,
  });
  return {
    report: async certificate => {
      const entry = {
        EventBusName: busName,
        Source: "security.automation",
        DetailType: "Certificate Compromise Reported",
        Detail: JSON.stringify({ version: "1", certificate, reason: "keyCompromise" }),
      };
      const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount !== 0) throw new Error("the bus did not take the event");
    },
  };
}

/** One call of the store that this edge has seen. */
export type SeenWrite = { readonly atMs: number; readonly keys: readonly string[] };

/** All writes of the store from now on, when they became visible at an edge (propagation delay zero). */
export function watchStore(cloud: LocalCloud): readonly SeenWrite[] {
  const seen: SeenWrite[] = [];
  const replica = cloud.services.keyValueStore.replica(cloud.services.storeArn);
  replica.onApplied(keys => seen.push({ atMs: performance.now(), keys }));
  return seen;
}

const patienceMs = 60_000;

/** Shakes hands until the device is refused; answers when the refused handshake was over. */
export async function untilRefused(fleet: FleetCloud, device: Device): Promise<number> {
  const deadline = performance.now() + patienceMs;
  while (await fleet.isAdmitted(device)) {
    if (performance.now() > deadline)
      throw new Error(`${device.certificate.id} is still admitted after a minute`);
    await pause(1);
  }
  return performance.now();
}
