// Operators' moves of renewal windows, on DynamoDB's own engine: one write each, found by whoever asks for a window.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoWindowMoveRegistry } from "#aws/registry/window-move-registry.ts";
import { planBlock } from "#core/authority/block.ts";
import type { Caller } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import {
  moveAuthorityWindows,
  moveCertificateWindow,
  moveLotWindows,
  windowWith,
} from "#core/renewal/move-window.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import {
  putAuthority,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

const now = fromNoon(30 * dayMs);
const operator: Caller = {
  kind: "operator",
  subject: "ada",
  scopes: ["certificates:write", "authorities:write"],
};

let registry: TestRegistry;
let table: RegistryTable;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

async function aWorld() {
  table = await registry.table();
  const authority = await putAuthority(table, { provisionedSlots: 2 ** 20 });
  const lot = { kind: "lot", tenant: "acme", lot: "w47" } as const;
  const block = planBlock({ id: "m1", nextSlot: 0 }, lot, 250_000, noon);
  const blocks = dynamoBlockRegistry(table);
  const planned = { ...block, owner: lot, ordinal: 0, next: block.first };
  if (!(await blocks.cutLotBlock(authority, planned))) {
    throw new Error("the lot's block was not cut");
  }
  const deps = { registry: dynamoWindowMoveRegistry(table), now: () => now };
  return { deps, blocks, planned };
}

let requests = 0;
function asked(parts: { readonly start?: Date | "now"; readonly spreadSeconds?: number } = {}) {
  requests += 1;
  return {
    caller: operator,
    requestId: `request-${requests}`,
    start: "now",
    reason: "incident 7",
    ...parts,
  } as const;
}

const reasonOf = async (deps: Awaited<ReturnType<typeof aWorld>>["deps"], certificate: Certificate) =>
  (await windowWith(deps.registry, certificate)).move?.reason;

describe("a move of one certificate", () => {
  test("opens its window, takes it to the front of what is due, and gives its holder its tries back", async () => {
    const { deps } = await aWorld();
    const { id } = await putCertificate(table, 1, { renewalCount: 4 });
    const window = await moveCertificateWindow(deps, { ...asked(), certificateId: id });
    expect(window.start).toEqual(now);
    const [row] = await rowsOf(table, `CERTIFICATE#${id}`);
    expect(row?.["dueSk"]).toBe(`${now.toISOString()}#${id}`);
    expect(row?.["renewalCount"]).toBeUndefined();
    const audit = (await rowsOf(table, `AUDIT#${id}`)).map(({ action }) => action);
    expect(audit).toContain("renewal.window_moved");
  });

  test("counts from now when it is dated back", async () => {
    const { deps } = await aWorld();
    const { id } = await putCertificate(table, 1);
    const window = await moveCertificateWindow(deps, { ...asked({ start: noon }), certificateId: id });
    expect(window.start).toEqual(now);
  });

  test("leaves its window where an earlier move has brought it, when that is earlier", async () => {
    const { deps } = await aWorld();
    const { id } = await putCertificate(table, 1);
    await moveCertificateWindow(deps, { ...asked(), certificateId: id });
    const later = asked({ start: new Date(now.getTime() + dayMs) });
    const window = await moveCertificateWindow(deps, { ...later, certificateId: id });
    expect(window.start).toEqual(now);
    const [row] = await rowsOf(table, `CERTIFICATE#${id}`);
    expect(row?.["dueSk"]).toBe(`${now.toISOString()}#${id}`);
  });

  test("that is held is refused with the reason, and one that nobody has is not found", async () => {
    const { deps } = await aWorld();
    const { id } = await putCertificate(table, 1, { state: "held" });
    await expect(moveCertificateWindow(deps, { ...asked(), certificateId: id })).rejects.toMatchObject({
      code: "renewal.refused",
      data: { reason: "the certificate is held" },
    });
    await expect(moveCertificateWindow(deps, { ...asked(), certificateId: "m1-0a" })).rejects.toMatchObject({
      code: "resource.not_found",
    });
  });
});

describe("a move of a lot", () => {
  test("covers the lot's certificates and no others, spread over what the CA needs for those handed out", async () => {
    const { deps, blocks, planned } = await aWorld();
    await blocks.takeChunk(planned, 64);
    const inLot = await putCertificate(table, 1, { lot: "w47" });
    const another = await putCertificate(table, 2);
    const move = await moveLotWindows(deps, { ...asked(), tenant: "acme", lot: "w47" });
    expect(move.spreadSeconds).toBe(6);
    expect(await reasonOf(deps, inLot)).toBe("incident 7");
    expect(await reasonOf(deps, another)).toBeUndefined();
    expect((await rowsOf(table, "AUDIT#acme/w47")).map(({ action }) => action)).toEqual([
      "renewal.window_moved",
    ]);
  });

  test("takes the operator's own spread", async () => {
    const { deps } = await aWorld();
    const move = await moveLotWindows(deps, { ...asked({ spreadSeconds: 9 }), tenant: "acme", lot: "w47" });
    expect(move.spreadSeconds).toBe(9);
  });

  test.each([
    ["another tenant's", { tenant: "globex", lot: "w47" }],
    ["nobody's", { tenant: "acme", lot: "w48" }],
  ])("of %s is not found, and no row is made", async (_whose, lot) => {
    const { deps } = await aWorld();
    await expect(moveLotWindows(deps, { ...asked(), ...lot })).rejects.toMatchObject({
      code: "resource.not_found",
    });
    expect(await rowsOf(table, `LOT#${lot.tenant}#${lot.lot}`)).toEqual([]);
    expect(await rowsOf(table, `AUDIT#${lot.tenant}/${lot.lot}`)).toEqual([]);
  });
});

describe("a move of an authority", () => {
  test("covers its certificates, and not the ones that it issues from then on", async () => {
    const { deps } = await aWorld();
    const old = await putCertificate(table, 1);
    const fresh = await putCertificate(table, 2, { issuedAt: now });
    const move = await moveAuthorityWindows(deps, { ...asked(), authorityId: "m1" });
    expect(move.spreadSeconds).toBe(Math.ceil((62 * 4_096) / 12.5));
    expect(await reasonOf(deps, old)).toBe("incident 7");
    expect(await windowWith(deps.registry, fresh)).toEqual(renewalWindow(fresh));
  });

  test("that does not exist is not found", async () => {
    const { deps } = await aWorld();
    await expect(moveAuthorityWindows(deps, { ...asked(), authorityId: "m9" })).rejects.toMatchObject({
      code: "resource.not_found",
    });
  });
});

test.each([
  ["certificates:write", moveAuthorityWindows, { authorityId: "m1" }],
  ["authorities:write", moveLotWindows, { tenant: "acme", lot: "w47" }],
  ["authorities:write", moveCertificateWindow, { certificateId: "m1-0a" }],
] as const)("the scope %s alone is not enough for %o", async (scope, move, target) => {
  const { deps } = await aWorld();
  const caller: Caller = { kind: "operator", subject: "bob", scopes: [scope] };
  // Each of the three takes its own target; together their type takes all of them.
  const call = move as (with_: typeof deps, input: object) => Promise<unknown>;
  await expect(call(deps, { ...asked(), ...target, caller })).rejects.toMatchObject({
    code: "caller.forbidden",
  });
});
