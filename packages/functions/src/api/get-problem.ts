// GET /problems/{code}: the page that a problem's `type` leads to. Open to every caller; the build puts the pages in.
import { fail } from "#core/error.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

/** Markdown by name, without `.md`. */
export type Pages = Readonly<Record<string, string>>;

/** docs/problems, as the bundler's `define` writes it. */
declare const PROBLEM_PAGES: Pages;

const headers = { "cache-control": "public, max-age=3600" };

export function getProblemRoute(pages: Pages): Route {
  const byName = new Map(Object.entries(pages));
  return async event => {
    // Pages link to each other by file name.
    const name = (event.pathParameters?.["code"] ?? "").replace(/\.md$/, "");
    const text = byName.get(name);
    if (text === undefined) return fail("resource.not_found", { kind: "problem" });
    return { status: 200, headers, mediaType: "text/markdown; charset=utf-8", text };
  };
}

export const handler = lazily(() => httpHandler("GET /problems/{code}", getProblemRoute(PROBLEM_PAGES)));
