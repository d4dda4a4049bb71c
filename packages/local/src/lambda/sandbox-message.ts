// What passes between the Lambda server and the worker thread that is a sandbox, and the crash points it may carry.

/** Where a test ends a sandbox: around one of the HTTP requests that the function sends. */
export type CrashPoint = {
  /** A substring of the request's `X-Amz-Target`, or of `METHOD path`. */
  readonly match: string;
  /** `before-send`: the request never leaves. `after-response`: it was served, the function never sees the reply. */
  readonly when: "before-send" | "after-response";
  /** 1 for the first matching request, counted over all sandboxes of the function from arming on. */
  readonly occurrence: number;
};

/** A crash point and the count that all sandboxes share (one Int32). */
export type ArmedCrashPoint = CrashPoint & { readonly id: string; readonly count: SharedArrayBuffer };

export type SandboxData = {
  readonly bundlePath: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** One Int32: 0 keeps an idle sandbox frozen, 1 lets it run. */
  readonly gate: SharedArrayBuffer;
  /** One BigInt64, milliseconds added to the sandbox's clock; undefined leaves `Date` alone. */
  readonly clockOffsetMs: SharedArrayBuffer | undefined;
  readonly crashPoints: readonly ArmedCrashPoint[];
};

export type ToSandbox =
  | {
      readonly kind: "invoke";
      readonly requestId: string;
      readonly payload: string;
      readonly timeoutMs: number;
    }
  | { readonly kind: "arm"; readonly crashPoint: ArmedCrashPoint };

/** One request of an invocation that was answered; milliseconds since the handler was called. */
export type TimedCall = {
  /** `X-Amz-Target`, or `METHOD path`. */
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
};

export type FromSandbox =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly text: string }
  | { readonly kind: "returned"; readonly payload: string; readonly calls: readonly TimedCall[] }
  | { readonly kind: "threw"; readonly payload: string; readonly calls: readonly TimedCall[] }
  /** The runtime itself is going down (failed start, uncaught exception); the exit follows. */
  | { readonly kind: "dying"; readonly payload: string }
  | { readonly kind: "crash-point"; readonly id: string };
