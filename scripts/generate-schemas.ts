// Writes the JSON Schemas of the events that edgecert takes, from the schemas that validate them.
// `npm run schemas`; a test fails when they are out of date.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishedSchemas } from "#core/event/published-schemas.ts";

const directory = join(import.meta.dirname, "../docs/events");
mkdirSync(directory, { recursive: true });
for (const [file, schema] of Object.entries(publishedSchemas())) {
  writeFileSync(join(directory, file), `${JSON.stringify(schema, undefined, 2)}\n`);
  console.log(`docs/events/${file}`);
}
