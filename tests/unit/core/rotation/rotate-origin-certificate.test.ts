import { expect, test } from "vitest";
import { originLedger } from "#core/rotation/origin-ledger.ts";
import { retireOriginCertificates } from "#core/rotation/retire-origin-certificates.ts";
import * as x509 from "#core/x509.ts";
import { dayMs, noon } from "#support/fixed-time.ts";
import { aSerial } from "#support/records.ts";
import { ecKeys, makeTestCa, rsaKeys } from "#support/test-ca.ts";
import { originPair, originWorld } from "./origin-world.ts";

const leaseMs = 16 * 60_000;

test("the first run adopts what ACM holds and asks the CA for nothing", async () => {
  const world = await originWorld();
  expect(await world.run()).toMatchObject({ kind: "kept", probe: "seen", daysLeft: 90 });
  expect(world.state()?.current).toMatchObject({ serial: "5a" });
  expect(world.audit.map(({ action }) => action)).toEqual(["origin_certificate.adopted"]);
  await world.run();
  expect(world.state()?.version).toBe(1);
});

test("a certificate is due at two thirds of its life and not a millisecond before", async () => {
  const world = await originWorld();
  world.clock.forward(60 * dayMs - 1);
  expect(await world.run()).toMatchObject({ kind: "kept" });
  world.clock.forward(1);
  expect(await world.run()).toMatchObject({ kind: "rotated", reason: "due" });
});

test("every state that is recorded has its audit record, and none holds a key", async () => {
  const world = await originWorld();
  await world.run(true);
  expect(world.audit.map(({ action }) => action.split(".")[1])).toEqual([
    "adopted",
    "rotation_started",
    "asked",
    "importing",
    "rotated",
  ]);
  expect(world.held.live.privateKeyPem).toContain("PRIVATE KEY");
  expect(JSON.stringify([world.audit, world.state()])).not.toContain("PRIVATE KEY");
});

test("both ARNs end with the new pair, and the old serial waits a day for its revocation", async () => {
  const world = await originWorld();
  await world.run(true);
  expect(world.held.rehearsal).toBe(world.held.live);
  world.clock.forward(dayMs - 1);
  await world.run();
  expect(world.revoked).toEqual([]);
  world.clock.forward(1);
  expect(await world.run()).toMatchObject({ kind: "kept", revoked: 1 });
  expect(world.revoked).toEqual(["5a"]);
  expect(world.state()?.retiring).toEqual([]);
});

test.each(["other", "refused"] as const)(
  "a rehearsal that ends with `%s` never touches the live ARN, and the new certificate is revoked",
  async outcome => {
    const world = await originWorld();
    const before = world.held.live;
    world.edgeAnswers("rehearsal", outcome);
    const result = await world.run(true);
    expect(result).toMatchObject({
      kind: "rolled_back",
      why: expect.stringContaining(outcome),
      revoked: 1,
    });
    expect(world.held.live).toBe(before);
    expect(world.revoked).toEqual(["c0"]);
    expect(world.state()?.rotation).toBeUndefined();
  },
);

test("an edge that is slow within its time is waited for", async () => {
  const world = await originWorld();
  world.edgeAnswers("rehearsal", "other");
  const { wait } = world.deps;
  let waited = 0;
  Object.assign(world.deps, {
    wait: async (ms: number) => {
      waited += ms;
      if (waited > 40_000) world.edgeAnswers("rehearsal", undefined);
      await wait(ms);
    },
  });
  expect(await world.run(true)).toMatchObject({ kind: "rotated" });
});

test("an import that the edge does not show yet is proved by the next run, without another certificate", async () => {
  const world = await originWorld();
  world.edgeAnswers("live", "other");
  expect(await world.run(true)).toMatchObject({ kind: "unproved", probe: "other", revoked: 0 });
  const imported = world.held.live;
  expect(await world.run(false, "run-2")).toMatchObject({ kind: "unproved" });
  world.edgeAnswers("live", undefined);
  expect(await world.run(false, "run-3")).toMatchObject({ kind: "rotated" });
  expect(world.held.live).toBe(imported);
  expect(world.revoked).toEqual([]);
  expect(world.state()?.retiring).toMatchObject([{ serial: "5a", reason: "superseded" }]);
});

test.each([
  ["another extended key usage", { extendedKeyUsages: [x509.ExtendedKeyUsage.serverAuth] }, /clientAuth/],
  ["a CA certificate", { isCa: true }, /CA certificate/],
  ["another name", { alternativeNames: [{ type: "dns", value: "x.example" }] }, /alternative name/],
  ["a longer life", { notAfter: new Date("2027-01-01T00:00:00Z") }, /lifetime/],
  ["another serial", { serial: "77" }, /serial/],
] as const)("a CA that signs %s is not believed: nothing is imported", async (_name, parts, why) => {
  const world = await originWorld();
  const before = { ...world.held };
  world.caSigns(parts);
  expect(await world.run(true)).toMatchObject({ kind: "rolled_back", why: expect.stringMatching(why) });
  expect(world.held).toEqual(before);
  expect(world.revoked).toEqual(["c0"]);
});

