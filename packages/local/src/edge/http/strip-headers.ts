// Which header fields of a viewer or an origin stop at the edge: forgeries, hop-by-hop fields, framing.
import type { HeaderPair } from "./viewer-headers.ts";

/**
 * Names that only the edge may speak (threat H1). A trailing `*` makes a prefix. A product's own prefix is not among
 * them: CloudFront knows nothing of it, so its viewer-request function has to see to it.
 */
const edgeOnly = ["cloudfront-*", "client-cert", "client-cert-chain", "x-amz-cf-*"];

/** RFC 9110 section 7.6.1, and what each side's HTTP library frames anew. */
const hopByHop = new Set(
  "connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade http2-settings expect".split(
    " ",
  ),
);

/** `raw` alternates names and values, as node gives them. HTTP/2's :authority becomes Host, the rest is dropped. */
export function pairsOf(raw: readonly string[]): readonly HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = "", value = ""] = [raw[index], raw[index + 1]];
    if (name === ":authority") pairs.push(["host", value]);
    else if (!name.startsWith(":")) pairs.push([name, value]);
  }
  return pairs;
}

/** Without hop-by-hop fields, those that `Connection` names included. */
export function withoutHopByHop(pairs: readonly HeaderPair[]): readonly HeaderPair[] {
  const named = pairs
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) =>
      value
        .toLowerCase()
        .split(",")
        .map(token => token.trim()),
    );
  return pairs.filter(([name]) => !hopByHop.has(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

/** Without the edge's own names in any spelling: many origins fold case and read `_` or `.` as `-`. */
export function withoutForgeries(pairs: readonly HeaderPair[]): readonly HeaderPair[] {
  return pairs.filter(([name]) => !edgeOnly.some(pattern => matches(foldName(name), pattern)));
}

function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9*]/g, "-");
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
