// What records outgoing webhooks and delivers to them.
import { sqsDeliveryQueue } from "#aws/queue/delivery-queue.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import {
  dynamoDeliveryRegistry,
  dynamoWebhookRegistry,
  listWebhooks,
} from "#aws/registry/webhook-registry.ts";
import type { RelayDeps } from "#core/event/relay.ts";
import { remember } from "#core/remember.ts";
import { fanOut } from "#core/webhook/fan-out.ts";
import type { PutWebhookDeps } from "#core/webhook/put-webhook.ts";
import type { RemoveWebhookDeps } from "#core/webhook/remove-webhook.ts";
import type { RotateSecretDeps } from "#core/webhook/rotate-secret.ts";
import type { GetWebhooksDeps } from "../api/get-webhooks.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import type { DeliverWebhookDeps } from "../queue/deliver-webhook.ts";
import { postToReceiver } from "../webhook/post-to-receiver.ts";
import { judgeReceiver } from "../webhook/receiver-address.ts";
import { authenticateDeps, links, now, registryTable } from "./links.ts";

export function putWebhookDeps(): PutWebhookDeps & AuthenticateDeps {
  return {
    ...rotateSecretDeps(),
    judgeReceiver: url => judgeReceiver(url, links.WebhookReceivers.insecureHosts),
  };
}

export function getWebhooksDeps(): GetWebhooksDeps {
  const table = registryTable();
  return { ...authenticateDeps(table), registry: dynamoWebhookRegistry(table) };
}

export function removeWebhookDeps(): RemoveWebhookDeps & AuthenticateDeps {
  return { ...getWebhooksDeps(), now };
}

export function rotateSecretDeps(): RotateSecretDeps & GetWebhooksDeps {
  return { ...getWebhooksDeps(), webhookKey: links.WebhookKey.value, now };
}

/** They are read for a batch of events, and at most once in five seconds. */
export function tellWebhooks(table: RegistryTable): RelayDeps["tellWebhooks"] {
  const recall = remember(() => listWebhooks(table), { keepMs: 5_000, now });
  const { send } = sqsDeliveryQueue(links.WebhookQueue.url);
  return events => fanOut({ listWebhooks: () => recall("all"), send }, events);
}

export function deliverWebhookDeps(): DeliverWebhookDeps {
  return {
    registry: dynamoDeliveryRegistry(registryTable()),
    post: postToReceiver(links.WebhookReceivers.insecureHosts),
    postpone: sqsDeliveryQueue(links.WebhookQueue.url).postpone,
    webhookKey: links.WebhookKey.value,
    now,
  };
}
