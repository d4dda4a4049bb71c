// One call answers who revoked a certificate, when, why and from which event, whatever path the revocation took.
import { describe, expect, it } from "vitest";
import type { AuditAction, AuditRecord, ReadAuditRecord } from "#core/audit.ts";
import { readCauses } from "#core/audit-causes.ts";
import { fromNoon } from "#support/fixed-time.ts";

const certificate = "m1-4a3f";
const order = "ord_0a";
const plan = "pln_0b";
const finding = "fnd_0c";

let minutes = 0;
function record(
  subject: string,
  action: AuditAction,
  actor: string,
  facts: AuditRecord["facts"] = {},
): AuditRecord {
  minutes += 1;
  return { subject, action, actor, requestId: `r${minutes}`, at: fromNoon(minutes * 60_000), facts };
}

/** The causes of the certificate's records, and how many subjects were read for them. */
async function causesOf(records: readonly AuditRecord[], refusedBy: readonly string[] = []) {
  const read: string[] = [];
  const own = records.filter(({ subject }) => subject === certificate);
  const causes = await readCauses(
    {
      audit: {
        ofSubject: async subject => {
          read.push(subject);
          const found: readonly ReadAuditRecord[] = records
            .filter(each => each.subject === subject)
            .reverse();
          return { records: found, next: undefined };
        },
        ofDay: () => Promise.reject(new Error("nobody asks for a day")),
      },
      refusalsOver: async () => refusedBy,
    },
    certificate,
    own,
  );
  return { read, told: causes.map(({ action, actor }) => `${action} by ${actor}`), causes };
}

describe("behind a certificate that was revoked", () => {
  it("by a plan stand its author, its ticket, its approver and who applied it", async () => {
    const { told, causes } = await causesOf([
      record(plan, "plan.created", "operator:ada", { ticket: "INC-7", sourceEvent: "soc:1" }),
      record(plan, "plan.counted", "operator:ada"),
      record(plan, "plan.approved", "operator:bob"),
      record(plan, "plan.applied", "operator:eve"),
      record(certificate, "certificate.revoked", "operator:eve", { order, plan, reason: "keyCompromise" }),
    ]);
    expect(told).toEqual([
      "plan.created by operator:ada",
      "plan.approved by operator:bob",
      "plan.applied by operator:eve",
    ]);
    expect(causes[0]?.facts).toMatchObject({ ticket: "INC-7", sourceEvent: "soc:1" });
  });

  it("by a finding about its lot stand the lot, its order, and the finding with its rule", async () => {
    const facts = { tenant: "acme", lot: "w47", finding, rule: "reports" };
    const { told } = await causesOf([
      record("acme/w47", "lot.announced", "operator:ada"),
      record(finding, "finding.handled", "event:soc:1", {
        sender: "soc",
        finding: "1",
        outcome: "carrying_out",
      }),
      record("acme/w47", "lot.revoked", "event:soc:1", facts),
      record(order, "order.recorded", "event:soc:1", facts),
      record(certificate, "certificate.revoked", "event:soc:1", { order }),
    ]);
    expect(told).toEqual([
      "finding.handled by event:soc:1",
      "lot.revoked by event:soc:1",
      "order.recorded by event:soc:1",
    ]);
  });

  it("by itself stands nothing else, and what refuses it besides is not asked for", async () => {
    const { read, told } = await causesOf(
      [record(certificate, "certificate.revoked", "operator:ada", { reason: "superseded" })],
      [plan],
    );
    expect([read, told]).toEqual([[], []]);
  });
});

describe("behind a certificate that is refused and does not say so yet", () => {
  it("stands the plan whose order is over its slot", async () => {
    const { told } = await causesOf([record(plan, "plan.applied", "operator:eve")], [plan]);
    expect(told).toEqual(["plan.applied by operator:eve"]);
  });

  it("stands what shut its authority, with the plan of it, and nothing else of the authority", async () => {
    const { told } = await causesOf(
      [
        record("m1", "authority.registered", "operator:ada"),
        record(plan, "plan.approved", "operator:bob"),
        record("m1", "authority.state_changed", "operator:eve", { to: "distrusted", plan }),
      ],
      ["m1"],
    );
    expect(told).toEqual(["plan.approved by operator:bob", "authority.state_changed by operator:eve"]);
  });
});

it("facts that only look like names lead nowhere, and records that name each other end", async () => {
  const { read } = await causesOf([
    record(certificate, "certificate.issued", "operator:ada", {
      plan: "gold",
      order: "no. 7",
      finding: "soc:1",
    }),
    record(certificate, "certificate.revoked", "operator:ada", { plan }),
    record(plan, "plan.applied", "operator:ada", { plan, finding }),
    record(finding, "finding.handled", "event:soc:1", { plan }),
  ]);
  expect(read).toEqual([plan, finding]);
});

it("ten subjects are read at most", async () => {
  const records = Array.from({ length: 15 }, (_, at) =>
    record(certificate, "certificate.held", "operator:ada", { plan: `pln_${at.toString(16)}` }),
  );
  expect((await causesOf(records)).read).toHaveLength(10);
});
