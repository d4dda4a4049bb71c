// What a receiver can check of a message: the example of the Standard Webhooks specification, and several secrets at once.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bodyOf, type Delivery, signedHeaders } from "#core/webhook/delivery.ts";
import { fanOut } from "#core/webhook/fan-out.ts";
import { deriveSecret, writeSecret } from "#core/webhook/secret.ts";
import { aWebhook } from "#support/a-webhook.ts";
import { noon } from "#support/fixed-time.ts";

const key = "0123456789abcdef0123456789abcdef";

describe("the headers of a message", () => {
  it("are those of the specification's own example", async () => {
    const secret = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
    const headers = await signedHeaders(
      [secret],
      "msg_p5jXN8AQM9LWM0D4loKWxJek",
      '{"test": 2432232314}',
      new Date(1_614_265_330_000),
    );
    expect(headers).toMatchObject({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("hold a signature for each secret, the newest first", async () => {
    const secrets = await Promise.all(["new", "old"].map(id => deriveSecret(key, "siem", id)));
    const headers = await signedHeaders(secrets, "msg_1", "{}", noon);
    const signed = `msg_1.${noon.getTime() / 1_000}.{}`;
    const expected = secrets.map(
      secret => `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
    );
    expect(headers["webhook-signature"]).toBe(expected.join(" "));
  });
});

describe("a secret", () => {
  it("is 32 bytes of its webhook, its id and the key, and no other has them", async () => {
    const one = writeSecret(await deriveSecret(key, "siem", "1"));
    const others = [
      await deriveSecret(key, "siem", "2"),
      await deriveSecret(key, "sieg", "1"),
      await deriveSecret(`${key}x`, "siem", "1"),
    ];
    expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(writeSecret(await deriveSecret(key, "siem", "1"))).toBe(one);
    expect(others.map(writeSecret)).not.toContain(one);
  });

  it("is not made from a key that could be guessed", async () => {
    await expect(deriveSecret(key.slice(1), "siem", "1")).rejects.toThrow("32 characters");
  });
});

describe("an event", () => {
  const event = (detailType: string, sk = "1") => ({
    key: { pk: "OUTBOX#0", sk },
    at: noon,
    detailType,
    detail: '{"version":"1"}',
  });

  async function sent(events: readonly ReturnType<typeof event>[]): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = [];
    const webhooks = [aWebhook({ id: "siem" }), aWebhook({ id: "pager", events: ["Certificate Revoked"] })];
    const send = async (batch: readonly Delivery[]) => void deliveries.push(...batch);
    await fanOut({ listWebhooks: async () => webhooks, send }, events);
    return deliveries;
  }

  it("goes to each webhook that wants it, and to no other", async () => {
    const deliveries = await sent([event("Certificate Issued"), event("Certificate Revoked", "2")]);
    expect(deliveries.map(({ webhook, type }) => `${webhook}: ${type}`)).toEqual([
      "siem: Certificate Issued",
      "siem: Certificate Revoked",
      "pager: Certificate Revoked",
    ]);
  });

  it("that is relayed twice is the same message, and another event is another", async () => {
    const ids = (
      await sent([event("Rotation Ended"), event("Rotation Ended"), event("Rotation Ended", "2")])
    ).map(({ message }) => message);
    expect(ids[0]).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it("is a body of its type, its time and its data", async () => {
    const [delivery] = await sent([event("Rotation Ended")]);
    if (delivery === undefined) throw new Error("it was sent");
    expect(JSON.parse(bodyOf(delivery))).toEqual({
      type: "Rotation Ended",
      timestamp: noon.toISOString(),
      data: { version: "1" },
    });
  });
});
