// The six operations through the unmodified SDK client: answers, ETags, all-or-nothing, error names and statuses.
import {
  DeleteKeyCommand,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  ListKeysCommand,
  PutKeyCommand,
  UpdateKeysCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultInjector } from "#local/wire/faults.ts";
import { refusal, type Subject, startSubject } from "./subject.ts";

let subject: Subject;
const faults = faultInjector();
beforeAll(async () => {
  subject = await startSubject({ faults });
});
afterAll(() => subject.stop());

const missingArn = "arn:aws:cloudfront::123456789012:key-value-store/00000000-0000-4000-8000-000000000000";

describe("one key", () => {
  it("is read back exactly as it was put, whatever characters the key has", async () => {
    for (const key of ["plain", "s.a1.00ff", "a/b", "a b%2F?&#", "..", "ключ", "nul\u0000byte", "🔑"]) {
      await subject.put(key, `value of ${key}`);
      const got = await subject.client.send(new GetKeyCommand({ KvsARN: subject.arn, Key: key }));
      expect(got).toMatchObject({ Key: key, Value: `value of ${key}` });
    }
  });

  it("may have an empty value, which is not the same as being absent", async () => {
    await subject.put("empty", "");
    expect(await subject.client.send(new GetKeyCommand({ KvsARN: subject.arn, Key: "empty" }))).toMatchObject(
      {
        Value: "",
      },
    );
    expect(
      await refusal(subject.client.send(new GetKeyCommand({ KvsARN: subject.arn, Key: "absent" }))),
    ).toMatchObject({
      name: "ResourceNotFoundException",
      status: 404,
    });
  });

  it("is gone after DeleteKey, and deleting it again succeeds", async () => {
    await subject.put("short-lived", "1");
    for (let time = 0; time < 2; time += 1) {
      const IfMatch = await subject.etag();
      await subject.client.send(new DeleteKeyCommand({ KvsARN: subject.arn, Key: "short-lived", IfMatch }));
    }
    const read = subject.client.send(new GetKeyCommand({ KvsARN: subject.arn, Key: "short-lived" }));
    expect((await refusal(read)).name).toBe("ResourceNotFoundException");
  });
});

describe("the ETag", () => {
  it("changes with each write, and the answer of a write is good for the next one", async () => {
    const first = await subject.put("chain", "1");
    const second = await subject.client.send(
      new PutKeyCommand({ KvsARN: subject.arn, Key: "chain", Value: "2", IfMatch: first.ETag }),
    );
    expect(second.ETag).not.toBe(first.ETag);
    expect(await subject.etag()).toBe(second.ETag);
  });

  it("refuses every kind of write with a stale one, and nothing is written", async () => {
    const stale = await subject.etag();
    await subject.put("raced", "winner");
    const target = { KvsARN: subject.arn, IfMatch: stale };
    const writes = [
      new PutKeyCommand({ ...target, Key: "raced", Value: "loser" }),
      new DeleteKeyCommand({ ...target, Key: "raced" }),
      new UpdateKeysCommand({ ...target, Puts: [{ Key: "raced", Value: "loser" }] }),
    ];
    for (const write of writes) {
      const refused = await refusal(subject.client.send(write as PutKeyCommand)); // `send` has no union overload.
      expect(refused).toMatchObject({ name: "ValidationException", status: 400 });
      expect(refused.message).toContain("Pre-Condition failed");
    }
    const kept = await subject.client.send(new GetKeyCommand({ KvsARN: subject.arn, Key: "raced" }));
    expect(kept.Value).toBe("winner");
  });

  it("answers ConflictException to a stale one where that is configured", async () => {
    const other = await startSubject({ staleAnswer: "conflict" });
    const stale = await other.etag();
    await other.put("a", "1");
    const write = other.client.send(
      new PutKeyCommand({ KvsARN: other.arn, Key: "a", Value: "2", IfMatch: stale }),
    );
    expect(await refusal(write)).toMatchObject({ name: "ConflictException", status: 409 });
    await other.stop();
  });

  it("lets exactly one of twenty concurrent writers through", async () => {
    const IfMatch = await subject.etag();
    const writes = Array.from({ length: 20 }, (_, writer) =>
      subject.client.send(new PutKeyCommand({ KvsARN: subject.arn, Key: `w${writer}`, Value: "", IfMatch })),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(outcome => outcome.status === "fulfilled")).toHaveLength(1);
  });
});

