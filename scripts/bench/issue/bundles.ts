// The size of what is deployed: one minified file for each function.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export type Bundle = { readonly name: string; readonly bytes: number };

export async function largestBundle(directory: string): Promise<Bundle> {
  const names = (await readdir(directory)).filter(name => name.endsWith(".mjs"));
  const bundles = await Promise.all(
    names.map(async name => ({ name, bytes: (await stat(join(directory, name))).size })),
  );
  return bundles.reduce((largest, bundle) => (bundle.bytes > largest.bytes ? bundle : largest));
}
