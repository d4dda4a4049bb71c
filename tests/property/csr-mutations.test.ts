// Whatever is posted: an answer, soon, and if it is yes then for exactly one spelling of the request (threat B10).

import fc from "fast-check";
import { expect, it } from "vitest";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { aCsr, challenge, extension, extensionRequest, rsaKey, toPem } from "#support/csr-builder.ts";
import { contextString, sequence } from "#support/der-builder.ts";

const originals = [
  aCsr(),
  aCsr({ key: rsaKey(2048) }),
  aCsr({
    attributes: [
      challenge("secret"),
      extensionRequest(extension("2.5.29.17", sequence(contextString(6, "urn:device:1")))),
    ],
  }),
];

const original = fc.constantFrom(...originals);

/** A request with a few octets overwritten, cut out or put in. */
const mutated = fc
  .tuple(
    original,
    fc.array(
      fc.record({
        at: fc.nat(),
        remove: fc.nat({ max: 3 }),
        insert: fc.uint8Array({ maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([der, edits]) =>
    edits.reduce((octets, { at, remove, insert }) => {
      const start = at % (octets.length + 1);
      return Uint8Array.from([...octets.slice(0, start), ...insert, ...octets.slice(start + remove)]);
    }, der),
  );

/** Far above the 50 ms aimed at, since tests share the machine: this tells a hang from an answer. */
const patienceMs = 2_000;

async function answersInTime(text: string): Promise<void> {
  const start = performance.now();
  const inspection = await inspectCsr(text);
  expect(performance.now() - start).toBeLessThan(patienceMs);
  if (inspection.kind === "unsound") {
    expect(inspection.findings.length).toBeGreaterThan(0);
    for (const { detail } of inspection.findings) expect(detail).toMatch(/^[ -~…]{1,300}$/);
    return;
  }
  expect(await inspectCsr(inspection.csr.pem)).toEqual(inspection);
}

it("answers every mutation of a request, and accepts only what it would write itself", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async der => {
      await answersInTime(toPem(der));
      const inspection = await inspectCsr(toPem(der));
      if (inspection.kind === "sound") expect(inspection.csr.der).toEqual(der);
    }),
    { numRuns: 2_000 },
  );
});

it("answers every text", { timeout: 60_000 }, async () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme-ascii", maxLength: 500 }),
  );
  await fc.assert(fc.asyncProperty(anyText, answersInTime), { numRuns: 500 });
});

it("answers every change of the text around and in a block", { timeout: 60_000 }, async () => {
  const edit = fc.tuple(original, fc.nat(), fc.nat({ max: 5 }), fc.string({ unit: "binary", maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(edit, async ([der, at, remove, insert]) => {
      const text = toPem(der);
      const start = at % text.length;
      await answersInTime(text.slice(0, start) + insert + text.slice(start + remove));
    }),
    { numRuns: 1_000 },
  );
});

it("answers every sequence of octets in a block", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), octets =>
      answersInTime(toPem(Uint8Array.from(octets))),
    ),
    { numRuns: 1_000 },
  );
});
