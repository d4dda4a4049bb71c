// What a newcomer meets: a missing Java, an old Node, a busy port, Ctrl-C at any moment. Each ends with one clear line
// or at once, and never leaves a process behind.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { startLocalCloud } from "#local/cloud/local-cloud.ts";
import { freePorts } from "#local/cloud/settings.ts";
import { PortBusyError } from "#local/wire/listen.ts";
import { until } from "#support/local-cloud.ts";
import { testBundles } from "#support/test-bundles.ts";
import { javaComplaint, nodeComplaint } from "../../scripts/prepare.mjs";

// Some of these start a whole cloud more than once.
vi.setConfig({ testTimeout: 180_000 });

const root = join(import.meta.dirname, "../..");
const directory = mkdtempSync(join(tmpdir(), "edgecert-start-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Where /proc tells; elsewhere the other expectations must do. */
function processesWith(text: string): readonly string[] {
  const ids = readdirSync("/proc").filter(name => /^\d+$/.test(name));
  return ids.filter(id => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, "utf8").includes(text);
    } catch {
      // It ended while we looked.
      return false;
    }
  });
}
const canLook = process.platform === "linux";

describe("before anything starts", () => {
  test.each(["12.22.12", "18.20.4", "19.9.0"])(
    "Node %s is told to be too old, and what to install",
    version => {
      expect(nodeComplaint(version)).toMatch(new RegExp(`^Node ${version} is too old. Install Node 20`));
    },
  );

  test.each(["20.0.0", "24.21.0", "30.1.0"])("Node %s will do", version => {
    expect(nodeComplaint(version)).toBeUndefined();
  });

  test.each([
    ["java 8", 'java version "1.8.0_412"', /^Java 8 is too old/],
    ["java 16", 'openjdk version "16.0.2" 2021-07-20', /^Java 16 is too old/],
    [
      "the stub of macOS",
      "The operation couldn't be completed. Unable to locate a Java Runtime.",
      /^Java is missing/,
    ],
  ])("%s is refused with a hint", (_, stderr, complaint) => {
    expect(javaComplaint({ stdout: "", stderr })).toMatch(complaint);
  });

  test.each(['openjdk version "17.0.11" 2024-04-16', 'openjdk version "25" 2025-09-16'])(
    "%s will do",
    stderr => {
      expect(javaComplaint({ stdout: "", stderr })).toBeUndefined();
    },
  );

  test("without Java on the PATH the start ends with one line that says what to install", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/start.mjs")], {
      env: { PATH: directory },
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^edgecert: Java is missing; .*apt install openjdk-17-jre-headless.*\n$/);
  });
});

describe("a busy port", () => {
  test.each(["dynamodb", "queues", "content"] as const)(
    "for %s is named, and nothing is left running",
    async service => {
      const holder = createServer();
      await new Promise<void>(resolve => holder.listen(0, "127.0.0.1", resolve));
      const address = holder.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const stateDirectory = mkdtempSync(join(directory, "busy-"));
      const started = startLocalCloud({
        bundleDirectory: testBundles,
        ports: { ...freePorts, [service]: port },
        stateDirectory,
        durable: true,
      });
      await expect(started).rejects.toThrow(PortBusyError);
      await expect(started).rejects.toThrow(`port ${port} for`);
      holder.close();
      if (canLook) expect(processesWith(stateDirectory)).toEqual([]);
    },
  );
});

type Started = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
};

function start(command: string, stateDirectory: string): Started {
  const main = join(root, "packages/local/src/main.ts");
  const child = spawn(process.execPath, [main, command, "--data", stateDirectory], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (text += String(chunk)));
  const exited = new Promise<number | null>(resolve => child.once("exit", resolve));
  return { child, output: () => text, exited };
}

/** How long it took from the signal to the end, and with which code. */
async function interrupt({
  child,
  exited,
}: Started): Promise<{ readonly code: number | null; readonly ms: number }> {
  const asked = performance.now();
  child.kill("SIGINT");
  return { code: await exited, ms: performance.now() - asked };
}

describe("Ctrl-C", () => {
  const data = join(directory, "data");

  test.each(["starting DynamoDB Local"])(
    "at '%s' ends the start within seconds with code 130, and no process stays",
    async moment => {
      const started = start("start", data);
      await until(() => started.output().includes(moment), 60_000);
      const { code, ms } = await interrupt(started);
      expect({ code, output: started.output() }).toMatchObject({
        code: 130,
        output: expect.stringContaining("Interrupted"),
      });
      expect(ms).toBeLessThan(8_000);
      if (canLook) expect(processesWith(data)).toEqual([]);
    },
  );

  test("is not needed for the database to end: it goes when its user is killed", async () => {
    const started = start("local", data);
    await until(() => started.output().includes("Serving."), 60_000);
    started.child.kill("SIGKILL");
    await started.exited;
    if (canLook) await until(() => processesWith(data).length === 0);
  });

  test("while the next start serves the same data ends it with code 0", async () => {
    const started = start("local", data);
    await until(() => started.output().includes("Serving."), 60_000);
    const { code, ms } = await interrupt(started);
    expect({ code, output: started.output() }).toMatchObject({
      code: 0,
      output: expect.stringContaining("Stopping"),
    });
    expect(ms).toBeLessThan(8_000);
    if (canLook) expect(processesWith(data)).toEqual([]);
  });
});
