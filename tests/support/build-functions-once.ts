// Builds the Lambda bundles once for all the local clouds of a test run.
import { buildFunctions } from "#functions/build/build-functions.ts";
import { testBundles } from "./test-bundles.ts";

export async function setup(): Promise<void> {
  await buildFunctions(testBundles);
}
