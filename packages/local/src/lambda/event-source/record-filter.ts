// FilterCriteria of a mapping: the event bus's patterns, any of which lets a record through.

import type { Json } from "../../event-bus/json.ts";
import { compilePattern, matchesPattern } from "../../event-bus/pattern.ts";

export type RecordFilter = (record: Json) => boolean;

/** Compiles the patterns; without any, every record passes. Throws InvalidEventPatternException. */
export function recordFilter(patterns: readonly string[] | undefined): RecordFilter {
  if (patterns === undefined || patterns.length === 0) return () => true;
  const compiled = patterns.map(compilePattern);
  return record => compiled.some(pattern => matchesPattern(pattern, record));
}
