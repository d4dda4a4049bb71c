// A local cloud in a process of its own, which a test may kill -9. Its first line says where everything is; each line
// on its standard input is a delay to put on the next call of an operation: `<operation> <milliseconds>`.
import { createInterface } from "node:readline";
import { startLocalCloud } from "#local/cloud/local-cloud.ts";
import { freePorts } from "#local/cloud/settings.ts";
import { faultInjector } from "#local/wire/faults.ts";
import { testBundles } from "./test-bundles.ts";

const [stateDirectory = ""] = process.argv.slice(2);
const faults = faultInjector();
const cloud = await startLocalCloud({
  bundleDirectory: testBundles,
  ports: freePorts,
  stateDirectory,
  durable: true,
  faults,
});
const { urls, access, hierarchy } = cloud;
const token = await cloud.operatorToken();
console.log(JSON.stringify({ urls, access: { ...access, token }, caArn: hierarchy.issuing.arn }));
for await (const line of createInterface(process.stdin)) {
  const [operation = "", ms = ""] = line.split(" ");
  faults.next(operation, { kind: "delay", ms: Number(ms) });
  console.log("armed");
}
