// npm run doctor -- --stack <file>: is this deployment what it should be? Looks, and changes nothing.
import { runPrepared } from "./prepare.mjs";

runPrepared("scripts/doctor/main.ts", process.argv.slice(2), { java: false });
