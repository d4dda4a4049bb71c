// Ctrl-C, a polite kill and a closed terminal: the first asks for an orderly end, the second gets the system's own.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Aborts at the first of them; from then on another one ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    for (const name of signals) process.off(name, interrupt);
    controller.abort(new Error("interrupted"));
  };
  for (const name of signals) process.on(name, interrupt);
  return controller.signal;
}

/** Resolves when the signal is aborted, at once when it was before. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** What `work` comes to, or a rejection with the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const interrupted = aborted(signal).then(() => Promise.reject(signal.reason));
  return Promise.race([interrupted, work]);
}
