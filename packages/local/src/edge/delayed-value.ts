// A setting that reaches the edge some time after it was made, as deployments of a distribution do.
import type { Clock } from "../wire/clock.ts";

export type DelayedValue<T> = {
  readonly current: () => T;
  /** Takes effect `delayMilliseconds` of the clock from now; later settings never overtake earlier ones. */
  readonly set: (value: T) => void;
};

/** `onApplied` is called once for each value that takes effect, with the one that it replaces. */
export function delayedValue<T>(
  initial: T,
  clock: Clock,
  delayMilliseconds: number,
  onApplied: (applied: T, replaced: T) => void,
): DelayedValue<T> {
  let value = initial;
  const pending: { readonly value: T; readonly effectiveAt: number }[] = [];
  const current = (): T => {
    for (
      let next = pending[0];
      next !== undefined && next.effectiveAt <= clock.now().getTime();
      next = pending[0]
    ) {
      pending.shift();
      const replaced = value;
      value = next.value;
      onApplied(value, replaced);
    }
    return value;
  };
  return {
    current,
    set: next => {
      pending.push({ value: next, effectiveAt: clock.now().getTime() + delayMilliseconds });
      current();
    },
  };
}
