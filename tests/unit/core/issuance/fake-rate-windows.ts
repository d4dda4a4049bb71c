// The shared counters in memory, as strict as the registry's.
import type { RateWindows } from "#core/issuance/ports.ts";

export type FakeRateWindows = RateWindows & {
  /** Window → permits gone. */
  readonly taken: Map<number, number>;
  readonly calls: { takes: number; books: number };
};

export function fakeRateWindows(): FakeRateWindows {
  const taken = new Map<number, number>();
  const ofTenants = new Map<string, number>();
  const calls = { takes: 0, books: 0 };
  return {
    taken,
    calls,
    take: async (window, wanted, limit) => {
      calls.takes += 1;
      const gone = taken.get(window) ?? 0;
      const granted = Math.max(0, Math.min(wanted, limit - gone));
      taken.set(window, gone + granted);
      return { granted, taken: gone + granted };
    },
    book: async (window, limit, tenant) => {
      calls.books += 1;
      const gone = taken.get(window) ?? 0;
      const key = `${window} ${tenant?.name}`;
      if (gone >= limit || (tenant !== undefined && (ofTenants.get(key) ?? 0) >= tenant.limit)) return false;
      taken.set(window, gone + 1);
      ofTenants.set(key, (ofTenants.get(key) ?? 0) + 1);
      return true;
    },
  };
}
