// Writes what others build against, from the schemas that validate: the events that edgecert takes, and the API. Also the
// page of the functions' roles, from their grants.
// `npm run schemas`; a test fails when a file is out of date.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { publishedSchemas } from "#core/event/published-schemas.ts";
import { openApiDocument } from "#functions/openapi/document.ts";
import { rolesPage } from "./roles-page.ts";

const documents: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    Object.entries(publishedSchemas()).map(([file, schema]) => [`events/${file}`, schema]),
  ),
  "openapi.json": openApiDocument(),
};

for (const [file, content] of Object.entries(documents)) {
  const path = join(import.meta.dirname, "../docs", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`);
  console.log(`docs/${file}`);
}

writeFileSync(join(import.meta.dirname, "../docs/roles.md"), rolesPage());
console.log("docs/roles.md");
