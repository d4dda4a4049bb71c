// What a user's origin imports: one file, nothing to install, and it works outside this project.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { anHttpEvent } from "#support/http-event.ts";
import { viewerHeaders } from "#support/viewer-headers.ts";
import { buildVerifier } from "#verifier/build/build-verifier.ts";
import { makeAuthority } from "../../contract/edge/test-authority.ts";

const directory = mkdtempSync(join(tmpdir(), "verifier-"));
const file = join(directory, "edgecert-verifier.mjs");
const source = await buildVerifier();
writeFileSync(file, source);
afterAll(() => rmSync(directory, { recursive: true }));

it("imports node's own modules and nothing else", () => {
  const imported = [...source.matchAll(/^import .* from "([^"]+)";$/gm)].map(([, name]) => name);
  expect(new Set(imported)).toEqual(new Set(["node:crypto", "node:tls"]));
  expect(source).not.toMatch(/\b(?:require|import)\(/);
  expect(Buffer.byteLength(source)).toBeLessThan(60_000);
});

it("identifies a viewer and refuses a forgery", async () => {
  const verifier = await import(file);
  const judge = (headers: Readonly<Record<string, string>>) =>
    verifier.fromLambdaEvent(anHttpEvent({ headers }));
  expect(judge(viewerHeaders)).toMatchObject({ kind: "identified", viewer: { authority: "m1" } });
  expect(judge({ ...viewerHeaders, "x-edgecert-tenant": "umbrella" })).toMatchObject({ kind: "refused" });
  expect(Object.keys(verifier).sort()).toEqual([
    "fromLambdaEvent",
    "fromNodeRequest",
    "onlyValue",
    "parseDistinguishedName",
    "readRevocationList",
    "requireViewer",
    "trustOrigin",
    "trustViewers",
    "valuesOf",
    "viewerOf",
  ]);
  expect(verifier.trustOrigin(makeAuthority("Origin CA").pem).anchors).toHaveLength(1);
});
