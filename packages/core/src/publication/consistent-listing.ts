// The whole content of the edge store as it was at one moment.
import { fail } from "#core/error.ts";
import type { EdgeStore, StoreListing } from "./ports.ts";

const mostTries = 5;

/** Lists again while the content moves; refuses with `edge_store.contended` when it does not hold still. */
export async function consistentListing(store: Pick<EdgeStore, "list">): Promise<StoreListing> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const listing = await store.list();
    if (listing !== undefined) return listing;
  }
  return fail("edge_store.contended", { retryAfterSeconds: 10 });
}
