// Walks DER without building a tree: a list of 100,000 entries is read element by element, each as strictly as a CSR's.
import type { Bytes } from "#core/csr/bytes.ts";
import { checkPrimitive } from "#core/csr/der/check-primitive.ts";
import { constructedBit } from "#core/csr/der/element.ts";
import { readHeader } from "#core/csr/der/read-header.ts";
import { refuseCrl } from "./refuse-crl.ts";

export type Scanned = {
  readonly identifier: number;
  /** Header and contents, as received. */
  readonly encoded: Bytes;
  readonly contents: Bytes;
};

/** The elements that `bytes` are made of, one after the other. Refuses with `crl.refused` where they are not DER. */
export function* scan(bytes: Bytes): Generator<Scanned> {
  for (let start = 0; start < bytes.length; ) {
    const header = readHeader(bytes, { start, end: bytes.length });
    if (header.kind === "unreadable" || header.findings.length > 0) {
      malformed(header.findings[0]?.detail ?? "it is not DER");
    }
    const { identifier, contentsStart, contentsEnd } = header;
    const contents = bytes.subarray(contentsStart, contentsEnd);
    const [defect] = (identifier & constructedBit) === 0 ? checkPrimitive(identifier, contents) : [];
    if (defect !== undefined) malformed(defect.detail);
    yield { identifier, encoded: bytes.subarray(start, contentsEnd), contents };
    start = contentsEnd;
  }
}

/** The members of a constructed element, which must have this identifier. */
export function membersOf(element: Scanned | undefined, identifier: number, what: string): Scanned[] {
  return [...scan(expect(element, identifier, what).contents)];
}

export function expect(element: Scanned | undefined, identifier: number, what: string): Scanned {
  if (element?.identifier !== identifier) return malformed(`${what} is missing or of another type`);
  return element;
}

export function malformed(detail: string): never {
  return refuseCrl([{ code: "crl.malformed", detail }]);
}