test("while one run holds the lease another does nothing; after it the abandoned certificate is revoked", async () => {
  const world = await originWorld();
  const { replace } = world.deps.store;
  const dead = new Promise<never>(() => undefined);
  Object.assign(world.deps.store, { replace: () => dead });
  void world.run(true);
  await expect.poll(() => world.state()?.rotation?.step).toBe("asked");
  Object.assign(world.deps.store, { replace });
  world.clock.forward(leaseMs - 1);
  expect(await world.run(true, "run-2")).toEqual({ kind: "busy" });
  world.clock.forward(1);
  expect(await world.run(false, "run-3")).toMatchObject({ kind: "kept", revoked: 1 });
  expect(world.revoked).toEqual(["c0"]);
});

test("of two runs that read the same row one rotates, and the other is told that the registry is busy", async () => {
  const world = await originWorld();
  await world.run();
  const row = world.state();
  Object.assign(world.deps.registry, { read: async () => row });
  const results = await Promise.allSettled([world.run(true, "run-a"), world.run(true, "run-b")]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const refused = results.find(({ status }) => status === "rejected");
  expect(refused).toMatchObject({ reason: { code: "registry.busy" } });
  expect(world.state()?.rotation).toBeUndefined();
});

test("a live certificate of another CA is replaced at once", async () => {
  const world = await originWorld();
  await world.run();
  const stranger = await makeTestCa({ name: "CN=Somebody Else" });
  world.held.live = await originPair(stranger, { serial: "66" });
  expect(await world.run()).toMatchObject({ kind: "rotated", reason: "unusable" });
  // Our CA cannot revoke the stranger's.
  expect(world.state()?.retiring.map(({ serial }) => serial)).toEqual(["5a"]);
});

test("a sound certificate that somebody imported by hand is adopted, and the one before it is retired", async () => {
  const world = await originWorld();
  await world.run();
  world.held.live = await originPair(world.ca, { serial: "5b" });
  expect(await world.run()).toMatchObject({ kind: "kept" });
  expect(world.state()).toMatchObject({ current: { serial: "5b" }, retiring: [{ serial: "5a" }] });
});

test("a certificate that is put back is not revoked, though it was to be retired", async () => {
  const world = await originWorld();
  const first = world.held.live;
  await world.run(true);
  world.held.live = first;
  world.clock.forward(2 * dayMs);
  await world.run();
  expect(world.revoked).toEqual([]);
  world.clock.forward(dayMs);
  await world.run();
  expect(world.revoked).toEqual(["c0"]);
});

test("a certificate that is put back and replaced again waits its day again", async () => {
  const world = await originWorld();
  const first = world.held.live;
  await world.run(true);
  world.held.live = first;
  await world.run();
  world.clock.forward(2 * dayMs);
  expect(await world.run(true)).toMatchObject({ kind: "rotated" });
  expect(world.revoked).toEqual(["c0"]);
});

test("the one in use is never revoked, whatever the row says", async () => {
  const world = await originWorld();
  const state = {
    retiring: [{ serial: aSerial("5a"), reason: "superseded", after: noon }],
    version: 0,
  } as const;
  const by = { actor: "job:test", runId: "run-1", now: world.clock.now };
  const ledger = originLedger(world.deps.registry, state, by);
  const live = { now: world.clock.now(), liveSerial: "5a" };
  expect(await retireOriginCertificates(world.deps.ca, ledger, live)).toEqual({ revoked: 0, unrevoked: [] });
});

test("the key keeps the type and size of the live one, as ACM demands", async () => {
  for (const [keys, expected] of [
    [ecKeys(), "ECDSA"],
    [rsaKeys(), "RSASSA-PKCS1-v1_5"],
  ] as const) {
    const world = await originWorld();
    world.held.live = await originPair(world.ca, {}, keys);
    await world.run(true);
    const { publicKey } = new x509.X509Certificate(world.held.live.certificatePem);
    expect(publicKey.algorithm.name).toBe(expected);
  }
});

test("a CA that takes no revocation is asked again by the next run", async () => {
  const world = await originWorld();
  await world.run(true);
  world.clock.forward(dayMs);
  const { revoke } = world.deps.ca;
  Object.assign(world.deps.ca, { revoke: () => Promise.reject(new Error("throttled")) });
  expect(await world.run()).toMatchObject({ kind: "kept", revoked: 0, unrevoked: ["5a"] });
  Object.assign(world.deps.ca, { revoke });
  expect(await world.run()).toMatchObject({ revoked: 1, unrevoked: [] });
});

test.each([undefined, "DISABLED"])(
  "a CA that is %s ends the run before anything is written",
  async status => {
    const world = await originWorld();
    const described = await world.deps.ca.describe();
    Object.assign(world.deps.ca, { describe: async () => status && { ...described, status } });
    await expect(world.run(true)).rejects.toThrow("not active");
    expect(world.state()).toBeUndefined();
  },
);
