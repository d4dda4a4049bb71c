// A finding refuses what it names, once, within its rule's brake, and leaves a record each; what is beyond waits for a
// person, and then nothing at all is refused.
import { describe, expect, it } from "vitest";
import { planBlock } from "#core/authority/block.ts";
import { actOnFinding } from "#core/automation/act-on-finding.ts";
import type { SecurityFinding } from "#core/automation/finding.ts";
import { mostPlansAnHour } from "#core/automation/leave-to-people.ts";
import { type RecordedRule, type Rule, usualBrake } from "#core/automation/rule.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import type { ReportSelector } from "#core/event/compromise-reported.ts";
import { aFinding, automationWorld, dyingAt, ownAccount } from "#support/automation-world.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, anAuthority, aSerial } from "#support/records.ts";

const sha = (text: string): string => text.repeat(32);
const first = aCertificate({ serial: aSerial("0a"), sha256: sha("a1"), spkiSha256: sha("01") });
const renewed = aCertificate({
  serial: aSerial("0b"),
  sha256: sha("b2"),
  spkiSha256: sha("02"),
  renews: first.id,
  lot: "w47",
});
const namesake = aCertificate({
  serial: aSerial("0a"),
  authorityId: "m2",
  tenant: "umbrella",
  sha256: sha("c3"),
  spkiSha256: sha("01"),
});
const all = [first, renewed, namesake];

/** `count` certificates of `tenant`, each of a holder of its own. */
function fleet(count: number, tenant = "acme"): readonly Certificate[] {
  return Array.from({ length: count }, (_, index) => {
    const serial = aSerial(`${tenant === "acme" ? "aa" : "bb"}${(index + 1).toString(16).padStart(8, "0")}`);
    const digest = serial.padStart(64, "0");
    return aCertificate({ serial, tenant, holder: `device-${index}`, sha256: digest, spkiSha256: digest });
  });
}

const naming = (certificate: Certificate, parts: Partial<SecurityFinding> = {}): SecurityFinding =>
  aFinding({ id: `of ${certificate.id}`, selector: { sha256: certificate.sha256 }, ...parts });

const ruleFor = (parts: Partial<Rule> = {}): RecordedRule => ({
  id: "reports",
  order: 1_000,
  match: { source: "report" },
  action: "revoke",
  selects: "named",
  lineage: false,
  brake: usualBrake,
  version: 1,
  changedAt: noon,
  changedBy: "operator:ada",
  ...parts,
});

