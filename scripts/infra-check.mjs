// npm run infra:check: the deployment's types and resource graph, without AWS. Installs first where needed.
import { runPrepared } from "./prepare.mjs";

runPrepared("scripts/infra-check.ts", process.argv.slice(2), { java: false });
