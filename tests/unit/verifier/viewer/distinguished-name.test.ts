import { describe, expect, it } from "vitest";
import { onlyValue, parseDistinguishedName } from "#verifier/viewer/distinguished-name.ts";

const read = (text: string) =>
  parseDistinguishedName(text)?.map(rdn =>
    rdn.map(({ type, value }) => `${type}=${value ?? "(der)"}`).join("+"),
  );

describe("a distinguished name", () => {
  it.each([
    ["CN=device-1,OU=ec-1a2f3,O=acme", ["CN=device-1", "OU=ec-1a2f3", "O=acme"]],
    ["C=US, O=Edgecert Test, CN=Device CA", ["C=US", "O=Edgecert Test", "CN=Device CA"]],
    ["cn=x", ["CN=x"]],
    ["2.5.4.3=x,OID.2.5.4.10=y", ["CN=x", "O=y"]],
    ["1.2.3.4=x", ["1.2.3.4=x"]],
    ["OU=a+CN=b,O=c", ["OU=a+CN=b", "O=c"]],
    ["CN=", ["CN="]],
    ["CN=a=b", ["CN=a=b"]],
    ["CN=a#b", ["CN=a#b"]],
    ["CN=#0c0161", ["CN=(der)"]],
    ["CN=\\#0c0161", ["CN=#0c0161"]],
    ["CN=a\\,O=umbrella,O=acme", ["CN=a,O=umbrella", "O=acme"]],
    ["CN=a\\2cO=umbrella,O=acme", ["CN=a,O=umbrella", "O=acme"]],
    ["CN=\\ a\\ ", ["CN= a "]],
    ["CN=a  , O=b", ["CN=a", "O=b"]],
    ["CN=m\\C3\\BCller", ["CN=müller"]],
  ])("%s is read by its grammar", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    "",
    "CN",
    "=x",
    "CN=a,",
    ",CN=a",
    "CN=a,,O=b",
    "CN=a+",
    "CN=a;O=b",
    'CN="a,O=b"',
    "CN=a<b",
    "CN=#0c016",
    "CN=#zz",
    "CN=#0c0161x",
    "CN=a\\",
    "CN=a\\x",
    "CN=a\\f",
    "CN=\\C3(",
    "CN=\\FF",
    "CN=müller",
    "CN=a\nO=b",
    "CN=a\0",
    "C N=a",
    "1=a",
    " CN=a",
  ])("%j is none", text => {
    expect(parseDistinguishedName(text)).toBeUndefined();
  });
});

describe("the only value of a type", () => {
  it.each([
    ["CN=a,O=b", "a"],
    ["CN=a,CN=b", undefined],
    ["CN=a,2.5.4.3=b", undefined],
    ["CN=a+CN=b", undefined],
    ["CN=a+OU=b", undefined],
    ["CN=#0c0161", undefined],
    ["O=CN\\=a", undefined],
  ])("in %s is %s", (text, expected) => {
    expect(onlyValue(parseDistinguishedName(text) ?? [], "CN")).toBe(expected);
  });
});
