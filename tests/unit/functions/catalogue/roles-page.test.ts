// docs/roles.md says what the grants say.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { rolesPage } from "../../../../scripts/roles-page.ts";

it("docs/roles.md is up to date: otherwise run `npm run schemas`", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/roles.md"), "utf8");
  expect(page).toBe(rolesPage());
});
