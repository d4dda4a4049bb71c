// What a function is to the local Lambda, and what an invocation of it answers.

export type FunctionDefinition = {
  readonly name: string;
  /** Absolute path of one ES module built by esbuild (`.mjs`). */
  readonly bundlePath: string;
  /** The export to call. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The access key id that stands for the function's role: the other local servers see it as the caller. */
  readonly accessKeyId: string;
  /** Whole seconds, 1 to 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240; default 1024. Past it the sandbox is killed. */
  readonly memoryMegabytes?: number;
  /** Sandboxes at once, throttled past it; 0 throttles every invocation, as at AWS. Without it nothing is throttled. */
  readonly reservedConcurrency?: number;
};

export type InvokeResult = {
  readonly requestId: string;
  /** `Unhandled` when the handler threw, timed out or took its sandbox with it; the payload then describes the error. */
  readonly functionError: "Unhandled" | undefined;
  /** JSON text. */
  readonly payload: string;
  /** The last 4 KB of this invocation's log, as `LogType: Tail` returns them. */
  readonly logTail: string;
};

/** Invokes synchronously. Throws AwsError when the invocation never reached the function. */
export type Invoke = (functionName: string, event: unknown) => Promise<InvokeResult>;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (asynchronous: 1 MB since October 2025). */
export const payloadLimits = {
  synchronousRequestBytes: 6_291_456,
  synchronousResponseBytes: 6_291_556,
  asynchronousRequestBytes: 1_048_576,
} as const;

export const defaultMemoryMegabytes = 1024;
/** How many sandboxes of a function this machine runs at once; further invocations wait. */
export const sandboxesAtOnce = 8;

export function functionArn(region: string, accountId: string, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}
