// npm run local: the local cloud alone. `npm run local -- --fresh` forgets all data first.
import { runPrepared } from "./prepare.mjs";

runPrepared("packages/local/src/main.ts", ["local", ...process.argv.slice(2)]);
