// The page behind a problem's `type`, by the name a problem or another page calls it.
import { expect, it } from "vitest";
import { getProblemRoute } from "#functions/api/get-problem.ts";
import { rootLogger } from "#functions/log.ts";
import { anHttpEvent } from "#support/http-event.ts";

const route = getProblemRoute({ "lot.revoked": "# lot.revoked\n", findings: "# Findings\n" });
const get = (code: string) =>
  route({ ...anHttpEvent(), pathParameters: { code } }, { requestId: "r1", logger: rootLogger });

it.each([
  { code: "lot.revoked", text: "# lot.revoked\n" },
  { code: "lot.revoked.md", text: "# lot.revoked\n" },
  { code: "findings", text: "# Findings\n" },
])("$code is Markdown that may be kept", async ({ code, text }) => {
  expect(await get(code)).toEqual({
    status: 200,
    headers: { "cache-control": "public, max-age=3600" },
    mediaType: "text/markdown; charset=utf-8",
    text,
  });
});

it.each(["", "lot", ".md", "lot.revoked.md.md", "../findings", "constructor", "__proto__"])(
  "%j is a 404",
  async code => {
    await expect(get(code)).rejects.toThrow(
      expect.objectContaining({ code: "resource.not_found", data: { kind: "problem" } }),
    );
  },
);
