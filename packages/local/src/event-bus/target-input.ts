// What a target receives of an event: all of it, a constant (Input), or a part of it (InputPath). Pure.
import type { EventEnvelope } from "./envelope.ts";
import type { Target } from "./input.ts";
import { isList, isObject, type Json } from "./json.ts";

/** The payload for `target`. A path that leads nowhere gives null. */
export function payloadFor(target: Pick<Target, "Input" | "InputPath">, event: EventEnvelope): Json {
  // PutTargets has refused an Input that is not JSON.
  if (target.Input !== undefined) return JSON.parse(target.Input) as Json;
  const path = target.InputPath === undefined ? [] : (parseInputPath(target.InputPath) ?? []);
  return path.reduce<Json>(memberOf, event);
}

/** `$.detail.items[0].id` as its steps; undefined for anything but names and indexes, which is all that is taken. */
export function parseInputPath(path: string): readonly (string | number)[] | undefined {
  if (!/^\$(?:\.[\w-]+|\[\d+\]|\['[^']+'\])*$/.test(path)) return undefined;
  const steps = path.slice(1).matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g);
  return [...steps].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? "") : Number(index),
  );
}

function memberOf(value: Json, step: string | number): Json {
  if (typeof step === "number") return isList(value) ? (value[step] ?? null) : null;
  return isObject(value) && Object.hasOwn(value, step) ? (value[step] ?? null) : null;
}
