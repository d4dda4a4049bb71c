// A strict DER reader. General parsers accept BER; two parsers that accept different spellings of one value are how a
// validator and a signer come to see different requests (threat B9). It never trusts a declared length (B10).

import type { Bytes } from "../bytes.ts";
import type { Finding, FindingCode } from "../finding.ts";
import { derDepth, derElements } from "../limits.ts";
import { checkPrimitive, isReadablePrimitive } from "./check-primitive.ts";
import { constructedBit, type DerElement, universal } from "./element.ts";
import { readHeader } from "./read-header.ts";
import { isSortedSet } from "./set-order.ts";

export type DerReading = {
  /** Undefined when the structure could not be followed to its end. */
  readonly root: DerElement | undefined;
  readonly findings: readonly Finding[];
};

type Walk = { readonly bytes: Bytes; readonly findings: Finding[]; elements: number };

/** Reads exactly one DER value. Reports every defect up to the first that hides where the next element starts. */
export function readDer(bytes: Bytes): DerReading {
  const walk: Walk = { bytes, findings: [], elements: 0 };
  const root = readElement(walk, { start: 0, end: bytes.length, depth: 1 });
  if (root !== undefined && root.encoded.length !== bytes.length) {
    const extra = bytes.length - root.encoded.length;
    report(walk, "der.trailing_bytes", `${extra} bytes follow the end of the value`);
  }
  return { root, findings: walk.findings };
}

type Span = { readonly start: number; readonly end: number; readonly depth: number };

function readElement(walk: Walk, span: Span): DerElement | undefined {
  walk.elements += 1;
  if (walk.elements > derElements)
    return report(walk, "der.too_many_elements", `more than ${derElements} elements`);
  if (span.depth > derDepth) return report(walk, "der.too_deep", `more than ${derDepth} levels of nesting`);

  const header = readHeader(walk.bytes, span);
  walk.findings.push(...header.findings);
  if (header.kind === "unreadable") return undefined;

  const { identifier, contentsStart, contentsEnd } = header;
  const encoded = walk.bytes.subarray(span.start, contentsEnd);
  const contents = walk.bytes.subarray(contentsStart, contentsEnd);
  if ((identifier & constructedBit) === 0) return readPrimitive(walk, { identifier, encoded, contents });

  const children = readChildren(walk, { start: contentsStart, end: contentsEnd, depth: span.depth + 1 });
  if (children === undefined) return undefined;
  if (identifier === (universal.set | constructedBit) && !isSortedSet(children))
    report(walk, "der.set_not_sorted", `the SET at offset ${span.start} is not in ascending order`);
  return { identifier, encoded, contents, children };
}

function readPrimitive(walk: Walk, element: Omit<DerElement, "children">): DerElement | undefined {
  if (!isReadablePrimitive(element.identifier)) {
    const tag = element.identifier.toString(16).padStart(2, "0");
    return report(walk, "der.tag_unsupported", `a request has no primitive element with tag 0x${tag}`);
  }
  walk.findings.push(...checkPrimitive(element.identifier, element.contents));
  return { ...element, children: [] };
}

function readChildren(walk: Walk, span: Span): readonly DerElement[] | undefined {
  const children: DerElement[] = [];
  let start = span.start;
  while (start < span.end) {
    const child = readElement(walk, { ...span, start });
    if (child === undefined) return undefined;
    children.push(child);
    start += child.encoded.length;
  }
  return children;
}

function report(walk: Walk, code: FindingCode, detail: string): undefined {
  walk.findings.push({ code, detail });
  return undefined;
}
