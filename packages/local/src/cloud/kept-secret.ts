// A secret of this state directory, as SST's `Secret` would hold it: made at the first start, and the same ever after.
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

export function keptSecret(file: string): string {
  try {
    // Whoever comes second finds the file there and reads it.
    writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}
