// What senders validate against is what the handlers validate with.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedSchemas } from "#core/event/published-schemas.ts";

test.each(Object.entries(publishedSchemas()))(
  "docs/events/%s is up to date (npm run schemas)",
  (file, schema) => {
    const published = readFileSync(join(import.meta.dirname, "../../../../docs/events", file), "utf8");
    expect(JSON.parse(published)).toEqual(schema);
  },
);
