// Distinguished names: from the API's ASN1Subject to DER, and from DER to the text of an audit report.
import { AwsError } from "../../wire/aws-json.ts";
import type { Asn1Subject } from "../input/subject.ts";
import {
  type Element,
  objectIdentifier,
  printableString,
  readAll,
  readElement,
  readObjectIdentifier,
  sequence,
  setOf,
  utf8String,
} from "./der.ts";

type Standard = Exclude<keyof Asn1Subject, "CustomAttributes">;

// The order of attributes in the certificate. AWS documents none; its sample of a CA's request reads
// "C=US, O=…, OU=…, ST=…, CN=…, L=…", which is the order of the API model, so the model's order is taken whole.
const ORDER = [
  { field: "Country", oid: "2.5.4.6", printable: true },
  { field: "Organization", oid: "2.5.4.10", printable: false },
  { field: "OrganizationalUnit", oid: "2.5.4.11", printable: false },
  { field: "DistinguishedNameQualifier", oid: "2.5.4.46", printable: true },
  { field: "State", oid: "2.5.4.8", printable: false },
  { field: "CommonName", oid: "2.5.4.3", printable: false },
  { field: "SerialNumber", oid: "2.5.4.5", printable: true },
  { field: "Locality", oid: "2.5.4.7", printable: false },
  { field: "Title", oid: "2.5.4.12", printable: false },
  { field: "Surname", oid: "2.5.4.4", printable: false },
  { field: "GivenName", oid: "2.5.4.42", printable: false },
  { field: "Initials", oid: "2.5.4.43", printable: false },
  { field: "Pseudonym", oid: "2.5.4.65", printable: false },
  { field: "GenerationQualifier", oid: "2.5.4.44", printable: false },
] as const satisfies readonly { field: Standard; oid: string; printable: boolean }[];

/** Encodes a subject. Throws InvalidArgsException when standard and custom attributes are mixed, or none is given. */
export function encodeSubject(subject: Asn1Subject): Buffer {
  const standard = ORDER.flatMap(({ field, oid, printable }) => {
    const value = subject[field];
    if (value === undefined || value === "") return [];
    return [attribute(oid, printable ? printableString(value) : utf8String(value))];
  });
  const custom = (subject.CustomAttributes ?? []).map(item =>
    attribute(item.ObjectIdentifier, utf8String(item.Value)),
  );
  if (standard.length > 0 && custom.length > 0) {
    throw new AwsError(
      "InvalidArgsException",
      "Custom attributes cannot be used in combination with standard attributes.",
    );
  }
  if (standard.length + custom.length === 0) {
    throw new AwsError("InvalidArgsException", "The subject has no attributes.");
  }
  return sequence(...standard, ...custom);
}

const attribute = (oid: string, value: Buffer): Buffer => setOf(sequence(objectIdentifier(oid), value));

const SHORT_NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
};

/** RFC 2253 text, last attribute first, other types as `<oid>=#<hex of the DER value>`: as in PCA's audit reports. */
export function subjectText(name: Uint8Array): string {
  return readAll(readElement(name).content)
    .map(rdn => readAll(rdn.content).map(attributeText).join("+"))
    .reverse()
    .join(",");
}

function attributeText(typeAndValue: Element): string {
  const [type, value] = readAll(typeAndValue.content);
  if (type === undefined || value === undefined) throw new RangeError("attribute without type or value");
  const oid = readObjectIdentifier(type.content);
  const short = SHORT_NAMES[oid];
  const text = stringText(value);
  return short === undefined || text === undefined
    ? `${oid}=#${value.raw.toString("hex")}`
    : `${short}=${escapeText(text)}`;
}

function stringText(value: Element): string | undefined {
  switch (value.tag) {
    case 0x0c:
      return value.content.toString("utf8");
    case 0x13:
    case 0x14:
    case 0x16:
      return value.content.toString("latin1");
    default:
      return undefined;
  }
}

function escapeText(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, "\\$&")
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ");
}
