// What PutEvents acknowledged is delivered even when the process is killed at once afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { expect, it } from "vitest";
import { functionArn, startSubject, until } from "./subject.ts";

it("delivers after the restart what a killed server had acknowledged", async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), "bus-"));
  const program = join(import.meta.dirname, "killable.ts");
  const child = spawn(process.execPath, [program, stateDirectory], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const client = new EventBridgeClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    endpoint: String(line).trim(),
  });
  await client.send(new PutRuleCommand({ Name: "r", EventPattern: '{"source":["test"]}' }));
  await client.send(new PutTargetsCommand({ Rule: "r", Targets: [{ Id: "t", Arn: functionArn }] }));
  const entry = { Source: "test", DetailType: "T", Detail: "{}" };
  const { Entries } = await client.send(new PutEventsCommand({ Entries: [entry, entry] }));
  child.kill("SIGKILL");
  await once(child, "exit");
  client.destroy();

  const after = await startSubject({ stateDirectory, clock: { now: () => new Date() } });
  await until(() => after.received.length === 2);
  expect(after.received.map(({ payload }) => Reflect.get(Object(payload), "id"))).toEqual(
    Entries?.map(result => result.EventId),
  );
  await after.stop();
  await rm(stateDirectory, { recursive: true });
});
