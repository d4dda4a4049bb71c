// What every operation of the control plane takes and answers.
import type { IncomingHttpHeaders } from "node:http";
import type { XmlValue } from "./xml.ts";

export type Request = {
  /** The variable of the path; empty where there is none. */
  readonly parameter: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type Answer = {
  readonly status: number;
  readonly etag?: string;
  /** The root element's name, and what it holds. */
  readonly root?: string;
  readonly value?: XmlValue;
  /** Instead of XML: bytes as they are. */
  readonly blob?: Buffer;
};
