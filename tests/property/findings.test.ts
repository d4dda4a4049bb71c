// Ten thousand findings, shuffled, doubled and cut short by crashes: whatever their order, no tenant loses more than its
// cap, and nothing that was refused comes back (invariants I5 and I10, threats F5 and F6).
import { describe, expect, it } from "vitest";
import { actOnFinding } from "#core/automation/act-on-finding.ts";
import type { SecurityFinding } from "#core/automation/finding.ts";
import { usualBrake } from "#core/automation/rule.ts";
import { aFinding, automationWorld, dyingAt, ownAccount } from "#support/automation-world.ts";
import { aCertificate, aSerial } from "#support/records.ts";

const tenants = ["acme", "umbrella", "initech"];
const certificatesOf = (perTenant: number) =>
  tenants.flatMap((tenant, group) =>
    Array.from({ length: perTenant }, (_, index) => {
      const serial = aSerial(((group + 1) * 65_536 + index).toString(16));
      const digest = serial.padStart(64, "0");
      return aCertificate({ serial, tenant, holder: `device-${index}`, sha256: digest, spkiSha256: digest });
    }),
  );

/** A small generator, so that a seed is the whole test. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map(item => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

describe.each([1, 2, 3])("10,000 findings, seed %i", seed => {
  const random = randomOf(seed);
  const certificates = certificatesOf(2_000);
  const once = certificates
    .slice(0, 5_000)
    .map(
      (certificate, index): SecurityFinding =>
        aFinding({ id: `finding ${index}`, selector: { sha256: certificate.sha256 } }),
    );
  const findings = shuffled([...once, ...once], random);

  it("refuse at most the cap of each tenant, and all of the cap", async () => {
    const world = automationWorld([]);
    // Looked up by hash alone: a map instead of a walk keeps ten thousand findings fast.
    const byHash = new Map(certificates.map(certificate => [certificate.sha256, certificate.id]));
    for (const certificate of certificates) world.rows.set(certificate.id, certificate);
    const gone = new Set<string>();
    const registry = {
      ...world.deps.registry,
      findBySha256: async (sha256: string) => {
        const row = world.rows.get(byHash.get(sha256) ?? "");
        return row === undefined ? [] : [row];
      },
      recordRevocation: async (...call: Parameters<typeof world.deps.registry.recordRevocation>) => {
        const outcome = await world.deps.registry.recordRevocation(...call);
        if (outcome === "revoked") gone.add(call[0].id);
        return outcome;
      },
    };
    const deps = { ...world.deps, registry };
    for (const finding of findings) {
      const crashes = random() < 0.05;
      const mortal = crashes
        ? dyingAt(deps, 1 + Math.floor(random() * 3), random() < 0.5 ? "before" : "after")
        : deps;
      await actOnFinding(mortal, { finding, ownAccount, requestId: finding.id }).catch(() => undefined);
    }
    expect(new Set(world.revoked())).toEqual(gone);
    for (const tenant of tenants) {
      const lost = [...world.rows.values()].filter(row => row.tenant === tenant && row.state === "revoked");
      expect(lost.length).toBeLessThanOrEqual(usualBrake.certificates);
      // A crash between the decision and the end leaves a few that their second delivery did not find.
      expect(lost.length).toBeGreaterThan(usualBrake.certificates * 0.9);
    }
  });
});
