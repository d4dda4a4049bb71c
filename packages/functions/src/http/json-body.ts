// The body of a JSON route: media type, size, syntax and schema, each refused with its own code.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { z } from "zod";
import { findingsShown } from "#core/csr/limits.ts";
import { type Finding, fail } from "#core/error.ts";

export const bodyLimitBytes = 65_536;

/** Parses the body as JSON. Refuses with `request.media_type_unsupported`, `request.too_large`, `request.malformed`. */
export function readJson(event: APIGatewayProxyEventV2): unknown {
  const mediaType = (event.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json")
    fail("request.media_type_unsupported", { expected: "application/json" });
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.byteLength > bodyLimitBytes) fail("request.too_large", { limitBytes: bodyLimitBytes });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return fail(
      "request.malformed",
      { findings: [finding("json.syntax", "the body is not JSON in UTF-8", [])] },
      error,
    );
  }
}

/** The issues of the schema as findings with their JSON Pointers, at most as many as a CSR may earn. */
export function findingsOf(error: z.ZodError): readonly Finding[] {
  return error.issues
    .flatMap(issue =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map(key => unknownMember(issue.path, key))
        : [finding(`schema.${issue.code}`, issue.message, issue.path)],
    )
    .slice(0, findingsShown);
}

/** A name is the caller's text, a pasted key perhaps (threat B8): the answer repeats it only while it is short. */
const longestNameShown = 32;

function unknownMember(path: readonly PropertyKey[], name: string): Finding {
  return name.length <= longestNameShown
    ? finding("schema.unrecognized_keys", "there is no such member", [...path, name])
    : finding("schema.unrecognized_keys", `no member has a name of ${name.length} characters`, path);
}

/** Refuses with `request.malformed` and all findings. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) fail("request.malformed", { findings: findingsOf(parsed.error) });
  return parsed.data;
}

function finding(code: string, detail: string, path: readonly PropertyKey[]): Finding {
  const pointer = path.map(part => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return { code, detail, pointer };
}
