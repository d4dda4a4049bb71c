// The API's GeneralName to DER (RFC 5280 4.2.1.6).
import { isIPv4, isIPv6 } from "node:net";
import { AwsError } from "../../wire/aws-json.ts";
import type { GeneralName } from "../input/general-name.ts";
import { context, contextPrimitive, ia5String, objectIdentifier, readElement, utf8String } from "./der.ts";
import { encodeSubject } from "./name.ts";

/** Encodes a name. Throws InvalidArgsException unless it has exactly one kind, with a value that can be encoded. */
export function encodeGeneralName(name: GeneralName): Buffer {
  const [encoded, second] = kinds(name);
  if (encoded === undefined || second !== undefined) {
    throw new AwsError("InvalidArgsException", "A GeneralName must have exactly one type.");
  }
  return encoded();
}

function kinds(name: GeneralName): readonly (() => Buffer)[] {
  const { OtherName: other, Rfc822Name: mail, DnsName: dns, DirectoryName: directory } = name;
  const {
    EdiPartyName: party,
    UniformResourceIdentifier: uri,
    IpAddress: ip,
    RegisteredId: registered,
  } = name;
  return [
    other && (() => context(0, objectIdentifier(other.TypeId), context(0, utf8String(other.Value)))),
    mail === undefined ? undefined : () => ia5(1, mail),
    dns === undefined ? undefined : () => ia5(2, dns),
    // directoryName is a CHOICE (Name), so its tag is explicit.
    directory && (() => context(4, encodeSubject(directory))),
    party && (() => context(5, ...partyName(party.NameAssigner, party.PartyName))),
    uri === undefined ? undefined : () => ia5(6, uri),
    ip === undefined ? undefined : () => contextPrimitive(7, ipOctets(ip)),
    registered === undefined
      ? undefined
      : () => contextPrimitive(8, readElement(objectIdentifier(registered)).content),
  ].filter(kind => kind !== undefined);
}

function partyName(assigner: string | undefined, party: string): readonly Buffer[] {
  const names = [context(1, utf8String(party))];
  return assigner === undefined ? names : [context(0, utf8String(assigner)), ...names];
}

function ia5(number: number, text: string): Buffer {
  if (!/^[\x20-\x7e]+$/.test(text)) {
    throw new AwsError(
      "InvalidArgsException",
      "A subject alternative name has characters outside IA5String.",
    );
  }
  return contextPrimitive(number, readElement(ia5String(text)).content);
}

function ipOctets(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split(".").map(Number));
  if (!isIPv6(text)) throw new AwsError("InvalidArgsException", "The IP address is not valid.");
  // The URL parser writes the one canonical form, without a dotted tail or a zone.
  const canonical = new URL(`http://[${text.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groups = (part: string | undefined): string[] => (part ? part.split(":") : []);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill("0"), ...groups(tail)];
  return Buffer.from(all.map(group => group.padStart(4, "0")).join(""), "hex");
}
