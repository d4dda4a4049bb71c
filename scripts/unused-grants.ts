// Which grants no test needs. Run the tests that start a cloud with EDGECERT_GRANT_USES=<file>, then:
// `node scripts/unused-grants.ts <file>`. What is listed is dropped, or has its reason beside the grant.
import { readFileSync } from "node:fs";
import { type FunctionName, functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import { functionGrants } from "#functions/catalogue/grants.ts";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node scripts/unused-grants.ts <file that the tests wrote>");
  process.exit(2);
}
const used = new Set(readFileSync(file, "utf8").split("\n"));

let grantCount = 0;
let unusedCount = 0;
// The catalogue is a constant: its keys are the names.
for (const name of Object.keys(functionCatalogue) as readonly FunctionName[]) {
  const all = new Set(
    functionGrants[name].flatMap(({ actions, on, partitions }) =>
      actions.flatMap(
        action => partitions?.map(partition => `${action} ${on} ${partition}`) ?? [`${action} ${on}`],
      ),
    ),
  );
  const unused = [...all].filter(use => !used.has(`${name} ${use}`));
  grantCount += all.size;
  unusedCount += unused.length;
  if (unused.length > 0) console.log(`${name}\n${unused.map(use => `  ${use}`).join("\n")}`);
}
console.log(`${unusedCount} of ${grantCount} grants unused`);
