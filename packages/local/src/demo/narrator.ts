// Says what is happening, one line a step with the time it took, and names the step that failed.

export class StepFailedError extends Error {
  readonly step: string;
  constructor(step: string, cause: unknown) {
    super(`step failed: ${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.step = step;
  }
}

export type Narrator = {
  readonly say: (line: string) => void;
  /** Runs `work`, prints `name` with its duration and what it found worth saying. Throws StepFailedError. */
  readonly step: <T>(name: string, work: (note: (text: string) => void) => Promise<T>) => Promise<T>;
};

const column = 96;

export function narrator(write: (line: string) => void): Narrator {
  let number = 0;
  return {
    say: write,
    step: async (name, work) => {
      number += 1;
      const notes: string[] = [];
      const label = `${String(number).padStart(2)}  ${name}`;
      const started = performance.now();
      try {
        const value = await work(text => notes.push(text));
        write(`${label.padEnd(column)} ${duration(performance.now() - started).padStart(8)}`);
        for (const note of notes) write(`      ${note}`);
        return value;
      } catch (error) {
        write(`${label.padEnd(column)}   FAILED`);
        throw new StepFailedError(name, error);
      }
    },
  };
}

export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}
