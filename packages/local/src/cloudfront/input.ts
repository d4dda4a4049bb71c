// What CloudFront's requests carry, read with the API model's names and its refusals.
import type { Request } from "./cloudfront.ts";
import { CloudFrontError } from "./error.ts";
import type { BundleLocation } from "./trust-stores.ts";
import { readXml, type XmlElement, XmlError } from "./xml.ts";

const invalid = (message: string): CloudFrontError => new CloudFrontError("InvalidArgument", message);

export function rootOf(body: Buffer, name: string): XmlElement {
  try {
    const { name: found, root } = readXml(body.toString("utf8"));
    if (found === name) return root;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
  }
  throw new CloudFrontError("MalformedInput", `The request body is not a well-formed ${name}.`);
}

export function member(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.get(name);
}

export function flag(text: string | string[] | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== "true" && text !== "false") throw invalid("A flag is true or false.");
  return text === "true";
}

export function ifMatch({ headers }: Request): string {
  const given = headers["if-match"];
  if (given === undefined || !/^"?[A-Z0-9]{5,20}"?$/.test(given)) {
    throw new CloudFrontError("InvalidIfMatchVersion", "The If-Match version is missing or not valid.");
  }
  return given.replaceAll('"', "");
}

/** API model: `Region` is a Region's name; `Version` is S3's version id. */
export function bundleLocation(source: XmlElement | undefined): BundleLocation {
  const location = source?.children.get("CaCertificatesBundleS3Location");
  if (location === undefined) throw invalid("CaCertificatesBundleSource is missing.");
  const text = (name: string): string => {
    const value = member(location, name)?.text ?? "";
    if (value === "") throw invalid(`${name} is missing.`);
    return value;
  };
  const region = text("Region");
  if (!/^[a-z]{2}-[a-z]+-\d$/.test(region)) throw invalid("Region is not valid.");
  return { bucket: text("Bucket"), key: text("Key"), region, version: member(location, "Version")?.text };
}

const mostItems = 100;

export function listInput(
  body: Buffer,
  root: string,
): { readonly marker: string | undefined; readonly maxItems: number } {
  const input = body.length === 0 ? undefined : rootOf(body, root);
  return {
    marker: input?.children.get("Marker")?.text,
    maxItems: itemCount(input?.children.get("MaxItems")?.text),
  };
}

export function itemCount(text: string | null | undefined): number {
  if (text === null || text === undefined) return mostItems;
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > mostItems) throw invalid("MaxItems is 1 to 100.");
  return Number(text);
}
