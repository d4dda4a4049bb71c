// The publisher's trigger: what it returns to the stream, and what it leaves behind for people.
import type { Context, DynamoDBRecord } from "aws-lambda";
import { describe, expect, it, vi } from "vitest";
import type { Publication } from "#core/publication/edge-status.ts";
import { publicationLagMs } from "#functions/stream/publication-lag.ts";
import { publishEdge } from "#functions/stream/publish-edge.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { fakeRegistry, fakeStore } from "../../core/publication/fake-edge-store.ts";

const deniedRow = (page: string, recordedMs: number): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: String(recordedMs),
    Keys: { pk: { S: `PAGE#${page}` }, sk: { S: "DENIED#007" } },
    NewImage: { recordedAt: { S: fromNoon(recordedMs).toISOString() } },
  },
});

function aWorld() {
  const registry = fakeRegistry(anAuthority());
  const store = fakeStore();
  const publications: Publication[] = [];
  const late: Date[] = [];
  const status = {
    recordPublication: async (publication: Publication) => {
      publications.push(publication);
    },
    recordLate: async (at: Date) => {
      late.push(at);
    },
  };
  const deps = { registry, store, status, now: () => noon };
  // The handler reads nothing of its context.
  const handle = (...Records: DynamoDBRecord[]) => publishEdge(deps)({ Records }, {} as Context);
  return { registry, store, status, publications, late, handle };
}

describe("publish-edge", () => {
  it("writes each page of a batch once, however many of its records name it", async () => {
    const { handle, store } = aWorld();
    const records = Array.from({ length: 90 }, (_, index) => deniedRow(`m1.${index % 3}`, -index));
    expect(await handle(...records)).toEqual({ batchItemFailures: [] });
    expect(store.batches).toEqual([4]);
  });

  it("does not hold up the stream when the store is full: the last resort is in place", async () => {
    const { handle, store, registry } = aWorld();
    store.contents.set("m1.0", "g");
    store.capacityBytes = 5;
    registry.denied.set("m1.0", [{ offset: 7, state: "revoked", notAfter: fromNoon(1) }]);
    expect(await handle(deniedRow("m1.0", 0))).toEqual({ batchItemFailures: [] });
    expect(store.contents.get("m1.0")).toBe("r");
  });

  it("puts a publication on record as late when its oldest change waited more than five seconds", async () => {
    const { handle, late } = aWorld();
    await handle(deniedRow("m1.0", -5_000));
    expect(late).toEqual([]);
    await handle(deniedRow("m1.1", -5_001));
    expect(late).toEqual([noon]);
  });

  it("asks for the batch again when the store does not answer", async () => {
    const { handle, store } = aWorld();
    store.beforeWrite = () => {
      throw new Error("no answer");
    };
    expect(await handle(deniedRow("m1.0", -5))).toEqual({ batchItemFailures: [{ itemIdentifier: "-5" }] });
  });

  it("records how the store is, and one metric line with the lag of the oldest record", async () => {
    const out = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    const { handle, publications } = aWorld();
    await handle(deniedRow("m1.0", -40), deniedRow("m1.1", -250));
    const lines = out.mock.calls.map(([line]) => JSON.parse(String(line)));
    out.mockRestore();
    expect(publications).toEqual([{ at: noon, totalBytes: 24, keyCount: 3, limitBytes: 5_000_000 }]);
    expect(lines.find(line => "_aws" in line)).toMatchObject({
      PublicationLag: 250,
      KeysWritten: 3,
      StoreCalls: 1,
      Conflicts: 0,
      StoreBytes: 24,
      Generation: noon.getTime(),
    });
  });

  it("is done when its report fails: what is published is not published again for that", async () => {
    const { handle, status } = aWorld();
    status.recordPublication = async () => {
      throw new Error("the registry is busy");
    };
    expect(await handle(deniedRow("m1.0", 0))).toEqual({ batchItemFailures: [] });
  });
});

describe("the lag of a batch", () => {
  const record = (dynamodb: DynamoDBRecord["dynamodb"]): DynamoDBRecord =>
    dynamodb === undefined ? {} : { dynamodb };

  it("is that of its oldest record, by the row's own time", () => {
    expect(publicationLagMs([deniedRow("m1.0", -40), deniedRow("m1.1", -250)], noon)).toBe(250);
    expect(publicationLagMs([record({ NewImage: { at: { S: fromNoon(-9).toISOString() } } })], noon)).toBe(9);
  });

  it("falls back to the stream's rounded time, is never negative, and may be unknown", () => {
    const seconds = noon.getTime() / 1_000;
    expect(publicationLagMs([record({ ApproximateCreationDateTime: seconds - 2 })], noon)).toBe(2_000);
    expect(publicationLagMs([record({ ApproximateCreationDateTime: seconds + 2 })], noon)).toBe(0);
    expect(publicationLagMs([record(undefined)], noon)).toBeUndefined();
  });
});
