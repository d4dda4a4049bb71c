// Whatever is posted to EST: an answer below 500, and a certificate for exactly one spelling of the request.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { rootLogger } from "#functions/log.ts";
import { aCsr, challenge, extension, extensionRequest, rsaKey, toPem } from "#support/csr-builder.ts";
import { contextString, sequence } from "#support/der-builder.ts";
import { type EstPost, estWorld } from "#support/est-route.ts";
import { aCertificate } from "#support/records.ts";
import { ecKeys, issueFrom, makeTestCa } from "#support/test-ca.ts";

const urn = contextString(6, "urn:edgecert:acme:device-1");
const originals = [
  aCsr(),
  aCsr({ key: rsaKey(2048) }),
  aCsr({
    attributes: [challenge("secret"), extensionRequest(extension("2.5.29.17", sequence(urn)))],
  }),
];

let world: ReturnType<typeof estWorld>;
beforeAll(async () => {
  rootLogger.setLogLevel("SILENT");
  const certificatePem = await issueFrom(await makeTestCa(), await ecKeys());
  world = estWorld({ profile: "factory", holder: "line-1" }, aCertificate({ certificatePem }));
});

// The same cases in every run: RFC 7030.
const seeded = (numRuns: number) => ({ numRuns, seed: 7030 });

async function answerTo(request: EstPost): Promise<number> {
  const { statusCode = 0, headers, body = "" } = await world.post(request);
  const type = headers?.["content-type"];
  if (statusCode !== 200)
    expect([type, JSON.parse(body).status]).toEqual(["application/problem+json", statusCode]);
  return statusCode;
}

const operation = fc.constantFrom("simpleenroll", "simplereenroll");

/** Text with a few characters cut out or put in. */
const edited = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(
      text,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 5 }), fc.string({ maxLength: 5 })), { maxLength: 4 }),
    )
    .map(([whole, edits]) =>
      edits.reduce((rest, [at, remove, insert]) => {
        const start = at % (rest.length + 1);
        return rest.slice(0, start) + insert + rest.slice(start + remove);
      }, whole),
    );

describe("every body is answered below 500", { timeout: 120_000 }, () => {
  const base64 = fc.constantFrom(...originals).map(der => Buffer.from(der).toString("base64"));
  const pem = fc.constantFrom(...originals).map(der => toPem(der));

  it("of base64 that was damaged", async () => {
    const known = new Set(originals.map(der => Buffer.from(der).toString("base64")));
    await fc.assert(
      fc.asyncProperty(operation, edited(base64), async (name, body) => {
        const status = await answerTo({ operation: name, body });
        expect(status).toBeLessThan(500);
        // White space aside, nothing but an original gets a certificate.
        if (status === 200) expect(known).toContain(body.replaceAll(/[ \t\r\n]/g, ""));
      }),
      seeded(500),
    );
  });

  it("of any octets, in base64 or not", async () => {
    const octets = fc.uint8Array({ maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(operation, octets, fc.boolean(), async (name, raw, encoded) => {
        const body = encoded ? Buffer.from(raw).toString("base64") : raw;
        expect(await answerTo({ operation: name, body })).toBeLessThan(500);
      }),
      seeded(500),
    );
  });

  it("of PEM, damaged or not, under any label and media type", async () => {
    const type = fc.constantFrom(
      "application/pkcs10",
      "application/pkcs10; charset=us-ascii",
      "",
      "text/plain",
    );
    const label = fc.oneof(fc.constant("device"), fc.string({ maxLength: 80 }));
    await fc.assert(
      fc.asyncProperty(edited(pem), type, label, async (body, contentType, name) => {
        const status = await answerTo({ body, contentType, label: name });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
      seeded(300),
    );
  });

  it("and sound ones get their certificate", async () => {
    for (const der of originals) {
      expect(await answerTo({ body: Buffer.from(der).toString("base64") })).toBe(200);
    }
  });
});
