// The bundles as they are deployed: a cold start reads all of one, so each has a bound (issue 4: a megabyte).
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import { testBundles } from "#support/test-bundles.ts";

const mostBytes = 1_000_000;
const names = Object.keys(functionCatalogue);
const pathOf = (name: string): string => join(testBundles, `${name}.mjs`);

test.each(names)("%s is under a megabyte, minified", name => {
  expect(statSync(pathOf(name)).size).toBeLessThan(mostBytes);
});

test.each(names)("%s holds one way to its credentials: the role's own", name => {
  const text = readFileSync(pathOf(name), "utf8");
  for (const absent of ["sso_session", "role_arn", "web_identity_token_file"])
    expect(text).not.toContain(absent);
});
