// The AWS CLI, a client of another language and SDK, against the same server.
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { functionArn, startSubject, until } from "./subject.ts";

const present = spawnSync("aws", ["--version"]).status === 0;
const run = promisify(execFile);
const { PATH } = process.env;

it.skipIf(!present)(
  "drives a rule, a target and an event (skipped where `aws` is not installed)",
  async () => {
    const subject = await startSubject();
    const aws = async (...args: string[]) => {
      const { stdout } = await run(
        "aws",
        ["events", ...args, "--endpoint-url", subject.server.url, "--output", "json"],
        {
          env: {
            PATH,
            HOME: "/nonexistent",
            AWS_ACCESS_KEY_ID: "test",
            AWS_SECRET_ACCESS_KEY: "test",
            AWS_DEFAULT_REGION: "us-east-1",
          },
        },
      );
      return stdout === "" ? undefined : JSON.parse(stdout);
    };
    const rule = await aws("put-rule", "--name", "r", "--event-pattern", '{"source":["cli"]}');
    expect(rule.RuleArn).toBe("arn:aws:events:us-east-1:123456789012:rule/r");
    await aws("put-targets", "--rule", "r", "--targets", `Id=t,Arn=${functionArn}`);
    const entry = { Source: "cli", DetailType: "T", Detail: "{}", Time: "2026-02-03T04:05:06Z" };
    expect((await aws("put-events", "--entries", JSON.stringify([entry]))).FailedEntryCount).toBe(0);
    await until(() => subject.received.length === 1);
    expect(subject.received[0]?.payload).toMatchObject({ source: "cli", time: "2026-02-03T04:05:06Z" });
    await expect(aws("describe-rule", "--name", "missing")).rejects.toThrow("ResourceNotFoundException");
    await subject.stop();
  },
);
