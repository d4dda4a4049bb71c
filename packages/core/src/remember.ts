// Keeps what a read answered for a short while, for values whose age is allowed to be that. One worker's memory.

export type RememberOptions = {
  readonly keepMs: number;
  readonly now: () => Date;
};

/** Of so many keys; the one that was read first makes room. */
const mostKeys = 256;

export type Remembered<T> = {
  (key: string): Promise<T>;
  /** Reads again, and keeps the answer from now on. */
  readonly anew: (key: string) => Promise<T>;
};

/** Calls that come at once share one read. A read that fails is not kept, nor is an answer that `keeps` says no to. */
export function remember<T>(
  read: (key: string) => Promise<T>,
  { keepMs, now }: RememberOptions,
  keeps: (answer: T) => boolean = () => true,
): Remembered<T> {
  const known = new Map<string, { readonly answer: Promise<T>; readonly readAt: number }>();

  function anew(key: string): Promise<T> {
    const entry = { answer: read(key), readAt: now().getTime() };
    const forget = (): void => {
      if (known.get(key) === entry) known.delete(key);
    };
    known.delete(key);
    known.set(key, entry);
    entry.answer.then(answer => keeps(answer) || forget(), forget);
    const [oldest] = known.keys();
    if (known.size > mostKeys && oldest !== undefined) known.delete(oldest);
    return entry.answer;
  }

  const recall = (key: string): Promise<T> => {
    const entry = known.get(key);
    const age = entry === undefined ? Number.POSITIVE_INFINITY : now().getTime() - entry.readAt;
    // A clock that was set back makes no answer younger.
    return entry !== undefined && age >= 0 && age <= keepMs ? entry.answer : anew(key);
  };
  return Object.assign(recall, { anew });
}
