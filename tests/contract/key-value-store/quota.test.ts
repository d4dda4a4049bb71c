// Both sides of each documented quota: key, value, keys in a call, size of a call, size of the store.
import { PutKeyCommand } from "@aws-sdk/client-cloudfront-keyvaluestore";
import { afterAll, beforeAll, expect, it } from "vitest";
import { refusal, type Subject, startSubject } from "./subject.ts";

let subject: Subject;
beforeAll(async () => {
  subject = await startSubject();
});
afterAll(() => subject.stop());

const keys = (count: number, prefix = "k") => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const puts = (names: readonly string[], value = "") => Object.fromEntries(names.map(name => [name, value]));

it.each([
  { name: "a key of 512 octets", key: "k".repeat(512), value: "", accepted: true },
  { name: "a key of 513 octets", key: "k".repeat(513), value: "", accepted: false },
  { name: "a key of 256 two-octet characters", key: "é".repeat(256), value: "", accepted: true },
  { name: "a key of 257 two-octet characters", key: "é".repeat(257), value: "", accepted: false },
  { name: "a value of 1024 octets", key: "v", value: "v".repeat(1024), accepted: true },
  { name: "a value of 1025 octets", key: "v", value: "v".repeat(1025), accepted: false },
  { name: "a value of 512 two-octet characters", key: "v", value: "é".repeat(512), accepted: true },
  { name: "a value of 513 two-octet characters", key: "v", value: "é".repeat(513), accepted: false },
])("holds the key and value quotas in octets: $name", async ({ key, value, accepted }) => {
  const sent = subject.put(key, value);
  if (accepted) await expect(sent).resolves.toBeDefined();
  else expect(await refusal(sent)).toMatchObject({ name: "ValidationException", status: 400 });
});

it("refuses an empty key in UpdateKeys", async () => {
  expect((await refusal(subject.update({ "": "v" }))).name).toBe("ValidationException");
});

it("takes 50 keys in one call, puts and deletes together, and refuses 51", async () => {
  await subject.update(puts(keys(30)), keys(20, "gone"));
  expect(await refusal(subject.update(puts(keys(30)), keys(21, "gone")))).toMatchObject({
    name: "ValidationException",
    status: 400,
  });
  await subject.update(puts(keys(50)));
  expect((await refusal(subject.update(puts(keys(51))))).name).toBe("ValidationException");
});

it("refuses a call without any change, and a request body over 3 MB", async () => {
  expect((await refusal(subject.update({}))).name).toBe("ValidationException");
  const huge = new PutKeyCommand({
    KvsARN: subject.arn,
    Key: "k",
    Value: "v".repeat(3_000_000),
    IfMatch: await subject.etag(),
  });
  expect((await refusal(subject.client.send(huge))).name).toBe("ValidationException");
});

it("fills a store to exactly 5,000,000 bytes, refuses one more, and takes it once room was made", async () => {
  const full = await startSubject();
  let etag = await full.etag();
  let total = 0;
  for (let call = 0; total < 5_000_000; call += 1) {
    const room = Math.min(50, Math.floor((5_000_000 - total) / 1000));
    const names = keys(room, `${call}-`).map(name => name.padEnd(100, "_"));
    const written = await full.update(puts(names, "v".repeat(900)));
    etag = written.ETag;
    total = written.TotalSizeInBytes ?? 0;
  }
  expect(total).toBe(5_000_000);
  expect(await refusal(full.put("x", ""))).toMatchObject({
    name: "ServiceQuotaExceededException",
    status: 402,
  });
  expect(await full.etag()).toBe(etag);
  // All or nothing also holds for the total: a call that frees as much as it takes passes.
  const freed = "0-0".padEnd(100, "_");
  expect(await full.update({ x: "" }, [freed])).toMatchObject({ TotalSizeInBytes: 4_999_001 });
  await full.stop();
});
