// How much fits 5,000,000 bytes, found by asking the store: the real publisher writes, the store refuses.
import { AppError } from "#core/error.ts";
import type { DeniedSlot, PublicationRegistry } from "#core/publication/ports.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { seeded } from "#support/edge-simulation/random.ts";
import { say } from "../report.ts";
import { storeLimits } from "./counting-store.ts";
import { chooseSlots, fleet, fleetRegistry, pageCount } from "./fleet.ts";
import { publishedBytes } from "./store-bytes.ts";

/** The most randomly revoked certificates of `issued` that fit, to within 5,000. */
export function mostRandomRevoked(issued: number, atLeast: number, atMost: number): Promise<number> {
  return largest(atLeast, atMost, 5_000, revoked =>
    fits(fleet(issued, revoked, "random"), pageCount(issued)),
  );
}

/** The most issued certificates that fit whatever is revoked: every page holds the longest value there is. */
export async function largestRegistry(): Promise<number> {
  const worst = await worstPage();
  const registry: PublicationRegistry = {
    ...fleetRegistry(new Uint8Array(0), []),
    readDeniedSlots: async () => worst,
  };
  const pages = await largest(6_000, 8_000, 1, wanted => fits(registry, wanted));
  return pages * pageSize;
}

/** Half of the slots, anywhere: no run is worth coding, so the page is a bitmap of the full 684 characters. */
async function worstPage(): Promise<readonly DeniedSlot[]> {
  const registry = fleetRegistry(chooseSlots(pageSize, pageSize / 2, seeded(2)), []);
  return registry.readDeniedSlots("m1.0");
}

async function fits(registry: PublicationRegistry, pages: number): Promise<boolean> {
  try {
    await publishedBytes(registry, pages, storeLimits.storeBytes);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "edge_store.full") return false;
    throw error;
  }
}

/** Halves the interval until it is no wider than `within`. `fitting` must fit and `tooMuch` must not. */
async function largest(
  fitting: number,
  tooMuch: number,
  within: number,
  holds: (candidate: number) => Promise<boolean>,
): Promise<number> {
  if (!(await holds(fitting)) || (await holds(tooMuch)))
    throw new Error("the search began outside its limits");
  let [low, high] = [fitting, tooMuch];
  while (high - low > within) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
    say(`  … ${middle.toLocaleString("en-US")} ${low === middle ? "fit" : "do not fit"}`);
  }
  return low;
}
