// A private key that is posted by mistake (threat B8) is refused, and no sixteen bytes of it are kept or said anywhere:
// not in an answer, not in a log, not in the state of any server.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { aCsrPem } from "#support/csr-builder.ts";
import { expectRefused, ledgerOf, post, send, startWorld, type World } from "./world.ts";

const directory = mkdtempSync(join(tmpdir(), "edgecert-private-key-"));
let world: World;
beforeAll(async () => {
  world = await startWorld({ directory, durable: true });
});
let stopped = false;
async function stopOnce(): Promise<void> {
  if (!stopped) await world?.cloud.stop();
  stopped = true;
}
afterAll(async () => {
  await stopOnce();
  rmSync(directory, { recursive: true, force: true });
});

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const sec1 = privateKey.export({ type: "sec1", format: "pem" }).toString();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const pkcs1 = rsa.export({ type: "pkcs1", format: "pem" }).toString();
const bare = pkcs8.replaceAll(/-----[^-]+-----|\s/g, "");
const good = aCsrPem();
const holder = "device-1";

const leak = { status: 422, code: "enrolment.refused", findings: ["csr.contains_private_key /csr"] };
const malformed = { status: 400, code: "request.malformed" };

test.each([
  ["PKCS #8", pkcs8],
  ["SEC 1", sec1],
  ["PKCS #1", pkcs1],
  ["base64 without its armour", bare],
  ["a key under a request's label", pkcs8.replaceAll("PRIVATE KEY", "CERTIFICATE REQUEST")],
  ["a key before a good request", pkcs8 + good],
  ["a key after a good request", good + pkcs8],
])("as the CSR: %s", async (_, csr) => {
  await expectRefused(world, world.acme, { body: JSON.stringify({ holder, csr }) }, leak);
});

test.each([
  ["the holder", { holder: pkcs8, csr: good }],
  ["the lot", { holder, lot: bare, csr: good }],
  ["an unknown member", { holder, csr: good, key: pkcs8 }],
  ["a member's name", { holder, csr: good, [pkcs8]: true }],
])("as %s", async (_, body) => {
  await expectRefused(world, world.acme, { body: JSON.stringify(body) }, malformed);
});

test("in a body that is no JSON, as an Idempotency-Key, and as a token", async () => {
  await expectRefused(world, world.acme, { body: `{"csr": ${pkcs8}` }, malformed);
  const body = JSON.stringify({ holder: "keyed", csr: aCsrPem({ subject: [] }) });
  const headers = { "idempotency-key": bare.slice(0, 120) };
  expect((await send(world.acme, { body, headers })).status).toBe(422);
  const refusal = { status: 401, code: "caller.unauthenticated" };
  const request = {
    body: JSON.stringify({ holder, csr: good }),
    headers: { authorization: `Bearer ${bare}` },
  };
  await expectRefused(world, world.cloud.access, request, refusal);
});

test("leaves no sixteen bytes of it in any log or any server's state", async () => {
  // What must be found shows that the search works: a public key that was enrolled.
  const { csr } = await makeKeyAndCsr("control");
  expect((await post(world.acme, { holder: "control", csr })).status).toBe(201);
  expect(ledgerOf(world, "control")).toHaveLength(1);
  const control = Buffer.from(csr.replaceAll(/-----[^-]+-----|\s/g, ""), "base64").subarray(40, 90);
  await stopOnce();
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    // The bundles were built before anything was posted.
    .filter(entry => entry.isFile() && !entry.parentPath.endsWith("/functions"))
    .map(({ parentPath, name }) => ({ name, bytes: readFileSync(join(parentPath, name)) }));
  const holding = (secret: Buffer) =>
    files.filter(({ bytes }) => containsPiece(bytes, secret)).map(({ name }) => name);
  expect(holding(control)).not.toEqual([]);
  expect(files.map(({ name }) => name)).toContain("post-certificates.log");
  expect(holding(scalarOf(privateKey.export({ format: "jwk" }).d))).toEqual([]);
  expect(holding(scalarOf(rsa.export({ format: "jwk" }).p))).toEqual([]);
});

function scalarOf(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

/** Sixteen bytes in a row, raw, in hex, or in base64 at any of its three alignments. */
function containsPiece(bytes: Buffer, secret: Buffer): boolean {
  for (let at = 0; at + 16 <= secret.length; at += 1) {
    const piece = secret.subarray(at, at + 16);
    // Twelve to fifteen of the bytes make whole base64 digits, whatever stands before them.
    const digits = [0, 1, 2].map(skip => piece.subarray(skip, skip + 12).toString("base64"));
    if ([piece, piece.toString("hex"), ...digits].some(form => bytes.includes(form))) return true;
  }
  return false;
}
