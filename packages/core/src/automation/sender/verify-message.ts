// Whether a posted finding comes from whom it says, and is fresh: HMAC-SHA256 over id, time and body, as the Standard
// Webhooks specification has it, with the id of the key beside. https://www.standardwebhooks.com
import { fail } from "#core/error.ts";
import type { SignedMessage } from "../source/webhook.ts";
import { type Sender, senderSecret } from "./sender.ts";

export type MessageHeaders = {
  readonly keyId: string | undefined;
  readonly messageId: string | undefined;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | undefined;
  /** `v1,` and base64; several, with spaces between them, while the sender changes its key. */
  readonly signature: string | undefined;
};

export type VerifyDeps = {
  readonly findSender: (id: string) => Promise<Sender | undefined>;
  readonly webhookKey: string;
  readonly now: () => Date;
};

/** Before and after our own clock. An older message may be one that somebody has kept. */
export const replayWindowSeconds = 300;
const mostSignatures = 4;

const keyIds = /^([a-z][a-z0-9-]{1,31})\.([0-9a-f]{32})$/;
/** Without a dot, which ends it in what is signed. */
const messageIds = /^[A-Za-z0-9_-]{1,128}$/;
const timestamps = /^\d{10}$/;
const signatures = /^v1,([A-Za-z0-9+/]{43}=)$/;

/** Refuses with `caller.unauthenticated`, in the same words whatever was wrong. */
export async function verifyMessage(
  deps: VerifyDeps,
  headers: MessageHeaders,
  body: Uint8Array,
): Promise<SignedMessage> {
  const { messageId = "", timestamp = "", signature = "" } = headers;
  const [, senderId, secretId] = keyIds.exec(headers.keyId ?? "") ?? [];
  if (senderId === undefined || secretId === undefined) return refuse();
  if (!messageIds.test(messageId) || !timestamps.test(timestamp)) return refuse();
  const sentAt = new Date(Number(timestamp) * 1_000);
  const now = deps.now();
  if (Math.abs(now.getTime() - sentAt.getTime()) > replayWindowSeconds * 1_000) return refuse();
  const sender = await deps.findSender(senderId);
  // The secret of a sender that there is not can be derived as well: who knocks learns nothing from the time it takes.
  const secret = await senderSecret(deps.webhookKey, senderId, secretId);
  const isSigned = await anySigns(secret, signature, `${messageId}.${timestamp}.`, body);
  const isActive = sender?.secrets.some(
    ({ id, endsAt }) => id === secretId && (endsAt === undefined || now < endsAt),
  );
  return isSigned && isActive === true ? { sender: senderId, messageId, sentAt } : refuse();
}

async function anySigns(
  secret: Uint8Array,
  header: string,
  prefix: string,
  body: Uint8Array,
): Promise<boolean> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new Uint8Array(secret), algorithm, false, ["verify"]);
  const signed = new Uint8Array([...new TextEncoder().encode(prefix), ...body]);
  const given = header.split(" ").slice(0, mostSignatures);
  const results = await Promise.all(
    given.map(async text => {
      const base64 = signatures.exec(text)?.[1];
      // Web Crypto compares in constant time.
      return base64 !== undefined && crypto.subtle.verify("HMAC", key, fromBase64(base64), signed);
    }),
  );
  return results.includes(true);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}

function refuse(): never {
  return fail("caller.unauthenticated", {
    reason: "the message is not signed by a known sender, or not fresh",
  });
}
