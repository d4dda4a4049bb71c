// What a sweep records: events that their published schemas take, and transactions that DynamoDB takes.
import { describe, expect, test } from "vitest";
import type { CertificateId } from "#core/certificate/certificate.ts";
import {
  certificateExpiring,
  certificateRenewalDue,
  expiringSchema,
  renewalDueSchema,
} from "#core/event/renewal-events.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import { changeFor, inTransactions } from "#core/rotation/due-change.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate } from "#support/records.ts";

const run = { actor: "job:sweep-due", requestId: "run-1", now: noon };
const certificate = aCertificate({ lot: "2026-w47" });
const window = renewalWindow(certificate);
const expiring = { kind: "expiring", expiresWithinDays: 7, successor: undefined } as const;
const renewalDue = { kind: "renewal_due", window } as const;

const notify = (notices: readonly (typeof expiring | typeof renewalDue)[]) =>
  changeFor(certificate, { kind: "notify", notices, announced: {}, nextAt: fromNoon(1) }, run);

describe("the events", () => {
  test("of a window says when, and why when an operator has moved it", () => {
    const move = { from: noon, spreadSeconds: 0, reason: "incident 7", at: noon };
    const { detail } = certificateRenewalDue(certificate, { ...window, move });
    expect(renewalDueSchema.strict().parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ holder: "device-1", lot: "2026-w47", reason: "incident 7" });
  });

  test("of an end names the holder, and the successor that nobody has been seen with", () => {
    const successor = aCertificate({ id: "m1-0b" as CertificateId }); // As above, named plainly.
    const { detail } = certificateExpiring(certificate, 7, successor);
    expect(expiringSchema.strict().parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({
      holder: "device-1",
      expiresWithinDays: 7,
      successor: { certificate: "m1-0b", state: "active" },
    });
  });
});

describe("a transaction", () => {
  test("holds 33 certificates with an event each, and not one more", () => {
    const changes = Array.from({ length: 67 }, () => notify([expiring]));
    expect(inTransactions(changes).map(group => group.length)).toEqual([33, 33, 1]);
  });

  test("is filled to the hundredth item", () => {
    const changes = Array.from({ length: 21 }, () => notify([renewalDue, expiring]));
    expect(inTransactions(changes).map(group => group.length)).toEqual([20, 1]);
  });

  test("never holds more than 100 items, whatever is mixed in it", () => {
    const over = changeFor(certificate, { kind: "over" }, run);
    const changes = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 0 ? over : notify(index % 3 === 1 ? [expiring] : [renewalDue, expiring]),
    );
    const groups = inTransactions(changes);
    const items = groups.map(group =>
      group.reduce((sum, { audits, events }) => sum + 1 + audits.length + events.length, 0),
    );
    expect(Math.max(...items)).toBeLessThanOrEqual(100);
    expect(groups.flat()).toEqual(changes);
  });

  test("of nothing is none", () => {
    expect(inTransactions([])).toEqual([]);
  });
});

test("an end leaves an audit record and no event, and takes the certificate out of the index", () => {
  expect(changeFor(certificate, { kind: "expire" }, run)).toMatchObject({
    state: "expired",
    nextAt: undefined,
    events: [],
    audits: [{ subject: certificate.id, action: "certificate.expired", tenant: "acme", at: noon }],
  });
});
