// The head of an HTTP/1.1 request, as far as a door must know it: who signs, what for, and where the request ends.

export type RequestHead = {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly authorization: string;
  /** `X-Amz-Target`. */
  readonly target: string | undefined;
  /** Head and body apart. Endless when the body comes in chunks: the rest of the connection is then passed on. */
  readonly headBytes: number;
  readonly bodyBytes: number;
};

const maxHeadBytes = 64 * 1024;
const endOfHead = "\r\n\r\n";

/** `bytes` begin with a request. "unreadable": nothing that an SDK sends. */
export function readHead(bytes: Buffer): RequestHead | "incomplete" | "unreadable" {
  const end = bytes.indexOf(endOfHead, 0, "latin1");
  if (end === -1) return bytes.length > maxHeadBytes ? "unreadable" : "incomplete";
  const text = bytes.toString("latin1", 0, end);
  const [, method, url] = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/.exec(text) ?? [];
  if (method === undefined || url === undefined) return "unreadable";
  const length = Number(headerOf(text, contentLength) ?? 0);
  if (!Number.isSafeInteger(length) || length < 0) return "unreadable";
  return {
    method,
    url,
    authorization: headerOf(text, authorization) ?? "",
    target: headerOf(text, amzTarget),
    headBytes: end + endOfHead.length,
    bodyBytes: headerOf(text, transferEncoding) === undefined ? length : Number.POSITIVE_INFINITY,
  };
}

const authorization = /\r\nauthorization: *([^\r]*)/i;
const amzTarget = /\r\nx-amz-target: *([^\r]*)/i;
const contentLength = /\r\ncontent-length: *([^\r]*)/i;
const transferEncoding = /\r\ntransfer-encoding: *([^\r]*)/i;

function headerOf(text: string, header: RegExp): string | undefined {
  return header.exec(text)?.[1];
}
