// One call of a built edge function, and what must come of it. Plain JSON, so that any engine can run it.

export type Fault = "no-store" | "get-fails" | "exists-fails" | "exists-answers-nothing" | "log-fails";

export type Vector = {
  readonly name: string;
  /** The connection object without its methods, or the viewer-request event. */
  readonly event: unknown;
  /** Keys of the store that differ from the common ones; null removes. */
  readonly store?: Readonly<Record<string, string | null>>;
  readonly fault?: Fault;
  readonly reason: string;
};

export type Outcome = {
  /** Calls of `allow` and `deny`, in order. Empty for a viewer-request function. */
  readonly calls: readonly string[];
  /** What the function logged, each text as it was given. */
  readonly log: readonly string[];
  readonly storeReads: number;
  /** What the handler returned, or the text of what it threw. */
  readonly returned?: unknown;
  readonly thrown?: string;
};

/** The mildest answers: one who passes is `good` or `anonymous`. */
export function isAdmission(reason: string): boolean {
  return reason === "good" || reason === "anonymous";
}
