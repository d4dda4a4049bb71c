// The little XML that CloudFront's requests and answers are made of: elements and text. Lists are repeated elements
// under an `Items` or `<Name>List` element, as the API model names them.

/** A request's element: its text, or its children by name. */
export type XmlElement = { readonly text: string; readonly children: ReadonlyMap<string, XmlElement> };

export class XmlError extends Error {}

/** What an answer is written from. Undefined members are left out; an array is one element per item. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
const header = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function writeXml(root: string, value: XmlValue): string {
  return `${header}<${root} xmlns="${namespace}">${contentOf(value)}</${root}>`;
}

function contentOf(value: XmlValue): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return escaped(String(value));
  return Object.entries(value)
    .map(([name, member]) => elements(name, member))
    .join("");
}

function elements(name: string, member: XmlValue): string {
  if (member === undefined) return "";
  const items = Array.isArray(member) ? member : [member];
  return items.map(item => `<${name}>${contentOf(item)}</${name}>`).join("");
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, found => escapes[found] ?? found);

const token =
  /<\?[^>]*\?>|<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;

type Open = { readonly name: string; text: string; readonly children: Map<string, XmlElement> };

/**
 * The document's root. Throws XmlError for anything but elements and text: no DTD, no CDATA, no comments, and no element
 * twice under the same parent, since no request that is answered here has a list.
 */
export function readXml(text: string): { readonly name: string; readonly root: XmlElement } {
  const document: Open = { name: "", text: "", children: new Map() };
  const open: Open[] = [document];
  let at = 0;
  for (const [whole, slash, name, , selfClosing, characters] of text.matchAll(token)) {
    at += whole.length;
    const parent = open.at(-1);
    if (parent === undefined) throw new XmlError("an element ends that did not begin");
    if (characters !== undefined) parent.text += unescaped(characters);
    else if (name === undefined) continue;
    else if (slash === "/") close(open, name);
    else {
      open.push({ name, text: "", children: new Map() });
      if (selfClosing === "/") close(open, name);
    }
  }
  const [root, second] = document.children;
  if (at !== text.length || open.length !== 1 || root === undefined || second !== undefined)
    throw new XmlError("not one well-formed element");
  return { name: root[0], root: root[1] };
}

function close(open: Open[], name: string): void {
  const ended = open.pop();
  const parent = open.at(-1);
  if (ended?.name !== name || parent === undefined || parent.children.has(name))
    throw new XmlError(`<${name}> ends or comes where it must not`);
  parent.children.set(name, { text: ended.text, children: ended.children });
}

function unescaped(text: string): string {
  return text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (_, entity: string) => {
    const named = Object.entries(escapes).find(([, code]) => code === `&${entity};`)?.[0];
    if (named !== undefined) return named;
    if (!entity.startsWith("#")) throw new XmlError(`&${entity}; is not known`);
    const code = entity.startsWith("#x")
      ? Number.parseInt(entity.slice(2), 16)
      : Number.parseInt(entity.slice(1), 10);
    return String.fromCodePoint(code);
  });
}
