// An enrolment gets one certificate at most (invariant I2), whatever is lost, slow, refused or delivered twice.
import { describe, expect, it } from "vitest";
import { advanceEnrolment } from "#core/enrolment/advance.ts";
import { AppError } from "#core/error.ts";
import { fromNoon, minuteMs } from "#support/fixed-time.ts";
import { caArn } from "#support/records.ts";
import { ecKeys, issueFrom, makeTestCa } from "#support/test-ca.ts";
import { anEnrolmentWorld, type World } from "./fake-enrolment-world.ts";

/** What the recovery job does: reads the row as it is now and carries it on. */
const turn = { requestId: "request-1", from: "queue", permitWaitMs: 0 } as const;
const advance = ({ deps, registry }: World) => advanceEnrolment(deps, registry.row(), turn);
const waits = { kind: "pending", enrolmentId: "enr_1", state: "issuing", isSearched: false } as const;
const tokens = ({ ca }: World): readonly string[] => ca.asks.map(({ idempotencyToken }) => idempotencyToken);
const unavailable = new AppError("ca.unavailable", { retryAfterSeconds: 7 });

describe("an accepted enrolment", () => {
  it("is asked for, collected, verified, recorded and answered with its chain", async () => {
    const world = await anEnrolmentWorld();
    const outcome = await advance(world);
    const [certificate] = world.registry.certificates.values();
    expect(certificate).toMatchObject({
      id: "m1-01",
      slot: 0x1a2f3,
      tenant: "acme",
      holder: "device-1",
      state: "active",
      certificateArn: `${caArn}/certificate/01`,
      issuedAt: fromNoon(0),
      version: 1,
    });
    expect(outcome).toMatchObject({ kind: "issued", enrolmentId: "enr_1", certificate });
    expect(outcome).toHaveProperty(
      "chainPem",
      expect.stringMatching(/^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n\(root\)\n$/),
    );
    expect(world.registry.audits).toMatchObject([
      { subject: "m1-01", action: "certificate.issued", requestId: "request-1", actor: "certificate:m1-01" },
    ]);
  });

  it("is asked for with the subject made of its own record, never of the CSR", async () => {
    const world = await anEnrolmentWorld();
    await advance(world);
    expect(world.ca.asks).toMatchObject([
      {
        subject: {
          organization: "acme",
          organizationalUnit: "ec-1a2f3",
          commonName: "device-1",
          altNames: [{ kind: "uri", value: "urn:edgecert:acme:device-1" }],
        },
        notAfter: world.registry.row().notAfter,
      },
    ]);
  });

  it("of an authority that nobody knows is a broken invariant, and the CA is not asked", async () => {
    const world = await anEnrolmentWorld();
    world.registry.change({ authorityId: "m9" });
    await expect(advance(world)).rejects.toThrow("invariant broken");
    expect(world.ca.asks).toEqual([]);
  });
});

describe("a reply that was lost", () => {
  it("answers pending, and within four minutes the same token is asked again: one certificate", async () => {
    const world = await anEnrolmentWorld();
    world.ca.askFails = unavailable;
    expect(await advance(world)).toEqual({ ...waits, retryAfterSeconds: 7 });
    world.ca.askFails = undefined;
    world.clock.forward(4 * minuteMs - 1);
    expect(await advance(world)).toMatchObject({ kind: "issued" });
    expect(new Set(tokens(world)).size).toBe(1);
    expect(tokens(world)).toHaveLength(2);
    expect([world.ca.ledger.size, world.ca.searches.count]).toEqual([1, 0]);
  });

  it("leaves the CA unasked from four minutes on, until its records are known", async () => {
    const world = await anEnrolmentWorld();
    world.ca.askFails = unavailable;
    await advance(world);
    world.ca.askFails = undefined;
    world.clock.forward(4 * minuteMs);
    for (let times = 0; times < 3; times += 1) {
      expect(await advance(world)).toEqual({ ...waits, isSearched: true, retryAfterSeconds: 60 });
    }
    expect([world.ca.asks.length, world.ca.searches.count, world.registry.row().attempt]).toEqual([1, 3, 1]);
  });

  it("is adopted when the CA's records hold the certificate", async () => {
    const world = await anEnrolmentWorld();
    world.ca.askFails = unavailable;
    await advance(world);
    world.clock.forward(4 * minuteMs);
    world.ca.found = { kind: "found", certificateArn: `${caArn}/certificate/01` };
    expect(await advance(world)).toMatchObject({ kind: "issued", certificate: { id: "m1-01" } });
    expect([world.ca.asks.length, world.ca.ledger.size]).toEqual([1, 1]);
  });

  it("is asked anew with another token once the CA's records prove the first ask fruitless", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(4 * minuteMs);
    world.ca.found = { kind: "absent" };
    expect(await advance(world)).toMatchObject({ kind: "issued" });
    expect(world.registry.row()).toMatchObject({
      state: "issued",
      attempt: 2,
      attemptStartedAt: fromNoon(4 * minuteMs),
    });

    const first = await anEnrolmentWorld();
    await advance(first);
    expect(tokens(world)).toHaveLength(1);
    expect(tokens(world)).not.toEqual(tokens(first));
  });

  it("is not asked anew when somebody ended the enrolment during the search", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(4 * minuteMs);
    const seen = world.registry.row();
    world.ca.found = { kind: "absent" };
    world.registry.change({ state: "failed" });
    await expect(advanceEnrolment(world.deps, seen, turn)).rejects.toMatchObject({
      code: "enrolment.failed",
    });
    expect(world.ca.asks).toEqual([]);
  });
});

