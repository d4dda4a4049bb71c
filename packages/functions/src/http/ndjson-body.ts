// Bodies of one JSON text per line (NDJSON). A line that is broken costs its own result and no other's.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { z } from "zod";
import { type Finding, fail } from "#core/error.ts";
import { findingsOf } from "./json-body.ts";

export const ndjsonType = "application/x-ndjson";

/**
 * Lambda takes an event of 6,291,456 bytes, and the gateway hands on what is not text in base64. These are 6,000,000
 * bytes of it, which leaves room for 10,240 of headers and for the origin certificate.
 */
export const ndjsonLimitBytes = 4_500_000;

/** As a body of its own would have. */
export const lineLimitBytes = 65_536;

export type NdjsonLine = { readonly line: number } & LineContent;

type LineContent =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "malformed"; readonly finding: Finding };

const lineFeed = 0x0a;
const blank = new Set([0x09, 0x0d, 0x20]);
const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * The lines that hold anything, numbered from 1 as an editor numbers them; blank ones are passed over. Lines end with
 * LF or CRLF, the last one perhaps with neither; a byte order mark in front is passed over (RFC 8259, 8.1).
 * Refuses with `request.media_type_unsupported`, `request.too_large` and `request.malformed`.
 */
export function readNdjson(event: APIGatewayProxyEventV2, mostLines: number): readonly NdjsonLine[] {
  const mediaType = (event.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (mediaType !== ndjsonType) fail("request.media_type_unsupported", { expected: ndjsonType });
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (body.byteLength > ndjsonLimitBytes) fail("request.too_large", { limitBytes: ndjsonLimitBytes });
  const marked = byteOrderMark.every((byte, index) => body[index] === byte);
  const lines = splitLines(marked ? body.subarray(byteOrderMark.length) : body, mostLines);
  if (lines.length === 0) refuse(finding("ndjson.empty", "the body has no line with anything in it"));
  if (lines.length > mostLines) refuse(finding("ndjson.too_many_lines", `at most ${mostLines} lines`));
  return lines.map(({ line, bytes }) => ({ line, ...readLine(bytes) }));
}

export type ParsedLine<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly findings: readonly Finding[] };

export function parseLine<S extends z.ZodType>(line: NdjsonLine, schema: S): ParsedLine<z.infer<S>> {
  if (line.kind === "malformed") return { success: false, findings: [line.finding] };
  const parsed = schema.safeParse(line.value);
  if (parsed.success) return { success: true, data: parsed.data };
  return { success: false, findings: findingsOf(parsed.error) };
}

type RawLine = { readonly line: number; readonly bytes: Uint8Array };

/**
 * Gives up beyond `mostLines`: a body of line feeds alone is not taken apart. One pass over the bytes, because such a
 * body is millions of lines, and a call for each would take a second.
 */
function splitLines(body: Uint8Array, mostLines: number): readonly RawLine[] {
  const lines: RawLine[] = [];
  let line = 1;
  let start = 0;
  let isBlank = true;
  for (let at = 0; at <= body.length && lines.length <= mostLines; at += 1) {
    const byte = body[at] ?? lineFeed;
    if (byte !== lineFeed) {
      isBlank &&= blank.has(byte);
      continue;
    }
    if (!isBlank) lines.push({ line, bytes: body.subarray(start, at) });
    line += 1;
    start = at + 1;
    isBlank = true;
  }
  return lines;
}

function readLine(bytes: Uint8Array): LineContent {
  if (bytes.byteLength > lineLimitBytes) {
    return malformed(finding("ndjson.line_too_long", `a line has at most ${lineLimitBytes} bytes`));
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed(finding("ndjson.not_utf8", "the line is not UTF-8"));
  }
  try {
    return { kind: "value", value: JSON.parse(text) };
  } catch {
    // The parser's words would repeat a piece of the line, a pasted key perhaps (threat B8).
    return malformed(finding("json.syntax", "the line is not JSON"));
  }
}

function finding(code: string, detail: string): Finding {
  return { code, detail, pointer: "" };
}

function malformed(found: Finding): LineContent {
  return { kind: "malformed", finding: found };
}

function refuse(found: Finding): never {
  return fail("request.malformed", { findings: [found] });
}
