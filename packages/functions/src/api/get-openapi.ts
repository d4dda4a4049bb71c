// GET /openapi.json: the document that this very build was made with. Open to every caller; it reads nothing.
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { openApiDocument } from "../openapi/document.ts";

const headers = { "cache-control": "public, max-age=300" };

export function getOpenapiRoute(): Route {
  const body = openApiDocument();
  return async () => ({ status: 200, headers, body });
}

export const handler = lazily(() => httpHandler("GET /openapi.json", getOpenapiRoute()));
