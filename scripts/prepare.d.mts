// The types of prepare.mjs, which stays JavaScript of an old dialect so that an old Node can run it.

export function nodeComplaint(version: string): string | undefined;
export function javaComplaint(answer: {
  readonly error?: Error;
  readonly stdout: string;
  readonly stderr: string;
}): string | undefined;
export function runPrepared(
  script: string,
  args: readonly string[],
  options?: { readonly java?: boolean },
): void;
