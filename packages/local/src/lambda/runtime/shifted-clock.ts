// Moves a sandbox's wall clock by an offset that the test owns. Monotonic clocks and timers stay real.

/** Replaces the global `Date`; `offsetMs` holds one BigInt64, read at every call so that time can move mid-run. */
export function shiftClock(offsetMs: SharedArrayBuffer): void {
  const offset = new BigInt64Array(offsetMs);
  const RealDate = Date;
  const realNow = RealDate.now;
  const now = (): number => realNow() + Number(Atomics.load(offset, 0));
  RealDate.now = now;
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: target => new target(now()).toString(),
  });
  RealDate.prototype.constructor = ShiftedDate;
  globalThis.Date = ShiftedDate;
}
