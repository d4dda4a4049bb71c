// The text around a request: one block, the right label, strict base64, nothing else, and not too much of it.

import { describe, expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { aCsr, aCsrPem, toPem } from "#support/csr-builder.ts";
import { codesOf } from "./findings-of.ts";

const der = aCsr();
const pem = toPem(der);
const body = Buffer.from(der).toString("base64");
const begin = "-----BEGIN CERTIFICATE REQUEST-----";
const end = "-----END CERTIFICATE REQUEST-----";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function next(letter: string): string {
  return alphabet[alphabet.indexOf(letter) + 1] ?? "";
}

/** A valid request whose length is not a multiple of three. ECDSA signatures vary in length, so it may take a few. */
function paddedPem(): string {
  for (;;) {
    const text = aCsrPem();
    if (text.includes("=\n")) return text;
  }
}

describe("accepts", () => {
  it.each([
    { name: "a block as OpenSSL writes it", text: pem },
    { name: "the older label", text: toPem(der, "NEW CERTIFICATE REQUEST") },
    { name: "Windows line ends", text: pem.replaceAll("\n", "\r\n") },
    { name: "a body on one line", text: `${begin}\n${body}\n${end}` },
    { name: "whitespace around the block", text: `\n \t${pem}\r\n\n` },
  ])("$name", async ({ text }) => {
    expect(await codesOf(text)).toEqual([]);
  });
});

describe("refuses", () => {
  it.each([
    { name: "an empty text", text: "", codes: ["csr.not_pem"] },
    { name: "DER as text", text: Buffer.from(der).toString("latin1"), codes: ["csr.not_pem"] },
    { name: "base64 without lines around it", text: body, codes: ["csr.not_pem"] },
    { name: "a block without its end", text: pem.replace(end, ""), codes: ["csr.not_pem"] },
    {
      name: "an end with another label",
      text: pem.replace("END CERT", "END X CERT"),
      codes: ["csr.not_pem"],
    },
    { name: "UTF-16", text: [...pem].join("\0"), codes: ["csr.not_pem"] },
    { name: "two requests", text: pem + pem, codes: ["csr.two_blocks"] },
    { name: "a certificate and a request", text: toPem(der, "CERTIFICATE") + pem, codes: ["csr.two_blocks"] },
    { name: "the label of a certificate", text: toPem(der, "CERTIFICATE"), codes: ["csr.label_unsupported"] },
    {
      name: "a label in lower case",
      text: toPem(der, "certificate request"),
      codes: ["csr.label_unsupported"],
    },
    { name: "text before the block", text: `hello\n${pem}`, codes: ["csr.text_outside_block"] },
    { name: "text after the block", text: `${pem}hello`, codes: ["csr.text_outside_block"] },
    { name: "a NUL after the block", text: `${pem}\0`, codes: ["csr.text_outside_block"] },
    { name: "a byte order mark", text: `\uFEFF${pem}`, codes: ["csr.text_outside_block"] },
    { name: "a second end line", text: `${pem}${end}`, codes: ["csr.text_outside_block"] },
    { name: "a blank in the body", text: pem.replace(/^M/m, "M "), codes: ["csr.not_base64"] },
    {
      name: "an empty line in the body",
      text: pem.replace("-----\n", "-----\n\n"),
      codes: ["csr.not_base64"],
    },
    {
      name: "a header in the body",
      text: pem.replace("-----\n", "-----\nA: b\n"),
      codes: ["csr.not_base64"],
    },
    { name: "the URL alphabet", text: pem.replace(/.\n-----END/, "_\n-----END"), codes: ["csr.not_base64"] },
    {
      name: "a NUL in the body",
      text: pem.replace(/.\n-----END/, "\0\n-----END"),
      codes: ["csr.not_base64"],
    },
    { name: "an empty body", text: `${begin}\n${end}`, codes: ["csr.not_base64"] },
  ])("$name", async ({ text, codes }) => {
    expect(await codesOf(text)).toEqual(codes);
  });

  it("base64 without its padding, and with spare bits that are not zero", async () => {
    const padded = paddedPem();
    expect(await codesOf(padded)).toEqual([]);
    expect(await codesOf(padded.replace("=", ""))).toEqual(["csr.not_base64"]);
    // "A==" and "A=" leave spare bits: the next letter of the alphabet sets the lowest of them.
    const spare = padded.replace(/(.)(=+\n)/, (_, last: string, rest: string) => next(last) + rest);
    expect(await codesOf(spare)).toEqual(["csr.not_base64"]);
  });
});

it("reports every defect of the framing at once", async () => {
  const text = `junk\n${toPem(aCsr({ signature: new Uint8Array(8) }), "REQUEST")}`;
  expect(await codesOf(text)).toEqual([
    "csr.label_unsupported",
    "csr.signature_invalid",
    "csr.text_outside_block",
  ]);
});

describe("the size", () => {
  const padTo = (size: number) => pem + " ".repeat(size - pem.length);

  it("of 32,768 bytes is accepted", async () => {
    expect(await codesOf(padTo(32_768))).toEqual([]);
  });

  it("of 32,769 bytes is refused without looking inside", async () => {
    expect(await codesOf(padTo(32_769))).toEqual(["csr.too_large"]);
  });

  it("counts bytes, not characters", async () => {
    expect(await codesOf("é".repeat(16_385))).toEqual(["csr.too_large"]);
  });

  it("can be limited further by a profile", async () => {
    const inspection = await inspectCsr(pem, { pemBytes: pem.length - 1 });
    expect(inspection).toMatchObject({ findings: [{ code: "csr.too_large" }] });
    expect(await inspectCsr(pem, { pemBytes: pem.length })).toMatchObject({ kind: "sound" });
  });

  it("of ten million characters is refused as quickly", async () => {
    expect(await codesOf("-----BEGIN ".repeat(1_000_000))).toEqual(["csr.too_large"]);
  });
});
