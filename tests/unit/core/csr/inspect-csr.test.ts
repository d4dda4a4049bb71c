// What a sound CSR becomes, and that the answer holds every finding, within bounds.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { readDer } from "#core/csr/der/read-der.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { derRules, pemRules, requestRules } from "#core/csr/rules/all.ts";
import { derCanonical } from "#core/csr/rules/der-canonical.ts";
import { libraryAgrees } from "#core/csr/rules/library-agrees.ts";
import {
  aCsr,
  aCsrPem,
  attribute,
  challenge,
  ecKey,
  extension,
  extensionRequest,
  rdn,
  rsaKey,
  toPem,
} from "#support/csr-builder.ts";
import {
  bitString,
  boolean,
  bytes,
  concat,
  contextString,
  integer,
  oid,
  printableString,
  sequence,
  utf8String,
} from "#support/der-builder.ts";
import { codesOf } from "./findings-of.ts";

const sha256 = (input: Uint8Array) => createHash("sha256").update(input).digest("hex");

it("turns a sound request into its parts, its hashes and the bytes to send", async () => {
  const key = ecKey("P-384");
  const der = aCsr({
    key,
    subject: [rdn("2.5.4.10", printableString("Acme")), rdn("2.5.4.3", utf8String("device-1"))],
    attributes: [
      challenge("correct horse"),
      extensionRequest(
        extension("2.5.29.17", sequence(contextString(6, "urn:device:1"))),
        extension("2.5.29.15", bitString(bytes(0xa0), 5)),
        extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2"), oid("1.2.3"))),
        extension("2.5.29.19", sequence()),
        extension("1.2.3.4", bytes()),
      ),
    ],
  });
  expect(await inspectCsr(toPem(der, "NEW CERTIFICATE REQUEST"))).toEqual({
    kind: "sound",
    csr: {
      der,
      pem: toPem(der),
      sha256: sha256(der),
      key: { kind: "ec", curve: "P-384" },
      spki: key.spki,
      spkiSha256: sha256(key.spki),
      subject: [
        { type: "O", value: "Acme" },
        { type: "CN", value: "device-1" },
      ],
      requested: {
        subjectAltNames: [{ kind: "uri", value: "urn:device:1" }],
        extendedKeyUsages: ["clientAuth", "1.2.3"],
        keyUsages: ["digitalSignature", "keyEncipherment"],
        basicConstraintsCa: false,
        others: ["1.2.3.4"],
      },
      hasChallengePassword: true,
    },
  });
});

it("does not show the challenge password", async () => {
  const inspection = await inspectCsr(
    aCsrPem({ attributes: [challenge("correct horse"), challenge("correct horse")] }),
  );
  expect(inspection.kind).toBe("unsound");
  expect(JSON.stringify(inspection)).not.toContain("correct horse");
});

it("reports what is wrong in every part at once", async () => {
  const parts = {
    key: rsaKey(1024, 3),
    version: integer(2n),
    hash: "sha1",
    subject: [rdn("2.5.4.3", utf8String("a\0")), rdn("2.5.4.3", utf8String(""))],
    attributes: [attribute("1.2.3", boolean(1))],
  } as const;
  expect(await codesOf(`x${aCsrPem(parts)}`)).toEqual([
    "csr.attribute_unsupported",
    "csr.signature_algorithm_weak",
    "csr.text_outside_block",
    "csr.version_unsupported",
    "der.boolean_malformed",
    "key.rsa_exponent",
    "key.rsa_too_short",
    "subject.attribute_duplicate",
    "subject.character_forbidden",
    "subject.value_length",
  ]);
});

it("reports at most 32 findings", async () => {
  const subject = Array.from({ length: 100 }, () => rdn("1.2.3", utf8String("\0")));
  const inspection = await inspectCsr(aCsrPem({ subject }));
  expect(inspection.kind === "unsound" && inspection.findings.length).toBe(32);
});

it("knows every rule by the name of its file", () => {
  const folder = new URL("../../../../packages/core/src/csr/rules/", import.meta.url);
  const files = readdirSync(folder).map(file => file.replace(".ts", ""));
  const rules = [...pemRules, ...derRules, ...requestRules].map(rule => rule.name);
  expect(rules.toSorted()).toEqual(
    files.filter(file => !["all", "rule", "rsa-rule"].includes(file)).toSorted(),
  );
});

it("has two rules that hold the strict reader to account, should it ever let something through", async () => {
  const good = aCsr({ key: rsaKey(2048) });
  // A padded outer length: BER, which the reader refuses before these rules are asked.
  const padded = concat(bytes(0x30, 0x83, 0), good.slice(2));
  const document = (posted: typeof good) => ({ bytes: posted, reading: readDer(posted), request: undefined });
  for (const rule of [derCanonical, libraryAgrees]) {
    expect(await rule.check(document(good))).toEqual([]);
    expect(await rule.check(document(padded))).toMatchObject([{ code: "csr.parsers_disagree" }]);
  }
});