describe("UpdateKeys", () => {
  it("puts and deletes together, and counts items and bytes", async () => {
    const own = await startSubject();
    await own.update({ a: "1", b: "22" });
    expect(await own.update({ b: "333", ç: "4" }, ["a", "never there"])).toMatchObject({
      ItemCount: 2,
      TotalSizeInBytes: 4 + 3, // b=333, ç (two octets)=4.
    });
    await own.stop();
  });

  it("writes nothing at all when one entry is refused", async () => {
    const before = await subject.client.send(new DescribeKeyValueStoreCommand({ KvsARN: subject.arn }));
    const refused = await refusal(subject.update({ fine: "1", long: "x".repeat(1025) }));
    expect(refused).toMatchObject({ name: "ValidationException", status: 400 });
    const after = await subject.client.send(new DescribeKeyValueStoreCommand({ KvsARN: subject.arn }));
    expect({ ...after, $metadata: 0 }).toEqual({ ...before, $metadata: 0 });
  });

  it("refuses a key twice among the puts, and a key in puts and deletes", async () => {
    const IfMatch = await subject.etag();
    const twice = [
      { Key: "k", Value: "1" },
      { Key: "k", Value: "1" },
    ];
    const puts = subject.client.send(new UpdateKeysCommand({ KvsARN: subject.arn, IfMatch, Puts: twice }));
    expect((await refusal(puts)).name).toBe("ValidationException");
    expect((await refusal(subject.update({ k: "1" }, ["k"]))).name).toBe("ValidationException");
  });
});

describe("ListKeys", () => {
  it("pages through every key once, ten at a time unless told otherwise", async () => {
    const own = await startSubject();
    await own.update(Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`k${100 + n}`, `${n}`])));
    const sizes: number[] = [];
    const keys: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await own.client.send(new ListKeysCommand({ KvsARN: own.arn, NextToken }));
      sizes.push(page.Items?.length ?? 0);
      keys.push(...(page.Items ?? []).map(item => item.Key));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([10, 10, 5]);
    expect(new Set(keys).size).toBe(25);
    await own.stop();
  });

  it.each([
    { MaxResults: 1, accepted: true },
    { MaxResults: 50, accepted: true },
    { MaxResults: 0, accepted: false },
    { MaxResults: 51, accepted: false },
    { NextToken: "bm90IGEgdG9rZW4", accepted: false },
  ])(
    "takes a page size of 1 to 50 and its own tokens only: $MaxResults $NextToken",
    async ({ accepted, ...page }) => {
      const listed = subject.client.send(new ListKeysCommand({ KvsARN: subject.arn, ...page }));
      if (accepted) await expect(listed).resolves.toBeDefined();
      else expect(await refusal(listed)).toMatchObject({ name: "ValidationException", status: 400 });
    },
  );
});

describe("what is refused", () => {
  it("a store that does not exist, in every operation", async () => {
    const store = { KvsARN: missingArn };
    const entry = { ...store, Key: "k", Value: "v", IfMatch: "any" };
    const { client } = subject;
    for (const send of [
      () => client.send(new DescribeKeyValueStoreCommand(store)),
      () => client.send(new ListKeysCommand(store)),
      () => client.send(new GetKeyCommand(entry)),
      () => client.send(new PutKeyCommand(entry)),
      () => client.send(new DeleteKeyCommand(entry)),
      () => client.send(new UpdateKeysCommand({ ...entry, Puts: [entry] })),
    ]) {
      expect(await refusal(send())).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
    }
  });

  it("an unsigned request, an unknown path, a body that is not JSON, a write without If-Match", async () => {
    const base = `${subject.server.url}/key-value-stores/${encodeURIComponent(subject.arn)}`;
    const authorization =
      "AWS4-ECDSA-P256-SHA256 Credential=test/20260101/cloudfront-keyvaluestore/aws4_request";
    const call = async (path: string, init: RequestInit) => {
      const reply = await fetch(`${base}${path}`, init);
      return [reply.status, reply.headers.get("x-amzn-errortype")];
    };
    expect(await call("", {})).toEqual([403, "MissingAuthenticationTokenException"]);
    expect(await call("", { headers: { authorization } })).toEqual([200, null]);
    expect(await call("/nothing", { headers: { authorization } })).toEqual([
      404,
      "UnknownOperationException",
    ]);
    const put = { method: "PUT", headers: { authorization }, body: '{"Value":"1"}' };
    expect(await call("/keys/k", put)).toEqual([400, "ValidationException"]);
    expect(await call("/keys/k", { ...put, body: "[" })).toEqual([400, "SerializationException"]);
    expect(await call("/keys/%ZZ", put)).toEqual([400, "ValidationException"]);
  });
});

it("can lose the reply of a write that was done", async () => {
  faults.next("PutKey", { kind: "lost-reply" });
  await expect(subject.put("half-known", "1")).rejects.toThrow();
  const got = await subject.client.send(new GetKeyCommand({ KvsARN: subject.arn, Key: "half-known" }));
  expect(got.Value).toBe("1");
});
