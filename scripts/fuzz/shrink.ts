// Makes a failing body smaller while it fails in the same way: halves are cut out, then quarters, and so on.
import type { Input } from "./bodies.ts";
import type { Failure } from "./run.ts";
import { tryInput } from "./run.ts";

const mostTries = 400;

export async function shrink({ input, kind }: Pick<Failure, "input" | "kind">): Promise<Input> {
  let best = input;
  let tries = 0;
  for (let size = Math.ceil(best.body.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.body.length && tries < mostTries; tries += 1) {
      const body = Uint8Array.from([...best.body.slice(0, at), ...best.body.slice(at + size)]);
      const smaller = { ...best, body };
      if ((await tryInput(smaller, kind === "slow")).failure?.kind === kind) best = smaller;
      else at += size;
    }
  }
  return best;
}
