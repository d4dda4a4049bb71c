// npm run demo: the lifecycle once, on free ports and in a directory of its own; exits 0 only if every step held.
import { runPrepared } from "./prepare.mjs";

runPrepared("packages/local/src/main.ts", ["demo", ...process.argv.slice(2)]);
