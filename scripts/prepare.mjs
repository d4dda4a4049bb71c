// Readies the machine for any of the project's commands, on whatever Node the user has: checks versions, installs
// dependencies when the lock file has changed, then runs the given TypeScript file on the project's own Node.
// Plain JavaScript of an old dialect on purpose: this is the file that must explain an old Node instead of failing on it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function stop(message) {
  console.error(`edgecert: ${message}`);
  process.exit(1);
}

/** Why this Node cannot run the project's tools; undefined when it can. `version` is such as `18.19.1`. */
export function nodeComplaint(version) {
  if (Number(version.split(".")[0]) >= 20) return undefined;
  return `Node ${version} is too old. Install Node 20 or newer (https://nodejs.org) and run this again.`;
}

/** Why DynamoDB Local cannot run; undefined when it can. `answer` is what `java -version` came to. */
export function javaComplaint(answer) {
  const hint =
    "Install a Java runtime 17 or newer (Debian, Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install openjdk) and run this again.";
  const version = /version "(\d+)(?:\.(\d+))?/.exec(`${answer.stderr}${answer.stdout}`);
  // macOS ships a `java` that only says where to get one.
  if (answer.error || version === null) return `Java is missing; DynamoDB Local needs it. ${hint}`;
  const major = Number(version[1] === "1" ? version[2] : version[1]);
  return major < 17 ? `Java ${major} is too old for DynamoDB Local. ${hint}` : undefined;
}

function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const mark = join(root, "node_modules", ".edgecert-installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  const started = Date.now();
  console.log("Installing dependencies (npm ci, about a minute the first time) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.status !== 0) stop("npm ci failed; its own message is above. Nothing else was changed.");
  writeFileSync(mark, lock);
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** Runs `script` (a path from the root) with `args` on the project's Node and exits with its code. */
export function runPrepared(script, args, options) {
  const complaint =
    nodeComplaint(process.versions.node) ??
    (options?.java === false
      ? undefined
      : javaComplaint(spawnSync("java", ["-version"], { encoding: "utf8" })));
  if (complaint !== undefined) stop(complaint);
  install();
  const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(node))
    stop("node_modules/node holds no Node: run npm ci with install scripts allowed for the package node.");
  const child = spawn(node, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  // Ctrl-C reaches the child by itself (same terminal); this process only waits for it to clean up.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(signal === "SIGINT" ? 130 : (code ?? 1)));
}
