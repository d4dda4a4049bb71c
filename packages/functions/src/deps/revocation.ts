// What revokes: in the registry, on the bus, at the CA.
import { openEventBridge, putEvents } from "#aws/bus/event-bridge.ts";
import { openPrivateCa, privateCa } from "#aws/ca/private-ca.ts";
import { listOwedRevocations } from "#aws/registry/due.ts";
import { deleteOutboxRows } from "#aws/registry/outbox.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import type { RelayDeps } from "#core/event/relay.ts";
import type { RevokeAtCaDeps } from "#core/revocation/revoke-at-ca.ts";
import type { BackfillDeps } from "../job/backfill-ca.ts";
import { links, now, registryTable } from "./links.ts";
import { tellWebhooks } from "./webhooks.ts";

export function relayDeps(): RelayDeps {
  const table = registryTable();
  const client = openEventBridge();
  return {
    send: events => putEvents(client, links.Bus.name, events),
    tellWebhooks: tellWebhooks(table),
    forget: events => deleteOutboxRows(table, events),
  };
}

export function backfillDeps(): BackfillDeps {
  const table = registryTable();
  return { ...revokeAtCaDeps(), listOwed: before => listOwedRevocations(table, before) };
}

export function revokeAtCaDeps(): RevokeAtCaDeps {
  return { ca: privateCa(openPrivateCa()), registry: dynamoRevocationRegistry(registryTable()), now };
}
