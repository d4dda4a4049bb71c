// A webhook with sound defaults; a test gives only what it is about.
import type { Webhook } from "#core/webhook/webhook.ts";
import { noon } from "./fixed-time.ts";

export function aWebhook(parts: Partial<Webhook> = {}): Webhook {
  return {
    id: "siem",
    url: "https://siem.example.com/hook",
    events: "all",
    secrets: [{ id: "5e".repeat(16), createdAt: noon }],
    version: 1,
    changedAt: noon,
    changedBy: "operator:ada",
    health: { failuresInARow: 0 },
    ...parts,
  };
}
