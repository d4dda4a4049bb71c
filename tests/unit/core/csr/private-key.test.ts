// A private key posted by mistake is named as such, whatever form it has, and nothing of it comes back (threat B8).

import { expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { aCsrPem, ecKey, rsaKey, toPem } from "#support/csr-builder.ts";
import { codesOf } from "./findings-of.ts";

const rsa = rsaKey(2048).privateKey;
const ec = ecKey("P-256").privateKey;
const cipher = { cipher: "aes-256-cbc", passphrase: "x" } as const;
const pkcs8 = rsa.export({ type: "pkcs8", format: "der" });
const csr = aCsrPem();
const label = "CERTIFICATE REQUEST";

const posts = [
  { name: "PKCS #8", text: rsa.export({ type: "pkcs8", format: "pem" }).toString() },
  { name: "PKCS #8, encrypted", text: rsa.export({ type: "pkcs8", format: "pem", ...cipher }).toString() },
  { name: "PKCS #1", text: rsa.export({ type: "pkcs1", format: "pem" }).toString() },
  { name: "SEC 1", text: ec.export({ type: "sec1", format: "pem" }).toString() },
  { name: "a key before the request", text: ec.export({ type: "sec1", format: "pem" }).toString() + csr },
  { name: "a key after the request", text: csr + ec.export({ type: "pkcs8", format: "pem" }).toString() },
  { name: "PKCS #8 labelled as a request", text: toPem(Uint8Array.from(pkcs8), label) },
  {
    name: "encrypted PKCS #8 labelled as a request",
    text: toPem(Uint8Array.from(rsa.export({ type: "pkcs8", format: "der", ...cipher })), label),
  },
  {
    name: "PKCS #1 labelled as a request",
    text: toPem(Uint8Array.from(rsa.export({ type: "pkcs1", format: "der" })), label),
  },
  {
    name: "SEC 1 labelled as a request",
    text: toPem(Uint8Array.from(ec.export({ type: "sec1", format: "der" })), label),
  },
  { name: "base64 without a label", text: pkcs8.toString("base64").replaceAll(/.{64}/g, "$&\n") },
  {
    name: "an OpenSSH key",
    text: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
  },
  { name: "a key too large to look into", text: `-----BEGIN PRIVATE KEY-----\n${"A".repeat(40_000)}` },
];

it.each(posts)("recognises $name", async ({ text }) => {
  expect(await codesOf(text)).toEqual(["csr.contains_private_key"]);
});

it.each(posts)("repeats nothing of $name", async ({ text }) => {
  const answer = JSON.stringify(await inspectCsr(text));
  const body = text.replaceAll(/-----[^-]*-----|\s/g, "");
  for (let at = 0; at + 12 <= Math.min(body.length, 2_000); at += 1)
    expect(answer.includes(body.slice(at, at + 12))).toBe(false);
});

it("does not take a request or a public key for one", async () => {
  expect(await codesOf(csr)).toEqual([]);
  expect(await codesOf(toPem(rsaKey(2048).spki, label))).toEqual(["csr.not_a_request"]);
});
