// npm start: the local cloud, the guided lifecycle, then serving until Ctrl-C.
import { runPrepared } from "./prepare.mjs";

runPrepared("packages/local/src/main.ts", ["start", ...process.argv.slice(2)]);
