// Hold and resume: the certificate's state and its denied slot agree after any race, and a revocation is never undone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoCertificateFinder } from "#aws/registry/certificate-finder.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoHoldRegistry } from "#aws/registry/hold-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { holdCertificate, resumeCertificate } from "#core/revocation/hold.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import {
  auditOf,
  putCertificate,
  rowsOf,
  startTestRegistry,
  type TestRegistry,
} from "#support/registry-table.ts";

let registry: TestRegistry;
let table: RegistryTable;
let slot = 0;
beforeAll(async () => {
  registry = await startTestRegistry();
  table = await registry.table();
});
afterAll(() => registry.stop());

type Act = "hold" | "resume" | "revoke";
let requests = 0;

/** Whether it was done; busy counts as not done, as for a caller that does not repeat. */
async function act(certificate: Certificate, what: Act): Promise<boolean> {
  requests += 1;
  const audit = (action: "certificate.held" | "certificate.resumed" | "certificate.revoked") =>
    auditOf(certificate.id, action, `r${requests}`);
  const { recordHold, recordResume } = dynamoHoldRegistry(table);
  if (what === "hold") return recordHold(certificate, audit("certificate.held"));
  if (what === "resume") return recordResume(certificate, audit("certificate.resumed"));
  const revocation = { reason: "keyCompromise", revokedAt: noon, actor: "operator:ada" } as const;
  const outcome = await dynamoRevocationRegistry(table).recordRevocation(
    certificate,
    revocation,
    audit("certificate.revoked"),
  );
  return outcome === "revoked";
}

async function aFresh(): Promise<Certificate> {
  // A page each: its denied rows are this certificate's alone.
  slot += 4096;
  return putCertificate(table, slot);
}

async function stateOf({ id, slot: at }: Certificate) {
  const denied = await rowsOf(table, `PAGE#m1.${(at / 4096).toString(16)}`);
  return { state: (await readCertificate(table, id))?.state, denied: denied.map(({ state }) => state) };
}

describe("one after the other", () => {
  const cases = [
    { acts: ["hold"], done: true, state: "held", denied: ["held"] },
    { acts: ["hold", "hold"], done: false, state: "held", denied: ["held"] },
    { acts: ["hold", "resume"], done: true, state: "active", denied: [] },
    { acts: ["resume"], done: false, state: "active", denied: [] },
    { acts: ["hold", "resume", "hold"], done: true, state: "held", denied: ["held"] },
    { acts: ["hold", "revoke"], done: true, state: "revoked", denied: ["revoked"] },
    { acts: ["hold", "revoke", "resume"], done: false, state: "revoked", denied: ["revoked"] },
    { acts: ["revoke", "hold"], done: false, state: "revoked", denied: ["revoked"] },
    { acts: ["revoke", "resume"], done: false, state: "revoked", denied: ["revoked"] },
    { acts: ["revoke", "revoke"], done: false, state: "revoked", denied: ["revoked"] },
  ] as const;
  test.each(cases)("$acts: $state, the last done $done", async ({ acts, done, state, denied }) => {
    const certificate = await aFresh();
    let last = false;
    for (const what of acts) last = await act(certificate, what);
    expect(last).toBe(done);
    expect(await stateOf(certificate)).toEqual({ state, denied });
  });

  test("each that is done leaves one audit record, one that is not leaves none", async () => {
    const certificate = await aFresh();
    for (const what of ["hold", "hold", "resume", "resume", "revoke", "resume"] as const)
      await act(certificate, what);
    const actions = (await rowsOf(table, `AUDIT#${certificate.id}`)).map(({ action }) => action);
    expect(actions.sort()).toEqual([
      "certificate.held",
      "certificate.issued",
      "certificate.resumed",
      "certificate.revoked",
    ]);
  });
});

