// CloudFront's trust store ends up holding the authorities' CAs: whatever others do to it, wherever a run dies, and
// nothing is written that is there already.
import { beforeAll, describe, expect, it } from "vitest";
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import { type MaintainDeps, maintainTrustStore } from "#core/trust-store/maintain-trust-store.ts";
import type { StoreStatus } from "#core/trust-store/ports.ts";
import { noTrustStoreState, type TrustStoreState } from "#core/trust-store/state.ts";
import { fromNoon } from "#support/fixed-time.ts";
import { aForeignAuthority, anAuthority } from "#support/records.ts";
import { ecKeys, issueFrom, makeTestCa, type TestCa } from "#support/test-ca.ts";

let cas: readonly TestCa[];
beforeAll(async () => {
  cas = await Promise.all(["CN=One", "CN=Two", "CN=Three"].map(name => makeTestCa({ name })));
});

const pemOf = (index: number): string => cas[index]?.certificatePem ?? "";
const m1 = (parts: Partial<Authority> = {}): Authority =>
  anAuthority({ id: "m1", certificatePem: pemOf(0), ...parts } as never);
const m2 = (): Authority => anAuthority({ id: "m2", state: "prepared", certificatePem: pemOf(1) });

class Killed extends Error {}

/** CloudFront, S3 and the registry of one deployment; a bundle is active at the second look after its update. */
function aWorld(...authorities: Authority[]) {
  const world = {
    authorities,
    state: undefined as TrustStoreState | undefined,
    audits: [] as AuditRecord[],
    store: { status: "active", etag: "E1", certificates: 1 } as StoreStatus,
    objects: new Map<string, string>(),
    inForce: "the first bundle",
    pending: undefined as string | undefined,
    /** Every bundle that came into force, in order. */
    history: [] as string[],
    updates: 0,
    ocsp: false,
    refuses: undefined as string | undefined,
    samples: [] as readonly string[],
    steps: 0,
    dieAt: Number.POSITIVE_INFINITY,
    nowMs: 0,
  };
  const inForce = (bundle: string): void => {
    world.inForce = bundle;
    world.history.push(bundle);
  };
  /** Each effect counts; the run dies before or after the one it is told to. */
  const effect = <T>(act: () => T): T => {
    world.steps += 1;
    if (world.steps === world.dieAt) throw new Killed();
    const result = act();
    world.steps += 1;
    if (world.steps === world.dieAt) throw new Killed();
    return result;
  };
  const deps: MaintainDeps = {
    wantsOcsp: false,
    now: () => fromNoon(world.nowMs),
    wait: async ms => {
      world.nowMs += ms;
    },
    archive: {
      put: async (sha256, pem) =>
        effect(() => {
          world.objects.set(sha256, pem);
          return { key: sha256 };
        }),
    },
    registry: {
      read: async () => world.state,
      listAuthorities: async () => world.authorities,
      sampleCertificates: async () => world.samples,
      save: async (state, audit) =>
        effect(() => {
          if ((world.state?.version ?? 0) !== state.version) return undefined;
          world.audits.push(...audit);
          world.state = { ...state, version: state.version + 1 };
          return world.state;
        }),
    },
    control: {
      read: async () => {
        const seen = world.store;
        if (world.pending !== undefined && seen.status === "pending") {
          const { refuses } = world;
          if (refuses === undefined) inForce(world.pending);
          world.store = { ...seen, status: refuses === undefined ? "active" : "failed", reason: refuses };
        }
        return seen;
      },
      update: async (etag, { key }, ocsp) =>
        effect(() => {
          if (etag !== world.store.etag) return { kind: "stale" };
          world.updates += 1;
          world.pending = world.objects.get(key);
          world.ocsp = ocsp;
          const certificates = world.pending?.match(/BEGIN/g)?.length ?? 0;
          world.store = { status: "pending", etag: `E${world.updates + 1}`, certificates };
          return { kind: "accepted", etag: world.store.etag };
        }),
      listDistributions: async () => ["ECONTENT000000"],
    },
  };
  const run = (more: Partial<MaintainDeps> = {}, mayGoOn = () => true) =>
    maintainTrustStore({ ...deps, ...more }, { requestId: `run-${world.steps}`, mayGoOn });
  return { world, run };
}