describe("a report", () => {
  it.each<{ readonly name: string; readonly selector: ReportSelector; readonly gone: readonly string[] }>([
    { name: "a serial, whatever its spelling", selector: { serial: "00:0A" }, gone: ["m1-0a", "m2-0a"] },
    { name: "a serial of one authority", selector: { serial: "0xa", authority: "m2" }, gone: ["m2-0a"] },
    { name: "a fingerprint with colons", selector: { sha256: `B2${":B2".repeat(31)}` }, gone: ["m1-0b"] },
    { name: "a holder", selector: { tenant: "acme", holder: "device-1" }, gone: ["m1-0a", "m1-0b"] },
    { name: "a key, of every tenant", selector: { spkiSha256: sha("01") }, gone: ["m1-0a", "m2-0a"] },
  ])("by $name revokes exactly what it names", async ({ selector, gone }) => {
    const world = automationWorld(all);
    const result = await world.act(aFinding({ selector }));
    expect(result).toMatchObject({ kind: "handled", finding: { order: { ruleId: "reports" } } });
    expect(world.revoked()).toEqual(gone);
  });

  it.each(["active", "held", "superseded", "expired"] as const)("revokes one that is %s", async state => {
    const world = automationWorld([{ ...first, state }]);
    await world.act(aFinding());
    expect(world.statesOf()).toEqual({ "m1-0a": "revoked" });
  });

  it("leaves who, why, by which rule and from which finding, on each certificate's record", async () => {
    const world = automationWorld([first]);
    await world.act(aFinding({ reason: "cessationOfOperation", note: "scrapped" }));
    const [decision, revocation] = world.audits;
    expect(decision).toMatchObject({
      action: "finding.handled",
      actor: "event:soc.example:7",
      facts: { rule: "reports", outcome: "carrying_out", refuses: "tenant:acme=1 all=1", finding: "7" },
    });
    expect(revocation).toEqual({
      subject: "m1-0a",
      action: "certificate.revoked",
      actor: "event:soc.example:7",
      requestId: "request of 7",
      at: noon,
      facts: {
        reason: "cessationOfOperation",
        rule: "reports",
        finding: decision?.subject,
        note: "scrapped",
        sha256: first.sha256,
      },
    });
  });

  it("that comes again answers the same, and changes nothing", async () => {
    const world = automationWorld(all);
    const once = await world.act(aFinding());
    const audits = world.audits.length;
    const again = await world.act(aFinding());
    expect(again).toMatchObject({ kind: "handled", finding: { order: { ruleId: "reports" } } });
    expect(once.kind === "handled" && again.kind === "handled" && again.finding.id).toBe(
      once.kind === "handled" && once.finding.id,
    );
    expect(world.audits).toHaveLength(audits);
  });

  it("under another id counts what is left, and the first reason stands", async () => {
    const world = automationWorld([first, renewed]);
    await world.act(aFinding());
    await world.act(
      aFinding({ id: "8", selector: { tenant: "acme", holder: "device-1" }, reason: "superseded" }),
    );
    expect(world.rows.get("m1-0a")?.revocation?.reason).toBe("keyCompromise");
    expect(world.rows.get("m1-0b")?.revocation?.reason).toBe("superseded");
    const facts = world.audits.filter(({ action }) => action === "finding.handled").at(-1)?.facts;
    expect(facts?.["refuses"]).toBe("tenant:acme=1 all=1");
  });

  it.each<{ readonly name: string; readonly selector: ReportSelector }>([
    { name: "an unknown serial", selector: { serial: "0c" } },
    { name: "an unknown fingerprint", selector: { sha256: sha("d4") } },
    { name: "the holder of another tenant", selector: { tenant: "initech", holder: "device-1" } },
    { name: "a lot that nobody has heard of", selector: { tenant: "acme", lot: "none" } },
  ])("by $name is refused, so that a person sees it, and leaves no trace", async ({ selector }) => {
    const world = automationWorld(all);
    await expect(world.act(aFinding({ selector }))).rejects.toMatchObject({ code: "resource.not_found" });
    expect([world.audits, world.handled.size]).toEqual([[], 0]);
  });

  // "10" is sixteen, never ten: a guess would revoke somebody else's certificate.
  it.each(["4a3g", "4a 3f", "-4a", "1.5", "ff".repeat(21)])("by the serial %s is malformed", async serial => {
    await expect(automationWorld(all).act(aFinding({ selector: { serial } }))).rejects.toMatchObject({
      code: "event.malformed",
    });
  });

  it("of another account is refused unless a rule names the account", async () => {
    const world = automationWorld(all);
    const stranger = aFinding({ account: "999999999999" });
    await expect(world.act(stranger)).rejects.toMatchObject({ code: "event.refused" });
    expect(world.revoked()).toEqual([]);
    world.rules.push(ruleFor({ id: "org", match: { source: "report", accounts: ["999999999999"] } }));
    await world.act(stranger);
    expect(world.revoked()).toEqual(["m1-0a", "m2-0a"]);
  });

  it("of a foreign authority's serial refuses the serial, whether or not a certificate has it", async () => {
    const world = automationWorld([]);
    await world.act(aFinding({ selector: { serial: "00:9A:0B", authority: "p1" } }));
    expect([...world.serials.values()]).toEqual([
      {
        authorityId: "p1",
        serial: "9a0b",
        source: "report",
        reason: "keyCompromise",
        revokedAt: noon,
        actor: "event:soc.example:7",
      },
    ]);
  });
});

describe("a compromised key", () => {
  it("is blocked for ever, also when nobody has a certificate for it", async () => {
    const world = automationWorld(all);
    await world.act(aFinding({ selector: { spkiSha256: sha("77") } }));
    expect([...world.blockedKeys]).toEqual([sha("77")]);
    expect(world.audits.map(({ action }) => action)).toEqual(["finding.handled", "key.blocked"]);
  });

  it("that is only suspected is not blocked: a hold can be taken back", async () => {
    const world = automationWorld(all);
    world.rules.push(ruleFor({ action: "hold" }));
    await world.act(aFinding({ selector: { spkiSha256: sha("01") } }));
    expect(world.blockedKeys.size).toBe(0);
    expect(world.statesOf()).toMatchObject({ "m1-0a": "held", "m2-0a": "held", "m1-0b": "active" });
  });

  it("reported in vain, for another reason than compromise, is for a person to look at", async () => {
    const finding = aFinding({ selector: { spkiSha256: sha("77") }, reason: "superseded" });
    await expect(automationWorld(all).act(finding)).rejects.toMatchObject({ code: "resource.not_found" });
  });
});