describe("racing", () => {
  const agree = {
    active: [],
    held: ["held"],
    revoked: ["revoked"],
  } as const;
  const pairs = [
    ["hold", "revoke"],
    ["resume", "revoke"],
    ["hold", "resume"],
    ["hold", "hold"],
  ] as const;
  test.each(pairs)("%s and %s, fifty times, leave state and denied slot in agreement", async (one, other) => {
    for (let round = 0; round < 50; round += 1) {
      const certificate = await aFresh();
      if (one === "resume") await act(certificate, "hold");
      const results = await Promise.allSettled([act(certificate, one), act(certificate, other)]);
      const { state, denied } = await stateOf(certificate);
      if (state !== "active" && state !== "held" && state !== "revoked") throw new Error(`it is ${state}`);
      expect(denied).toEqual(agree[state]);
      const [, second] = results;
      if (other === "revoke" && second.status === "fulfilled") expect(state).toBe("revoked");
    }
  });
});

describe("an operator's hold", () => {
  const caller = { kind: "operator", subject: "ada", scopes: ["revocations:apply"] } as const;
  let asked = 0;
  const deps = () => ({
    ...dynamoCertificateFinder(table),
    holds: dynamoHoldRegistry(table),
    now: () => noon,
  });
  const hold = ({ id }: Certificate, reason: string, until?: Date) => {
    asked += 1;
    return holdCertificate(deps(), { caller, name: id, requestId: `h${asked}`, reason, until });
  };
  const resume = ({ id }: Certificate) => {
    asked += 1;
    return resumeCertificate(deps(), { caller, name: id, requestId: `h${asked}` });
  };
  const until = fromNoon(3_600_000);

  test("says why and until when; the same again is the same, and another is refused", async () => {
    const certificate = await aFresh();
    const first = await hold(certificate, "inspection", until);
    expect(first).toMatchObject({
      state: "held",
      hold: { reason: "inspection", heldAt: noon, actor: "operator:ada", until },
    });
    expect((await hold(certificate, "inspection", until)).hold).toEqual(first.hold);
    await expect(hold(certificate, "transport", until)).rejects.toMatchObject({ code: "hold.refused" });
    await expect(hold(certificate, "inspection")).rejects.toMatchObject({ code: "hold.refused" });
    const row = await readCertificate(table, certificate.id);
    expect(row?.hold).toEqual(first.hold);
  });

  test("leaves nothing of itself when it is resumed, and resuming again changes nothing", async () => {
    const certificate = await aFresh();
    await hold(certificate, "inspection");
    expect((await resume(certificate)).state).toBe("active");
    expect((await resume(certificate)).state).toBe("active");
    expect((await readCertificate(table, certificate.id))?.hold).toBeUndefined();
    expect(await stateOf(certificate)).toEqual({ state: "active", denied: [] });
  });

  test("never takes back a revocation, whichever came first", async () => {
    const [before, after] = [await aFresh(), await aFresh()];
    await hold(before, "inspection");
    for (const certificate of [before, after]) await act(certificate, "revoke");
    await expect(resume(before)).rejects.toMatchObject({ code: "hold.refused" });
    await expect(resume(after)).rejects.toMatchObject({ code: "hold.refused" });
    await expect(hold(after, "inspection")).rejects.toMatchObject({ code: "hold.refused" });
    for (const certificate of [before, after])
      expect(await stateOf(certificate)).toEqual({ state: "revoked", denied: ["revoked"] });
  });

  test("is refused for a moment that is past, now included, and not for the next", async () => {
    const certificate = await aFresh();
    const malformed = { code: "request.malformed" };
    await expect(hold(certificate, "inspection", noon)).rejects.toMatchObject(malformed);
    await expect(hold(certificate, "inspection", fromNoon(1))).resolves.toMatchObject({ state: "held" });
  });

  test("is refused to who may not apply revocations", async () => {
    const { id } = await aFresh();
    const reader = { kind: "operator", subject: "eve", scopes: ["revocations:plan"] } as const;
    const request = { caller: reader, name: id, requestId: "eve", reason: "inspection" };
    await expect(holdCertificate(deps(), request)).rejects.toMatchObject({ code: "caller.forbidden" });
    await expect(resumeCertificate(deps(), request)).rejects.toMatchObject({ code: "caller.forbidden" });
  });
});
