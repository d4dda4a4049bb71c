// Reads a page key back; for writers only, the edge never needs it.

/** The inverse of `pageKey`. Throws for a text that it does not make. */
export function parsePageKey(key: string): { readonly authorityId: string; readonly page: number } {
  const [, authorityId, page] = /^([a-z][a-z0-9]+)\.(0|[1-9a-f][0-9a-f]*)$/.exec(key) ?? [];
  if (authorityId === undefined || page === undefined) throw new Error(`not a page key: ${key}`);
  return { authorityId, page: Number.parseInt(page, 16) };
}
