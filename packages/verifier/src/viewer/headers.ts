// The headers that speak of the viewer, each found once and by its exact name. Whoever could add a second one, or one
// that a server folds into the same name, could speak for the edge (threat H1).
import type { Refusal } from "../verdict.ts";

/** CloudFront's, and those of edgecert's viewer-request function; lower case. */
const cloudFrontHeaders = [
  "cloudfront-viewer-cert-present",
  "cloudfront-viewer-cert-serial-number",
  "cloudfront-viewer-cert-issuer",
  "cloudfront-viewer-cert-subject",
  "cloudfront-viewer-cert-sha256",
  "cloudfront-viewer-cert-validity",
  "cloudfront-viewer-cert-pem",
] as const;
const edgeHeaders = [
  "x-edgecert-authority",
  "x-edgecert-serial",
  "x-edgecert-tenant",
  "x-edgecert-holder",
  "x-edgecert-listener",
] as const;
/** RFC 9440, as CloudFront sends them in passthrough mode. The chain is a list, and may come in several lines. */
const passthroughHeaders = ["client-cert", "client-cert-chain"] as const;

export type ViewerHeader =
  | (typeof cloudFrontHeaders)[number]
  | (typeof edgeHeaders)[number]
  | (typeof passthroughHeaders)[number];

export type ViewerHeaders = ReadonlyMap<ViewerHeader, string>;
export type HeaderPair = readonly [name: string, value: string];

const known: ReadonlySet<string> = new Set<ViewerHeader>([
  ...cloudFrontHeaders,
  ...edgeHeaders,
  ...passthroughHeaders,
]);

/** `pairs`: as they came, one for each header line where the server tells; other headers are passed over. */
export function findViewerHeaders(pairs: readonly HeaderPair[]): {
  readonly headers: ViewerHeaders;
  readonly faults: readonly Refusal[];
} {
  const headers = new Map<ViewerHeader, string>();
  const faults: Refusal[] = [];
  for (const [name, value] of pairs) {
    const header = foldName(name);
    if (!isViewerHeader(header)) continue;
    if (!isSpelledWell(name, header)) faults.push({ code: "header_misspelled", header });
    const before = headers.get(header);
    const isList = header === "client-cert-chain";
    if (before !== undefined && !isList) faults.push({ code: "header_repeated", header });
    headers.set(header, before !== undefined && isList ? `${before}, ${value}` : value);
  }
  return { headers, faults };
}

/** Servers fold case, CGI folds `-` to `_`, and some fold `.` and blanks too. */
function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "-");
}

function isViewerHeader(name: string): name is ViewerHeader {
  return known.has(name);
}

/** As documented, or lower case, as HTTP/2 and API Gateway have it. */
function isSpelledWell(name: string, header: ViewerHeader): boolean {
  const documented = header
    .split("-")
    .map(word => (word === "cloudfront" ? "CloudFront" : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join("-");
  return name === header || name === documented;
}
