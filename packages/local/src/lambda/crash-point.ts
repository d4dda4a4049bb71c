// Keeps the crash points that tests armed: which fired, and how to take one back.
import { randomUUID } from "node:crypto";
import type { ArmedCrashPoint, CrashPoint } from "./sandbox-message.ts";

export type CrashWatch = {
  /** Resolves when the sandbox has been ended at this point. */
  readonly fired: Promise<void>;
  /** Takes the point back; without effect once it has fired. */
  readonly disarm: () => void;
};

export type CrashPoints = {
  readonly arm: (crashPoint: CrashPoint) => { readonly armed: ArmedCrashPoint; readonly watch: CrashWatch };
  readonly onFired: (id: string) => void;
};

// A count from which no occurrence can be met any more.
const past = 1_000_000_000;

export function crashPoints(): CrashPoints {
  const waiting = new Map<string, () => void>();
  return {
    arm: crashPoint => {
      const armed = { ...crashPoint, id: randomUUID(), count: new SharedArrayBuffer(4) };
      const fired = Promise.withResolvers<void>();
      waiting.set(armed.id, fired.resolve);
      const disarm = (): void => {
        Atomics.store(new Int32Array(armed.count), 0, past);
      };
      return { armed, watch: { fired: fired.promise, disarm } };
    },
    onFired: id => {
      waiting.get(id)?.();
      waiting.delete(id);
    },
  };
}
