// A cursor goes on in its own query, and is refused in every other and in every altered form.
import { describe, expect, it } from "vitest";
import type { ListFilter } from "#core/listing/listing.ts";
import { dayMs, fromNoon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { fakeListingRegistry } from "./fake-listing-registry.ts";
import { certificateAt, deviceOf, list, malformed, operator } from "./listing-world.ts";

describe("a cursor", () => {
  const certificates = [1, 2, 3].map(slot => certificateAt(slot));
  const registry = fakeListingRegistry({
    certificates: [...certificates, certificateAt(4, { tenant: "umbrella" })],
    authorities: [anAuthority({ nextSlot: 64 })],
  });
  const filter: ListFilter = { tenant: "acme" };
  const cursorOf = async (of: ListFilter) => (await list(registry, operator, of, { limit: 1 })).next ?? "";

  it("goes on with another limit", async () => {
    const { certificates: rest } = await list(registry, operator, filter, { cursor: await cursorOf(filter) });
    expect(rest).toHaveLength(2);
  });

  it("serves an operator and a certificate of the tenant alike, for they ask the same", async () => {
    const { certificates: rest } = await list(
      registry,
      deviceOf("acme"),
      {},
      { cursor: await cursorOf(filter) },
    );
    expect(rest).toHaveLength(2);
  });

  it.each<ListFilter>([
    { tenant: "umbrella" },
    { tenant: "acme", state: "active" },
    { tenant: "acme", authorityId: "m1" },
    { tenant: "acme", expiresBefore: fromNoon(1_000 * dayMs) },
    { authorityId: "m1" },
  ])("is refused with another query: %j", async other => {
    const cursor = await cursorOf(filter);
    await expect(list(registry, operator, other, { cursor })).rejects.toThrow(malformed("cursor.malformed"));
  });

  it("of another tenant is refused to a certificate", async () => {
    const cursor = await cursorOf({ tenant: "acme" });
    await expect(list(registry, deviceOf("umbrella"), {}, { cursor })).rejects.toThrow(
      malformed("cursor.malformed"),
    );
  });

  it("is refused when any of its characters is replaced, or goes on within the same query", async () => {
    const cursor = await cursorOf(filter);
    for (let at = 0; at < cursor.length; at += 1) {
      const altered = `${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`;
      const listing = await list(registry, operator, filter, { cursor: altered }).catch((error: unknown) => {
        expect(error).toEqual(malformed("cursor.malformed"));
      });
      expect(listing?.certificates.filter(({ tenant }) => tenant !== "acme") ?? []).toEqual([]);
    }
  });

  it.each(["", "a", "e30", "WzEsMiwzXQ", "W10", "bnVsbA", "WyJhIiwiYiIsImMiLCJkIl0"])(
    "that no listing has written is refused: %j",
    async cursor => {
      await expect(list(registry, operator, filter, { cursor })).rejects.toThrow(
        malformed("cursor.malformed"),
      );
    },
  );

  it.each([
    { label: "2099-01", position: "" },
    { label: "2026-03", position: "0ff" },
    { label: "2026-03", position: "~" },
    { label: "holder", position: "" },
    { label: "m1.0.0", position: "0ff" },
  ])("with the place $label $position, which this query has not, is refused", async ({ label, position }) => {
    const [digest] = JSON.parse(atob(await cursorOf(filter))) as [string];
    const cursor = btoa(JSON.stringify([digest, label, position])).replaceAll("=", "");
    await expect(list(registry, operator, filter, { cursor })).rejects.toThrow(malformed("cursor.malformed"));
  });
});