describe("a slow CA", () => {
  it("answers pending, with the ARN recorded so that it is collected and not asked again", async () => {
    const world = await anEnrolmentWorld();
    world.ca.slow = true;
    expect(await advance(world)).toEqual({ ...waits, retryAfterSeconds: 2 });
    expect(world.registry.row()).toMatchObject({
      state: "issuing",
      certificateArn: `${caArn}/certificate/01`,
      version: 2,
    });
    await advance(world);
    expect(world.registry.row().version).toBe(2);

    world.ca.slow = false;
    world.clock.forward(60 * minuteMs);
    expect(await advance(world)).toMatchObject({ kind: "issued" });
    expect([world.ca.asks.length, world.ca.searches.count]).toEqual([1, 0]);
  });

  it.each([
    {
      name: "throttles the ask",
      parts: { askFails: new AppError("ca.throttled", { retryAfterSeconds: 3 }) },
    },
    {
      name: "throttles the collection",
      parts: { collectFails: new AppError("ca.throttled", { retryAfterSeconds: 3 }) },
    },
    {
      name: "is out at the collection",
      parts: { collectFails: new AppError("ca.unavailable", { retryAfterSeconds: 3 }) },
    },
  ])("that $name answers pending with the CA's own delay", async ({ parts }) => {
    const world = await anEnrolmentWorld();
    Object.assign(world.ca, parts);
    expect(await advance(world)).toEqual({ ...waits, retryAfterSeconds: 3 });
    expect(world.registry.certificates.size).toBe(0);
  });

  it("is another thing than a bug, which is thrown on and ends nothing", async () => {
    const world = await anEnrolmentWorld();
    const bug = new Error("a bug");
    world.ca.askFails = bug;
    await expect(advance(world)).rejects.toBe(bug);
    expect(world.registry.row()).toMatchObject({ state: "accepted", version: 1 });
  });
});

describe("a CA that rejects the request", () => {
  const rejected = new AppError("ca.request_rejected", { reason: "MalformedCSRException" });

  it("fails the enrolment for good: recorded with its reason, the slot unburnt, the CA never asked again", async () => {
    const world = await anEnrolmentWorld();
    world.ca.askFails = rejected;
    await expect(advance(world)).rejects.toMatchObject({
      code: "enrolment.failed",
      data: { enrolmentId: "enr_1" },
    });
    expect(world.registry.row().state).toBe("failed");
    expect(world.registry.burnt).toEqual([]);
    expect(world.registry.audits).toMatchObject([
      { subject: "enr_1", action: "enrolment.failed", facts: { reason: "MalformedCSRException" } },
    ]);
    await expect(advance(world)).rejects.toMatchObject({ code: "enrolment.failed" });
    expect(world.ca.asks).toHaveLength(1);
  });

  it("at a later attempt fails the enrolment as it is by then", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(4 * minuteMs);
    world.ca.found = { kind: "absent" };
    world.ca.askFails = rejected;
    await expect(advance(world)).rejects.toMatchObject({ code: "enrolment.failed" });
    expect(world.registry.row()).toMatchObject({ state: "failed", attempt: 2 });
    expect(world.registry.audits).toHaveLength(1);
  });
});

describe("a certificate that is not what was asked for", () => {
  it("is never delivered: the enrolment fails with every reason, its slot is burnt, and it is an alarm", async () => {
    const world = await anEnrolmentWorld({ isCa: true, alternativeNames: [] });
    await expect(advance(world)).rejects.toThrow("does not match");
    expect(world.registry.row().state).toBe("failed");
    expect(world.registry.burnt).toEqual([0x1a2f3]);
    expect(world.registry.certificates.size).toBe(0);
    expect(world.registry.audits).toMatchObject([
      {
        action: "enrolment.failed",
        facts: {
          reason:
            "the subject alternative names are not the ones asked for; the certificate is a CA certificate",
        },
      },
    ]);
    await expect(advance(world)).rejects.toMatchObject({ code: "enrolment.failed" });
  });

  it("is no different when it was found in the CA's records", async () => {
    const world = await anEnrolmentWorld();
    const certificateArn = `${caArn}/certificate/05`;
    world.ca.ledger.set(certificateArn, issueFrom(await makeTestCa(), await ecKeys(), { serial: "05" }));
    world.ca.found = { kind: "found", certificateArn };
    world.clock.forward(4 * minuteMs);
    await expect(advance(world)).rejects.toThrow("does not match");
    expect(world.registry.burnt).toEqual([0x1a2f3]);
  });
});

describe("a second delivery", () => {
  it("answers the recorded certificate, and the CA hears nothing of it", async () => {
    const world = await anEnrolmentWorld();
    const first = await advance(world);
    world.clock.forward(24 * 60 * minuteMs);
    expect(await advance(world)).toEqual(first);
    expect([world.ca.asks.length, world.ca.searches.count]).toEqual([1, 0]);
  });

  it("that races the first ends with the same certificate, recorded once", async () => {
    const world = await anEnrolmentWorld();
    const late = { ...world.deps, now: () => fromNoon(5_000) };
    const row = world.registry.row();
    const [first, second] = await Promise.all([
      advanceEnrolment(world.deps, row, turn),
      advanceEnrolment(late, row, { ...turn, requestId: "request-2" }),
    ]);
    // Down to its times: two replies to one enrolment are equal.
    expect(second).toEqual(first);
    expect([world.registry.certificates.size, world.ca.ledger.size]).toEqual([1, 1]);
    expect(world.registry.audits).toHaveLength(1);
  });
});
