// With EDGECERT_GRANT_USES=<file>, every grant that a function of a test cloud uses is written there once, a line each:
// `scripts/unused-grants.ts` tells which grants no test needs.
import { appendFileSync } from "node:fs";
import type { GrantUse } from "#local/access/authorise.ts";

const file = process.env["EDGECERT_GRANT_USES"];
const written = new Set<string>();

export const recordGrantUse =
  file === undefined
    ? undefined
    : ({ functionName, use }: GrantUse): void => {
        const line = `${functionName} ${use}`;
        if (written.has(line)) return;
        written.add(line);
        appendFileSync(file, `${line}\n`);
      };
