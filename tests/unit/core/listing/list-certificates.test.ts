// A listing shows each certificate of the query once, nothing of another tenant, and does a bounded amount of work a call.
import { describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import { mostQueries, mostRows } from "#core/listing/list-certificates.ts";
import type { ListFilter } from "#core/listing/listing.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { anAuthority, aSlot } from "#support/records.ts";
import { fakeListingRegistry } from "./fake-listing-registry.ts";
import { certificateAt, deviceOf, idsOf, list, listAll, malformed, operator } from "./listing-world.ts";

describe("a tenant's certificates", () => {
  const certificates = Array.from({ length: 9 }, (_, index) =>
    // Three in each of the last three months.
    certificateAt(index, { issuedAt: fromNoon(-(Math.floor(index / 3) * 30 + (index % 3) * 0.1) * dayMs) }),
  );

  it.each([1, 2, 3, 4, 8, 9, 10])("come newest first, each once, in pages of at most %i", async limit => {
    const pages = await listAll(fakeListingRegistry({ certificates }), operator, { tenant: "acme" }, limit);
    expect(pages.flat()).toEqual(idsOf(certificates));
    expect(pages.every(page => page.length <= limit)).toBe(true);
  });

  it("end without a next when the last page is full", async () => {
    const answer = await list(
      fakeListingRegistry({ certificates }),
      operator,
      { tenant: "acme" },
      { limit: 9 },
    );
    expect(answer).toMatchObject({ certificates: { length: 9 }, next: undefined });
  });

  it("are one query for the first page when it is full", async () => {
    const registry = fakeListingRegistry({ certificates });
    await list(registry, operator, { tenant: "acme" }, { limit: 2 });
    expect(registry.queries).toHaveLength(1);
  });

  it("may be issued between two pages without any being shown twice or left out", async () => {
    const first = await list(
      fakeListingRegistry({ certificates }),
      operator,
      { tenant: "acme" },
      { limit: 4 },
    );
    const grown = fakeListingRegistry({
      certificates: [...certificates, certificateAt(99, { issuedAt: fromNoon(1_000) })],
    });
    const rest = await list(grown, operator, { tenant: "acme" }, { cursor: first.next });
    expect([...first.certificates, ...rest.certificates].map(({ id }) => id)).toEqual(idsOf(certificates));
  });
});

describe("what each filter leaves", () => {
  const wanted = certificateAt(1, { lot: "w47", holder: "pump-1", state: "held" });
  const blocks = [
    {
      authorityId: "m1",
      first: aSlot(0),
      size: 4096,
      owner: { kind: "lot", tenant: "acme", lot: "w47" },
      usableUntil: noon,
      expiresBy: noon,
      ordinal: 0,
      next: 8,
    } as const,
  ];
  const registry = () =>
    fakeListingRegistry({
      certificates: [
        wanted,
        certificateAt(2, { lot: "w47", holder: "pump-2", state: "held", notAfter: fromNoon(400 * dayMs) }),
        certificateAt(4_097, {
          lot: "w48",
          holder: "pump-1",
          state: "active",
          notAfter: fromNoon(400 * dayMs),
        }),
        certificateAt(3, {
          lot: "w47",
          holder: "pump-1",
          state: "held",
          tenant: "umbrella",
          authorityId: "m2",
        }),
      ],
      authorities: [anAuthority({ id: "m1", nextSlot: 8_192 }), anAuthority({ id: "m2", nextSlot: 4_096 })],
      blocks,
    });
  const two = [1, 2].map(slot => certificateAt(slot).id);
  const pumps = [1, 4_097].map(slot => certificateAt(slot).id);

  it.each<{ filter: ListFilter; ids: readonly string[] }>([
    { filter: { tenant: "acme" }, ids: [...two, certificateAt(4_097).id] },
    { filter: { tenant: "acme", state: "held" }, ids: two },
    { filter: { tenant: "acme", lot: "w47" }, ids: two },
    { filter: { tenant: "acme", holder: "pump-1" }, ids: pumps },
    { filter: { tenant: "acme", holder: "pump-1", lot: "w47" }, ids: [wanted.id] },
    { filter: { tenant: "acme", authorityId: "m1" }, ids: [...two, certificateAt(4_097).id] },
    { filter: { tenant: "acme", authorityId: "m2" }, ids: [] },
    { filter: { authorityId: "m2" }, ids: [certificateAt(3, { authorityId: "m2" }).id] },
    { filter: { authorityId: "m9" }, ids: [] },
    { filter: { tenant: "acme", expiresBefore: fromNoon(365 * dayMs + 1) }, ids: [wanted.id] },
    { filter: { tenant: "acme", expiresBefore: fromNoon(365 * dayMs) }, ids: [] },
    { filter: { tenant: "nobody" }, ids: [] },
  ])("$filter", async ({ filter, ids }) => {
    const pages = await listAll(registry(), operator, filter);
    expect(pages.flat().sort()).toEqual([...ids].sort());
  });

  it("reads no month that begins after the date of expiry", async () => {
    const fake = registry();
    await list(fake, operator, { tenant: "acme", expiresBefore: new Date("2025-02-10T00:00:00Z") });
    expect(fake.queries).toEqual(
      ["2025-02", "2025-01"].map(month => ({ kind: "month", tenant: "acme", month })),
    );
  });

  it("reads of a lot no slot that was never handed out, and of its page none of another's", async () => {
    const fake = registry();
    await list(fake, operator, { tenant: "acme", lot: "w47" });
    expect(fake.queries).toEqual([{ kind: "page", authorityId: "m1", page: 0, first: 0, last: 7 }]);
  });
});

describe("who sees what", () => {
  const certificates = [certificateAt(1), certificateAt(2, { tenant: "umbrella", holder: "device-1" })];
  const world = () => fakeListingRegistry({ certificates, authorities: [anAuthority({ nextSlot: 64 })] });

  it.each<ListFilter>([{}, { tenant: "acme" }, { authorityId: "m1" }, { holder: "device-1" }])(
    "a certificate of acme sees acme's alone with %j",
    async filter => {
      expect((await listAll(world(), deviceOf("acme"), filter)).flat()).toEqual([certificates[0]?.id]);
    },
  );

  it.each(["umbrella", "nobody"])(
    "a certificate of acme that names %s gets an empty list, and nothing is read",
    async tenant => {
      const registry = world();
      const answer = await list(registry, deviceOf("acme"), { tenant });
      expect([answer, registry.queries]).toEqual([{ certificates: [], next: undefined }, []]);
    },
  );

  it.each<ListFilter>([
    {},
    { state: "active" },
    { holder: "device-1" },
    { lot: "w47" },
    { lot: "w47", authorityId: "m1" },
  ])("an operator names a tenant or an authority: %j is refused", async filter => {
    await expect(list(world(), operator, filter)).rejects.toThrow(malformed("tenant.missing"));
  });

  it("an operator without the scope to read is refused", async () => {
    const caller: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:write"] };
    await expect(list(world(), caller, { tenant: "acme" })).rejects.toThrow(
      expect.objectContaining({ code: "caller.forbidden" }),
    );
  });
});

describe("the work of one call", () => {
  it("is 2,000 rows, after which the listing goes on where it stopped", async () => {
    const certificates = Array.from({ length: mostRows + 1 }, (_, slot) =>
      certificateAt(slot, { state: slot === mostRows ? "held" : "active" }),
    );
    const registry = fakeListingRegistry({ certificates });
    const pages = await listAll(registry, operator, { tenant: "acme", state: "held" });
    expect(pages).toEqual([[], [certificates[mostRows]?.id]]);
  });

  it("is 25 queries, after which the listing goes on where it stopped", async () => {
    const last = certificateAt(mostQueries * 4_096);
    const registry = fakeListingRegistry({
      certificates: [last],
      authorities: [anAuthority({ nextSlot: mostQueries * 4_096 + 1 })],
    });
    const { certificates, next } = await list(registry, operator, { authorityId: "m1" });
    expect([certificates, registry.queries.length]).toEqual([[], mostQueries]);
    const rest = await list(registry, operator, { authorityId: "m1" }, { cursor: next });
    expect([rest.certificates.map(({ id }) => id), rest.next]).toEqual([[last.id], undefined]);
  });
});
