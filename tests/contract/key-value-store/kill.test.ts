// What a write acknowledged is there after the process was killed, and what it did not finish is not there in part.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { kvsClient, startSubject, storeCalls } from "./subject.ts";

it("keeps every acknowledged UpdateKeys of a killed server, and none by halves", async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), "kvs-"));
  const program = join(import.meta.dirname, "killable.ts");
  const child = spawn(process.execPath, [program, stateDirectory], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const { url, arn } = JSON.parse(String(line));
  const client = kvsClient(url);
  const { update } = storeCalls(client, arn);
  let acknowledged = 0;
  const writing = (async () => {
    for (let call = 0; ; call += 1) {
      await update(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${call}-${n}`, ""])));
      acknowledged = call + 1;
      if (acknowledged === 10) child.kill("SIGKILL");
    }
  })();
  await expect(writing).rejects.toThrow();
  client.destroy();

  const after = await startSubject({ stateDirectory });
  const { keyCount } = after.server.replica(arn).meta();
  expect(keyCount % 50).toBe(0);
  expect(keyCount).toBeGreaterThanOrEqual(acknowledged * 50);
  await after.stop();
  await rm(stateDirectory, { recursive: true });
});