describe("a rule", () => {
  it.each([
    { selects: "named", gone: ["m1-0a"] },
    { selects: "holder", gone: ["m1-0a", "m1-0b"] },
    { selects: "key", gone: ["m1-0a", "m2-0a"] },
  ] as const)("that selects by $selects refuses $gone for one of them", async ({ selects, gone }) => {
    const world = automationWorld(all);
    world.rules.push(ruleFor({ selects }));
    await world.act(naming(first));
    expect(world.revoked()).toEqual(gone);
  });

  it("with lineage takes what the thief may have renewed, and so does a report that asks for it", async () => {
    const byRule = automationWorld(all);
    byRule.rules.push(ruleFor({ lineage: true }));
    await byRule.act(naming(first));
    const byReport = automationWorld(all);
    await byReport.act(naming(first, { lineage: true }));
    for (const world of [byRule, byReport]) expect(world.revoked()).toEqual(["m1-0a", "m1-0b"]);
    const without = automationWorld(all);
    await without.act(naming(first));
    expect(without.revoked()).toEqual(["m1-0a"]);
  });

  it("that ignores does nothing, and writes nothing", async () => {
    const world = automationWorld(all);
    world.rules.push(ruleFor({ action: "ignore" }));
    expect(await world.act(aFinding())).toEqual({ kind: "ignored", why: "rule" });
    expect([world.audits, world.handled.size]).toEqual([[], 0]);
  });

  it("that holds retires one that is superseded: there is no hold to come back from", async () => {
    const world = automationWorld([{ ...first, state: "superseded" }, renewed]);
    world.rules.push(ruleFor({ action: "hold" }));
    await world.act(naming(first));
    expect(world.rows.get("m1-0a")?.revocation?.reason).toBe("superseded");
    expect(world.statesOf()["m1-0b"]).toBe("active");
  });
});

describe("the brake", () => {
  const aHundred = fleet(1_100).slice(0, 100);

  it("lets a hundred findings of one certificate through, and no more; the next waits for a person", async () => {
    const world = automationWorld(fleet(1_100));
    for (const certificate of aHundred) await world.act(naming(certificate));
    expect(world.revoked()).toHaveLength(100);
    const last = fleet(1_100).at(-1) ?? first;
    const result = await world.act(naming(last));
    expect(result).toMatchObject({
      kind: "handled",
      finding: { state: "awaiting_approval", plans: ["pln_1"] },
    });
    expect(world.revoked()).toHaveLength(100);
    expect(world.proposals()).toMatchObject([
      {
        author: "rule:reports",
        order: {
          action: "revoke",
          selector: { kind: "sha256", sha256: last.sha256 },
          reason: "keyCompromise",
          sourceEvent: `soc.example:of ${last.id}`,
        },
        because: ["1 more of tenant:acme is beyond 100 within an hour"],
      },
    ]);
  });

  it("refuses nothing of a finding that is one too large as a whole", async () => {
    const same = fleet(1_100).map((certificate, index) =>
      index < 101 ? { ...certificate, spkiSha256: sha("99") } : certificate,
    );
    const world = automationWorld(same);
    const finding = aFinding({ selector: { spkiSha256: sha("99") } });
    expect(await world.act(finding)).toMatchObject({ finding: { state: "awaiting_approval" } });
    expect(world.revoked()).toEqual([]);
    expect(world.blockedKeys.size).toBe(0);
    expect(world.brakes.get("reports tenant:acme")).toBeUndefined();
  });

  it("is a share of a small tenant, which is counted when more than any may lose are gone", async () => {
    const small = fleet(200);
    const world = automationWorld(small);
    for (const certificate of small.slice(0, 10)) await world.act(naming(certificate));
    expect(world.brakes.get("reports tenant:acme")?.live).toBeUndefined();
    for (const certificate of small.slice(10)) await world.act(naming(certificate));
    expect(world.brakes.get("reports tenant:acme")?.live).toEqual({ count: 190, at: noon });
    expect(world.revoked()).toHaveLength(19);
  });

  it("lets go after an hour, and findings that waited still wait", async () => {
    const small = fleet(200);
    const world = automationWorld(small);
    for (const certificate of small.slice(0, 20)) await world.act(naming(certificate));
    world.clock.now = fromNoon(61 * 60_000);
    await world.act(naming(small[19] ?? first));
    expect(world.revoked()).toHaveLength(19);
    await world.act(naming(small[20] ?? first));
    expect(world.revoked()).toHaveLength(20);
  });

  it("holds tenant by tenant, and all of them together", async () => {
    const tenants = ["acme", "umbrella"].flatMap(tenant => fleet(1_100, tenant));
    const world = automationWorld(tenants);
    world.rules.push(ruleFor({ brake: { ...usualBrake, acrossTenants: 150 } }));
    for (const certificate of tenants) await world.act(naming(certificate));
    const counts = ["m1-aa", "m1-bb"].map(
      prefix => world.revoked().filter(id => id.startsWith(prefix)).length,
    );
    expect(counts).toEqual([100, 50]);
  });

  it("makes a flood of findings no flood of plans", async () => {
    const many = fleet(400);
    const world = automationWorld(many);
    for (const certificate of many) await world.act(naming(certificate));
    expect(world.proposals()).toHaveLength(mostPlansAnHour);
    expect(world.handled.size).toBe(400);
  });

  it("weighs a lot by the slots it was given, and 1 when it has none yet", async () => {
    const world = automationWorld(fleet(1_100));
    const owner = { kind: "lot", tenant: "acme", lot: "w47" } as const;
    const block = { ...planBlock(anAuthority(), owner, 4_096, noon), owner, ordinal: 0, next: 128 };
    world.lots.set("acme/w47", { tenant: "acme", name: "w47", blocks: [block] });
    world.lots.set("acme/w48", { tenant: "acme", name: "w48", blocks: [], announcedSize: 5_000 });
    const waiting = await world.act(aFinding({ selector: { tenant: "acme", lot: "w47" } }));
    expect(waiting).toMatchObject({ finding: { state: "awaiting_approval" } });
    expect([world.orders, world.lots.get("acme/w47")?.revocation]).toEqual([[], undefined]);
    await world.act(aFinding({ id: "8", selector: { tenant: "acme", lot: "w48" } }));
    expect(world.lots.get("acme/w48")?.revocation?.reason).toBe("keyCompromise");
    world.rules.push(ruleFor({ brake: { certificates: 200, atLeast: 0, acrossTenants: 200 } }));
    await world.act(aFinding({ id: "9", selector: { tenant: "acme", lot: "w47" } }));
    expect(world.orders).toMatchObject([{ first: 0, last: 4_095, state: "revoked" }]);
  });

  it("leaves the hold of a whole lot to a plan", async () => {
    const world = automationWorld([]);
    world.lots.set("acme/w48", { tenant: "acme", name: "w48", blocks: [], announcedSize: 5_000 });
    world.rules.push(ruleFor({ action: "hold" }));
    await world.act(aFinding({ selector: { tenant: "acme", lot: "w48" } }));
    expect(world.proposals()).toMatchObject([
      { order: { action: "hold", selector: { kind: "lots", tenant: "acme", lots: ["w48"] } } },
    ]);
  });
});

