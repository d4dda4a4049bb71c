import { join } from "node:path";

/** Where a test run keeps the Lambda bundles that its local clouds share. */
export const testBundles = join(import.meta.dirname, "../../dist/test-functions");
