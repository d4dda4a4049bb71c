// Distinguished names as text (RFC 2253, 2 to 4), read by their grammar: a name found as a substring may be part of
// another attribute's value, which whoever asks for a certificate can choose.

export type NameAttribute = {
  /** Upper case; attributes that have a short name carry it, also when they came as an OID. */
  readonly type: string;
  /** Undefined for a value that is no string, which RFC 2253 writes as the hex of its DER. */
  readonly value: string | undefined;
};

/** As written: RFC 2253 begins with the last RDN of the certificate. Each RDN has one attribute or several. */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "SERIALNUMBER",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.12": "TITLE",
  "2.5.4.42": "GN",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "EMAILADDRESS",
};

const type = /([A-Za-z][A-Za-z0-9-]*|(?:OID\.)?\d+(?:\.\d+)+) *= */y;
const encodedValue = /#((?:[0-9A-Fa-f]{2})+)/y;
// `=` need not be escaped (section 2.4). Quotes, `;` and angle brackets are of other notations, and no writer leaves
// them bare.
const piece = /\\([0-9A-Fa-f]{2}|[ ",#+;<=>\\])|[^\\,+";<>]/y;
const separator = / *([,+]) */y;

/** Undefined for everything that is not wholly a name of at least one attribute. */
export function parseDistinguishedName(text: string): DistinguishedName | undefined {
  // Writers escape controls and whatever is not ASCII; a header with such an octet has been read in some other charset.
  if (/[^ -~]/.test(text)) return undefined;
  const names: NameAttribute[][] = [[]];
  for (let at = 0; ; ) {
    const attribute = readAttribute(text, at);
    if (attribute === undefined) return undefined;
    names.at(-1)?.push(attribute.read);
    if (attribute.end === text.length) return names;
    const between = matchAt(separator, text, attribute.end);
    if (between === undefined) return undefined;
    if (between[1] === ",") names.push([]);
    at = attribute.end + between[0].length;
  }
}

/** The text of the only attribute of that type, if it stands alone in its RDN; undefined otherwise. */
export function onlyValue(name: DistinguishedName, wanted: string): string | undefined {
  const holding = name.filter(attributes => attributes.some(attribute => attribute.type === wanted));
  const [alone, ...more] = holding.flat();
  return more.length === 0 ? alone?.value : undefined;
}

/** Every text of that type, wherever it stands. */
export function valuesOf(name: DistinguishedName, wanted: string): readonly (string | undefined)[] {
  return name
    .flat()
    .filter(attribute => attribute.type === wanted)
    .map(({ value }) => value);
}

type Read<T> = { readonly read: T; readonly end: number };

function readAttribute(text: string, at: number): Read<NameAttribute> | undefined {
  const named = matchAt(type, text, at);
  if (named?.[1] === undefined) return undefined;
  const value = readValue(text, at + named[0].length);
  if (value === undefined) return undefined;
  const upper = named[1].toUpperCase().replace(/^OID\./, "");
  return { read: { type: shortNames[upper] ?? upper, value: value.read }, end: value.end };
}

function readValue(text: string, at: number): Read<string | undefined> | undefined {
  const encoded = matchAt(encodedValue, text, at);
  if (encoded !== undefined) return { read: undefined, end: at + encoded[0].length };
  if (text[at] === "#") return undefined;
  const octets: number[] = [];
  // Blanks count once something follows them; those at the end are the separator's, unless they are escaped.
  let [end, kept] = [at, 0];
  let found = matchAt(piece, text, end);
  for (; found !== undefined; found = matchAt(piece, text, end)) {
    octets.push(octetOf(found));
    end += found[0].length;
    if (found[0] !== " ") kept = octets.length;
  }
  const value = decode(octets.slice(0, kept));
  return value === undefined ? undefined : { read: value, end: end - (octets.length - kept) };
}

function octetOf([whole, escaped]: RegExpExecArray): number {
  if (escaped?.length === 2) return Number.parseInt(escaped, 16);
  return (escaped ?? whole).charCodeAt(0);
}

function decode(octets: readonly number[]): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets));
  } catch {
    // No UTF-8, so no text that two readers would agree on.
    return undefined;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
