// npm test: everything. Installs first where needed, so that a fresh clone needs one command.
import { runPrepared } from "./prepare.mjs";

runPrepared("scripts/test.ts", process.argv.slice(2));
