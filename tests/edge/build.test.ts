// The build: small, self-contained, within the runtime's language, and the operator's mistakes caught.

import { describe, expect, it } from "vitest";
import { buildEdgeFunctions, largestFunctionBytes } from "#edge/build/edge-functions.ts";
import { findUnsupportedSyntax } from "#edge/build/syntax-gate.ts";
import type { EdgeConfiguration, IdentityRule } from "#edge/function/configuration.ts";
import { plain } from "#support/edge-vectors/configured-vectors.ts";

const rule: IdentityRule = { tenant: "acme", holder: "device-*" };

describe("the built functions", () => {
  it("stay under 6,000 of the 10,240 bytes that CloudFront takes", async () => {
    const { connection, viewerRequest } = await buildEdgeFunctions(plain);
    expect(Buffer.byteLength(connection)).toBeLessThan(6_000);
    expect(Buffer.byteLength(viewerRequest)).toBeLessThan(6_000);
  });

  it("import the runtime's modules and nothing else, before anything else", async () => {
    for (const source of Object.values(await buildEdgeFunctions(plain))) {
      expect(source.match(/from"(\w+)"/g)).toEqual(['from"cloudfront"', 'from"crypto"']);
      expect(source).toMatch(/^import \w+ from"cloudfront";import \w+ from"crypto";/);
    }
  });

  it("export nothing and name their handler as CloudFront calls it", async () => {
    const { connection, viewerRequest } = await buildEdgeFunctions(plain);
    expect(connection).toMatch(/async function connectionHandler\(/);
    expect(viewerRequest).toMatch(/async function handler\(/);
    expect(connection + viewerRequest).not.toContain("export");
  });

  it("keep to the documented language", async () => {
    for (const source of Object.values(await buildEdgeFunctions(plain)))
      expect(findUnsupportedSyntax(source)).toEqual([]);
  });

  it("are the same bytes for the same configuration", async () => {
    expect(await buildEdgeFunctions(plain)).toEqual(await buildEdgeFunctions(plain));
  });
});

describe("the build", () => {
  it("refuses a configuration that makes a function larger than CloudFront takes", async () => {
    const identities = Array.from({ length: 200 }, (_, index) => ({
      tenant: `tenant ${index}`,
      holder: "device-*",
    }));
    await expect(buildEdgeFunctions({ ...plain, identities })).rejects.toThrow(
      `the edge takes ${largestFunctionBytes}`,
    );
  });

  it.each<[string, EdgeConfiguration["identities"], RegExp]>([
    ["no rule at all", [], /no rule/],
    ["an empty rule", [{}], /identities\/0: an empty rule/],
    ["a second rule that is empty", [rule, {}], /identities\/1: an empty rule/],
    ["an authority that is no id", [{ authority: "A" }], /is no id/],
    ["a regular expression for a holder", [{ holder: "device-[0-9]+" }], /cannot match/],
    ["an empty holder", [{ holder: "" }], /cannot match/],
    ["a tenant with a comma", [{ tenant: "Acme, Inc." }], /cannot be in a subject/],
    ["an empty tenant", [{ tenant: "" }], /cannot be in a subject/],
  ])("refuses %s", async (_name, identities, message) => {
    await expect(buildEdgeFunctions({ ...plain, identities })).rejects.toThrow(message);
  });

  it.each<[string, IdentityRule]>([
    ["a holder pattern", { holder: "device-*" }],
    ["a tenant", { tenant: "Acme Inc. 2" }],
    ["an authority", { authority: "p1" }],
  ])("accepts a rule of %s alone", async (_name, only) => {
    await expect(buildEdgeFunctions({ ...plain, identities: [only] })).resolves.toBeDefined();
  });
});