describe("a finding that its source changes", () => {
  const at = (minutes: number) => fromNoon(minutes * 60_000);

  it("is not acted upon once it is closed, nor when an older state of it comes late", async () => {
    const world = automationWorld(all);
    expect(await world.act(aFinding({ isClosed: true, at: at(2) }))).toEqual({
      kind: "ignored",
      why: "closed",
    });
    expect(await world.act(aFinding({ at: at(1) }))).toEqual({ kind: "ignored", why: "closed" });
    expect(world.revoked()).toEqual([]);
  });

  it("is acted upon when it is opened again", async () => {
    const world = automationWorld(all);
    await world.act(aFinding({ isClosed: true, at: at(2) }));
    await world.act(aFinding({ at: at(3) }));
    expect(world.revoked()).toEqual(["m1-0a", "m2-0a"]);
  });

  it("that was acted upon stays so when it is closed: what was held is a person's to resume", async () => {
    const world = automationWorld(all);
    await world.act(aFinding());
    expect(await world.act(aFinding({ isClosed: true, at: at(3) }))).toMatchObject({ kind: "handled" });
    expect(world.revoked()).toEqual(["m1-0a", "m2-0a"]);
  });
});

describe("a crash", () => {
  it.each(["before", "after"] as const)("%s any write is made good by the next try", async when => {
    for (let nth = 1; nth <= 6; nth += 1) {
      const world = automationWorld(all);
      const finding = aFinding({ selector: { spkiSha256: sha("01") } });
      const input = { finding, ownAccount, requestId: "request of 7" };
      await actOnFinding(dyingAt(world.deps, nth, when), input).catch(() => undefined);
      await actOnFinding(world.deps, input);
      expect(world.revoked()).toEqual(["m1-0a", "m2-0a"]);
      expect([...world.blockedKeys]).toEqual([sha("01")]);
      expect(world.brakes.get("reports tenant:acme")?.minutes).toEqual({ [noon.getTime() / 60_000]: 1 });
    }
  });

  it("lets no certificate in that came after the decision", async () => {
    const world = automationWorld([first]);
    const input = { finding: aFinding(), ownAccount, requestId: "r" };
    await actOnFinding(dyingAt(world.deps, 1, "after"), input).catch(() => undefined);
    const late = { ...namesake, id: certificateId("m2", aSerial("0a")) };
    world.rows.set(late.id, late);
    await actOnFinding(world.deps, input);
    expect(world.revoked()).toEqual(["m1-0a"]);
  });
});
