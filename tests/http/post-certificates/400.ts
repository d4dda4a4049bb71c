// POST /v1/certificates, refused for its body or headers: 400, 413, 415. Nothing is asked of the CA, nothing recorded.
import { beforeAll, describe, expect, test } from "vitest";
import { aCsrPem, rsaKey } from "#support/csr-builder.ts";
import { expectRefused, post, send, sharedWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
});

const csr = aCsrPem();
const holder = "device-1";
const malformed = (findings: readonly string[]) => ({ status: 400, code: "request.malformed", findings });

describe("a body that is not JSON in UTF-8", () => {
  test.each<[string, string | Uint8Array]>([
    ["nothing at all", ""],
    ["half an object", '{"holder":'],
    ["a form", "holder=device-1"],
    ["two objects", "{}{}"],
    ["UTF-16", Buffer.from('{"holder":"device-1"}', "utf16le")],
    ["60,000 brackets", "[".repeat(60_000)],
  ])("%s is refused with json.syntax", async (_, body) => {
    await expectRefused(world, world.acme, { body }, malformed(["json.syntax "]));
  });
});

describe("a body of the wrong shape", () => {
  const longName = "x".repeat(5_000);
  test.each<[string, unknown, readonly string[]]>([
    ["null", null, ["schema.invalid_type "]],
    ["a list", [{ holder, csr }], ["schema.invalid_type "]],
    ["a string", "device-1", ["schema.invalid_type "]],
    ["no CSR", { holder }, ["schema.invalid_type /csr"]],
    ["an empty CSR", { holder, csr: "" }, ["schema.too_small /csr"]],
    ["a CSR that is no text", { holder, csr: 1 }, ["schema.invalid_type /csr"]],
    [
      "a CSR of 32,769 characters",
      { holder, csr: csr + "\n".repeat(32_769 - csr.length) },
      ["schema.too_big /csr"],
    ],
    ["no holder", { csr }, ["schema.invalid_type /holder"]],
    ["an empty holder", { holder: "", csr }, ["schema.invalid_format /holder"]],
    ["a holder of 65 characters", { holder: "d".repeat(65), csr }, ["schema.invalid_format /holder"]],
    ["a holder that starts with a dash", { holder: "-device", csr }, ["schema.invalid_format /holder"]],
    ["a holder with a line break", { holder: "device-1\n", csr }, ["schema.invalid_format /holder"]],
    ["a holder with a DN metacharacter", { holder: "a,CN=b", csr }, ["schema.invalid_format /holder"]],
    ["a holder beyond ASCII", { holder: "dévice", csr }, ["schema.invalid_format /holder"]],
    ["a profile whose name is none", { holder, csr, profile: "Root!" }, ["schema.invalid_format /profile"]],
    [
      "a profile named like a method",
      { holder, csr, profile: "toString" },
      ["schema.invalid_format /profile"],
    ],
    ["a tenant in capitals", { holder, csr, tenant: "ACME" }, ["schema.invalid_format /tenant"]],
    ["a lot of 65 characters", { holder, csr, lot: "l".repeat(65) }, ["schema.invalid_format /lot"]],
    ["an unknown member", { holder, csr, "a/b": 1 }, ["schema.unrecognized_keys /a~1b"]],
    ["an unknown member with a long name", { holder, csr, [longName]: 1 }, ["schema.unrecognized_keys "]],
  ])("%s is refused with a pointer to it", async (_, body, findings) => {
    await expectRefused(world, world.acme, { body: JSON.stringify(body) }, malformed(findings));
  });

  test("a member named __proto__ is unknown too, and reaches no prototype", async () => {
    const body = `{"holder":"device-1","csr":${JSON.stringify(csr)},"__proto__":{"tenant":"zenith"}}`;
    await expectRefused(world, world.acme, { body }, malformed(["schema.unrecognized_keys /__proto__"]));
  });

  test("of a thousand unknown members 32 are named", async () => {
    const extra = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`member-${at}`, at]));
    const body = JSON.stringify({ holder, csr, ...extra });
    const refusal = { status: 400, code: "request.malformed" };
    const answer = await expectRefused(world, world.acme, { body }, refusal);
    expect(answer.body["errors"]).toHaveLength(32);
  });

  test("an operator must name the tenant", async () => {
    const body = JSON.stringify({ holder, csr });
    await expectRefused(world, world.operator, { body }, malformed(["tenant.missing /tenant"]));
  });
});

describe("the Idempotency-Key header", () => {
  test.each([
    ["129 characters", "k".repeat(129)],
    ["a blank in it", "a b"],
    ["nothing in it", ""],
    ["a character beyond ASCII", "clé"],
  ])("with %s is refused", async (_, key) => {
    const request = { body: JSON.stringify({ holder, csr }), headers: { "idempotency-key": key } };
    await expectRefused(world, world.acme, request, malformed(["idempotency_key.malformed "]));
  });

  test("of 128 characters is taken", async () => {
    const answer = await post(world.acme, { holder, csr }, { "idempotency-key": "k".repeat(128) });
    expect(answer.status).toBe(201);
  });
});

test("several faults at once are all found, each with its pointer", async () => {
  const body = {
    holder: "-",
    profile: "root",
    lot: "",
    slot: 1,
    csr: aCsrPem({ key: rsaKey(1_024), hash: "sha1" }),
  };
  await expectRefused(
    world,
    world.acme,
    { body: JSON.stringify(body), headers: { "idempotency-key": "a b" } },
    malformed([
      "schema.invalid_format /holder",
      "profile.unknown /profile",
      "schema.invalid_format /lot",
      "schema.unrecognized_keys /slot",
      "idempotency_key.malformed ",
      "key.rsa_too_short /csr",
      "csr.signature_algorithm_weak /csr",
    ]),
  );
});

describe("415", () => {
  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonx",
    "application/pkcs10",
    "",
  ])("a body of type '%s' is not looked at", async type => {
    const request = { body: JSON.stringify({ holder, csr }), headers: { "content-type": type } };
    const refusal = { status: 415, code: "request.media_type_unsupported" };
    await expectRefused(world, world.acme, request, refusal);
  });

  test.each(["application/json; charset=utf-8", "APPLICATION/JSON"])("'%s' is JSON", async type => {
    const answer = await post(world.acme, { holder: "typed", csr: "x" }, { "content-type": type });
    expect(answer.status).toBe(422);
  });
});

describe("413", () => {
  const tooLarge = { status: 413, code: "request.too_large" };
  const padded = (bytes: number): string => JSON.stringify({ holder: "padded", csr: "x" }).padEnd(bytes);

  test("65,536 bytes are read", async () => {
    const answer = await send(world.acme, { body: padded(65_536) });
    expect(answer.status).toBe(422);
  });

  test.each([
    ["65,537 bytes", padded(65_537)],
    ["65,537 bytes in fewer characters", `"${"é".repeat(32_767)}" `],
    ["a megabyte of brackets", "[".repeat(1_048_576)],
  ])("%s are not", async (_, body) => {
    await expectRefused(world, world.acme, { body }, tooLarge);
  });

  test.each([
    ["Lambda's 6 MB", 7_000_000],
    ["the gateway's 10 MB", 11_000_000],
  ])("a body past %s never reaches the function", async (_, bytes) => {
    const answer = await send(world.acme, { body: " ".repeat(bytes) });
    expect(answer.status).toBe(413);
  });
});
