// The viewer as its headers describe it. Every header is checked alone and against the others: all of them come from
// one certificate, so any two that disagree prove a forgery or a fault, and nobody is identified.
import { X509Certificate } from "node:crypto";
import { parseSerial } from "#core/serial.ts";
import { judgeChain } from "../chain/judge-chain.ts";
import type { Trust } from "../chain/trust.ts";
import type { HeaderFault, Refusal, Verdict, Viewer } from "../verdict.ts";
import { digestOf, disagreeing, readClientCert, readPemHeader, readValidity } from "./certificate-headers.ts";
import { parseDistinguishedName } from "./distinguished-name.ts";
import { type EdgeWord, readEdgeWord, unasked } from "./edge-word.ts";
import { findViewerHeaders, type HeaderPair, type ViewerHeader, type ViewerHeaders } from "./headers.ts";

export type ReadOptions = {
  /**
   * `required`: the distribution has edgecert's viewer-request function, and whoever has passed it carries its headers.
   * `ignored`: it has not, so a viewer can write them itself, and none of them is read.
   */
  readonly edgeHeaders: "required" | "ignored";
  /** Of viewers: given where the distribution is in passthrough mode, and nowhere else. */
  readonly passthrough: Trust | undefined;
  readonly now: Date;
};

export function readViewer(pairs: readonly HeaderPair[], options: ReadOptions): Verdict {
  const { headers, faults } = findViewerHeaders(pairs);
  if (faults.length > 0) return refused(faults);
  const present = headers.get(presentHeader);
  if (present === "0") return anonymous(headers, options);
  if (present !== "1") {
    return refused([fault(present === undefined ? "header_missing" : "header_malformed", presentHeader)]);
  }
  const { viewer, faults: found } = readAll(headers, options);
  return viewer === undefined || found.length > 0 ? refused(found) : { kind: "identified", viewer };
}

const presentHeader = "cloudfront-viewer-cert-present";
const clientCertHeader = "client-cert";
const validityHeader = "cloudfront-viewer-cert-validity";

const fault = (code: HeaderFault, header: ViewerHeader): Refusal => ({ code, header });
const refused = (reasons: readonly Refusal[]): Verdict => ({ kind: "refused", reasons });

/** CloudFront sends the others only with a certificate, and the edge its own only for one. */
function anonymous(headers: ViewerHeaders, { edgeHeaders }: ReadOptions): Verdict {
  const others = [...headers.keys()].filter(
    name => name !== presentHeader && (edgeHeaders === "required" || !name.startsWith("x-edgecert-")),
  );
  return others.length === 0
    ? { kind: "anonymous" }
    : refused(others.map(name => fault("header_disagrees", name)));
}

type Reader = <T>(name: ViewerHeader, parse: (text: string) => T | undefined) => T | undefined;
type Told = Omit<Viewer, keyof EdgeWord>;

function readAll(
  headers: ViewerHeaders,
  options: ReadOptions,
): { readonly viewer: Viewer | undefined; readonly faults: readonly Refusal[] } {
  const faults: Refusal[] = [];
  const read: Reader = (name, parse) => {
    const text = headers.get(name);
    const value = text === undefined ? undefined : parse(text);
    if (value === undefined) {
      faults.push(fault(text === undefined ? "header_missing" : "header_malformed", name));
    }
    return value;
  };
  const readIfSent: Reader = (name, parse) => (headers.has(name) ? read(name, parse) : undefined);
  const source = readCertificate(read, readIfSent, options);
  faults.push(...source.faults);
  const told = readTold(read, readIfSent, headers, source);
  if (told === undefined) return { viewer: undefined, faults };
  const edge = options.edgeHeaders === "required" ? readEdgeWord(headers, told) : unasked;
  faults.push(...edge.faults);
  for (const name of told.certificate === undefined ? [] : disagreeing(told.certificate, told)) {
    faults.push(fault("header_disagrees", name));
  }
  // RFC 5280, 4.1.2.5: the validity includes its last second.
  const hasExpired = told.validity !== undefined && told.validity.notAfter < options.now;
  if (hasExpired && !edge.word.renewalOnly) faults.push(fault("viewer_certificate_expired", validityHeader));
  return { viewer: { ...told, ...edge.word }, faults };
}

/** Undefined when something is missing or malformed, which `read` has noted. */
function readTold(
  read: Reader,
  readIfSent: Reader,
  headers: ViewerHeaders,
  { certificate, replacesDigest }: CertificateSource,
): Told | undefined {
  const serial = read("cloudfront-viewer-cert-serial-number", parseSerial);
  const issuer = read("cloudfront-viewer-cert-issuer", parseDistinguishedName);
  const subject = read("cloudfront-viewer-cert-subject", parseDistinguishedName);
  const validity = readIfSent(validityHeader, readValidity);
  const readDigest = replacesDigest ? readIfSent : read;
  const digest = readDigest("cloudfront-viewer-cert-sha256", text => /^[0-9a-f]{64}$/.exec(text)?.[0]);
  const sha256 = digest ?? (certificate && digestOf(certificate));
  if (serial === undefined || issuer === undefined || subject === undefined || sha256 === undefined) {
    return undefined;
  }
  const issuerText = headers.get("cloudfront-viewer-cert-issuer") ?? "";
  return { serial, sha256, issuer, issuerText, subject, validity, certificate };
}

type CertificateSource = {
  readonly certificate: X509Certificate | undefined;
  /** The certificate is always there, so its digest need not be. */
  readonly replacesDigest: boolean;
  readonly faults: readonly Refusal[];
};

function readCertificate(read: Reader, readIfSent: Reader, options: ReadOptions): CertificateSource {
  const { passthrough, now } = options;
  if (passthrough === undefined) {
    const certificate = readIfSent("cloudfront-viewer-cert-pem", readPemHeader);
    // Any text at all: nobody has checked such a certificate's chain.
    const isSent = readIfSent(clientCertHeader, text => text) !== undefined;
    const faults = isSent ? [fault("header_unexpected", clientCertHeader)] : [];
    return { certificate, replacesDigest: false, faults };
  }
  const leaf = read(clientCertHeader, text => onlyItem(readClientCert(text)));
  const others = readIfSent("client-cert-chain", readClientCert) ?? [];
  if (leaf === undefined) return { certificate: undefined, replacesDigest: true, faults: [] };
  // CloudFront saw that the viewer holds the key, and judged nothing else.
  const chainFault = judgeChain([leaf, ...others], passthrough, now);
  return chainFault === undefined
    ? { certificate: new X509Certificate(leaf), replacesDigest: true, faults: [] }
    : {
        certificate: undefined,
        replacesDigest: true,
        faults: [fault(`viewer_certificate_${chainFault}`, clientCertHeader)],
      };
}

function onlyItem<T>(items: readonly T[] | undefined): T | undefined {
  return items?.length === 1 ? items[0] : undefined;
}
