// Runs a program for as long as somebody holds this process's standard input open. A parent that is killed cannot stop
// its children; the system closes its end of the pipe, and that is enough.
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);
const graceMs = 3_000;

const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
child.once("error", error => {
  console.error(error.message);
  process.exit(127);
});
child.once("exit", code => process.exit(code ?? 1));

const end = (): void => {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
};
process.stdin.once("close", end).resume();
// The parent decides when; a terminal that closes, or a polite kill of the group, comes through it.
process.on("SIGINT", () => {});
process.once("SIGHUP", end);
process.once("SIGTERM", end);
