// Distinguished names as text, in the two forms AWS shows.
import type { DistinguishedName, NameAttribute } from "../path-validation/parse-certificate.ts";

/** `certificate-order`: `C=US, O=Ram, CN=x`. `rfc2253`: reversed, `CN=x,O=Ram,C=US`. */
export type NameForm = "certificate-order" | "rfc2253";

/** RFC 2253 section 2.3, and the further names that OpenSSL prints. */
const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.12": "title",
  "2.5.4.42": "GN",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};

/** Values are escaped as in RFC 2253 in both forms, so that no value can look like a second attribute. */
export function renderName(name: DistinguishedName, form: NameForm): string {
  const parts = name.map(attributes => attributes.map(renderAttribute).join("+"));
  return form === "rfc2253" ? parts.reverse().join(",") : parts.join(", ");
}

function renderAttribute({ oid, text, raw }: NameAttribute): string {
  const type = shortNames[oid];
  // RFC 2253 section 2.4: a type without a short name, or a value that is no string, is printed as its DER.
  if (type === undefined || text === undefined) return `${type ?? oid}=#${raw.toString("hex")}`;
  return `${type}=${escapeValue(text)}`;
}

function escapeValue(text: string): string {
  const special = text
    .replace(/[,+"\\<>;]/g, "\\$&")
    .replace(/^[# ]/, "\\$&")
    .replace(/ $/, "\\ ");
  // Like OpenSSL: what is not printable ASCII becomes escaped UTF-8. So a CR or LF in a name ends neither a log
  // line nor a header (threat L1).
  return special.replace(/[^ -~]+/gu, run =>
    Buffer.from(run).toString("hex").toUpperCase().replace(/../g, "\\$&"),
  );
}