describe("the trust store", () => {
  it("is left alone while no authority has standing: it cannot be empty", async () => {
    const { world, run } = aWorld(m1({ state: "retired" }));
    expect(await run()).toMatchObject({ outcome: "idle" });
    expect([world.updates, world.state]).toEqual([0, undefined]);
  });

  it("gets the CAs of all authorities with standing, and what is in force is remembered", async () => {
    const { world, run } = aWorld(
      m1(),
      m2(),
      anAuthority({ id: "m3", state: "distrusted", certificatePem: pemOf(2) }),
    );
    expect(await run()).toEqual({
      outcome: "live",
      authorities: ["m1", "m2"],
      distributions: ["ECONTENT000000"],
      foreignChanges: 0,
      withoutOcsp: [],
    });
    expect(world.inForce).toBe(`${pemOf(0)}${pemOf(1)}`);
    expect(world.state?.live?.authorityIds).toEqual(["m1", "m2"]);
    expect(world.audits.map(({ action }) => action)).toEqual(["trust_bundle.written", "trust_bundle.live"]);
  });

  it("is not written twice for the same CAs", async () => {
    const { world, run } = aWorld(m1());
    await run();
    expect(await run()).toMatchObject({ outcome: "kept" });
    expect(world.updates).toBe(1);
  });

  it("that somebody else has changed is put right and told", async () => {
    const { world, run } = aWorld(m1());
    await run();
    world.store = { status: "active", etag: "Etheirs", certificates: 1 };
    world.inForce = "theirs";
    expect(await run()).toMatchObject({ outcome: "live", foreignChanges: 1 });
    expect(world.inForce).toBe(pemOf(0));
    expect(world.audits.map(({ action }) => action)).toContain("trust_bundle.foreign_change");
  });

  it("whose ETag changes as its bundle comes into force is still known to be ours", async () => {
    const { world, run } = aWorld(m1());
    await run({}, () => world.updates === 0);
    world.store = { ...world.store, status: "active", etag: "Eactive" };
    world.inForce = pemOf(0);
    expect(await run()).toMatchObject({ outcome: "live", foreignChanges: 0 });
    expect(await run()).toMatchObject({ outcome: "kept" });
    expect(world.updates).toBe(1);
  });

  it("that refuses a bundle is asked again after an hour, or at once for another bundle", async () => {
    const { world, run } = aWorld(m1());
    await run();
    world.authorities = [m1(), m2()];
    world.refuses = "Certificate 2 has a key type that is not supported.";
    expect(await run()).toMatchObject({ outcome: "failed", reason: world.refuses });
    expect(world.state?.live?.authorityIds).toEqual(["m1"]);
    expect(await run()).toMatchObject({ outcome: "failed" });
    expect(world.updates).toBe(2);
    world.nowMs += 3_600_000;
    await run();
    expect(world.updates).toBe(3);
    world.refuses = undefined;
    world.authorities = [m1()];
    expect(await run()).toMatchObject({ outcome: "live", authorities: ["m1"] });
    expect(world.state?.fault).toBeUndefined();
  });

  it("is left to the next run when the time is over", async () => {
    const { world, run } = aWorld(m1());
    expect(await run({}, () => world.updates === 0)).toMatchObject({ outcome: "pending" });
    expect(await run()).toMatchObject({ outcome: "live" });
    expect(world.updates).toBe(1);
  });

  it("ends right wherever a run dies, and no death looks like a stranger's change", async () => {
    const { world: counted, run: whole } = aWorld(m1(), m2());
    await whole();
    expect(counted.steps).toBeGreaterThan(6);
    for (let dieAt = 1; dieAt <= counted.steps; dieAt += 1) {
      const { world, run } = aWorld(m1(), m2());
      world.dieAt = dieAt;
      await expect(run()).rejects.toThrow(Killed);
      world.dieAt = Number.POSITIVE_INFINITY;
      const result = await run();
      expect([dieAt, world.inForce, world.state?.live?.authorityIds, result.foreignChanges]).toEqual([
        dieAt,
        `${pemOf(0)}${pemOf(1)}`,
        ["m1", "m2"],
        0,
      ]);
    }
  });

  it("is not set back by a run that read the authorities before another wrote", async () => {
    const { world, run } = aWorld(m1());
    await run();
    world.authorities = [m1(), m2()];
    let isFirst = true;
    // Between this run's look at the store and its update, another run comes and goes.
    const slow = async () => {
      if (isFirst) {
        isFirst = false;
        await run();
        return [m1()];
      }
      return world.authorities;
    };
    await run({ registry: { ...registryOf(world), listAuthorities: slow } });
    expect(world.history).toEqual([pemOf(0), `${pemOf(0)}${pemOf(1)}`]);
  });
});

describe("OCSP", () => {
  it("stays off while an authority has a certificate without an OCSP URL, or is not ours to know", async () => {
    const { world, run } = aWorld(m1(), aForeignAuthority({ id: "p1", certificatePem: pemOf(2) }));
    const [ca] = cas;
    if (ca === undefined) throw new Error("a CA was made");
    world.samples = [await issueFrom(ca, await ecKeys(), {})];
    expect(await run({ wantsOcsp: true })).toMatchObject({ withoutOcsp: ["m1", "p1"] });
    expect(world.ocsp).toBe(false);
  });

  it("goes on when nothing stands against it", async () => {
    const { world, run } = aWorld(m1());
    await run();
    expect(await run({ wantsOcsp: true })).toMatchObject({ outcome: "live", withoutOcsp: [] });
    expect([world.ocsp, world.state?.live?.ocsp]).toEqual([true, true]);
  });
});

function registryOf(world: ReturnType<typeof aWorld>["world"]) {
  return {
    read: async () => world.state ?? noTrustStoreState,
    sampleCertificates: async () => world.samples,
    save: async (state: TrustStoreState) => {
      if ((world.state?.version ?? 0) !== state.version) return undefined;
      world.state = { ...state, version: state.version + 1 };
      return world.state;
    },
  };
}
