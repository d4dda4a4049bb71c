// One enrolment's row and the CA it is carried to: small, stateful, and strict about versions, as the real ones are.
import type { AuditRecord } from "#core/audit.ts";
import { issuesNow, type ManagedAuthority } from "#core/authority/authority.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { AdvanceDeps } from "#core/enrolment/advance.ts";
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import type {
  CertificateAuthority,
  EnrolmentRegistry,
  FoundAtCa,
  IssueRequest,
  RecordedEnrolment,
} from "#core/enrolment/ports.ts";
import { fail } from "#core/error.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { type HandClock, handClock } from "#support/fixed-time.ts";
import { anAuthority, anEnrolment, aSlot, caArn } from "#support/records.ts";
import { ecKeys, type IssueParts, issueFrom, makeTestCa, spkiSha256 } from "#support/test-ca.ts";

type FakeRegistry = EnrolmentRegistry & {
  readonly row: () => RecordedEnrolment;
  readonly change: (parts: Partial<Enrolment>) => RecordedEnrolment;
  readonly certificates: Map<string, Certificate>;
  readonly audits: AuditRecord[];
  readonly burnt: Slot[];
};

function fakeRegistry(first: RecordedEnrolment): FakeRegistry {
  let row = first;
  const certificates = new Map<string, Certificate>();
  const audits: AuditRecord[] = [];
  const burnt: Slot[] = [];
  const change = (parts: Partial<Enrolment>): RecordedEnrolment => {
    row = anEnrolment({ ...row, ...parts, version: row.version + 1 });
    return row;
  };
  // Whoever comes with an old version changes nothing and is told how the row is now.
  const expecting = (known: RecordedEnrolment, parts: Partial<Enrolment>): RecordedEnrolment =>
    known.version === row.version ? change(parts) : row;
  return {
    row: () => row,
    change,
    certificates,
    audits,
    burnt,
    recordIntent: async () => ({ kind: "exists", enrolment: row }),
    readEnrolment: async () => row,
    recordAsked: async (known, certificateArn) => expecting(known, { state: "issuing", certificateArn }),
    recordNewAttempt: async (known, now) => {
      const isMine = known.version === row.version;
      const { fruitless: _, ...begun } = known;
      if (isMine)
        row = {
          ...begun,
          state: "accepted",
          attempt: known.attempt + 1,
          attemptStartedAt: now,
          version: known.version + 1,
        };
      return { enrolment: row, isMine };
    },
    recordFruitless: async known => expecting(known, { state: "accepted", fruitless: true }),
    recordMoved: async (known, to, audit) => {
      const isMine = known.version === row.version;
      if (isMine) audits.push(audit);
      return {
        enrolment: expecting(known, { ...to, attempt: known.attempt + 1, fruitless: true }),
        isMine,
      };
    },
    recordFailed: async (known, audit, burnSlot) => {
      if (known.version !== row.version) return row;
      audits.push(audit);
      if (burnSlot) burnt.push(row.slot);
      return change({ state: "failed" });
    },
    recordIssued: async (known, certificate, audit) => {
      const open = row.state === "accepted" || row.state === "issuing";
      if (!open || row.attempt !== known.attempt) return false;
      change({ state: "issued", certificateId: certificate.id, certificateArn: certificate.certificateArn });
      certificates.set(certificate.id, certificate);
      audits.push(audit);
      return true;
    },
    readCertificate: async id => certificates.get(id),
  };
}

type FakeCa = CertificateAuthority & {
  readonly asks: IssueRequest[];
  /** ARN → PEM of everything ever signed. */
  readonly ledger: Map<string, Promise<string>>;
  readonly searches: { count: number };
  /** What a search answers. */
  found: FoundAtCa;
  /** Signs and loses the reply, or refuses, when set. */
  askFails: Error | undefined;
  collectFails: Error | undefined;
  slow: boolean;
};

/** One certificate per idempotency token, however often it is asked. */
function fakeCa(sign: (serial: string) => Promise<string>): FakeCa {
  const arns = new Map<string, string>();
  const ca: FakeCa = {
    asks: [],
    ledger: new Map(),
    searches: { count: 0 },
    found: { kind: "unknown_yet", retryAfterSeconds: 60 },
    askFails: undefined,
    collectFails: undefined,
    slow: false,
    ask: async request => {
      ca.asks.push(request);
      const serial = `0${arns.size + 1}`;
      const known = arns.get(request.idempotencyToken);
      const arn = known ?? `${request.authority.caArn}/certificate/${serial}`;
      arns.set(request.idempotencyToken, arn);
      if (known === undefined) ca.ledger.set(arn, sign(serial));
      if (ca.askFails !== undefined) throw ca.askFails;
      return arn;
    },
    collect: async (_caArn, certificateArn) => {
      if (ca.collectFails !== undefined) throw ca.collectFails;
      const certificatePem = await ca.ledger.get(certificateArn);
      return ca.slow || certificatePem === undefined ? "pending" : { certificatePem, chainPem: "" };
    },
    findIssued: async () => {
      ca.searches.count += 1;
      return ca.found;
    },
  };
  return ca;
}

/** Permits as many as `left`, a queue that keeps what it is sent, and what people were told. */
function fakeIssuance() {
  const issuance = {
    left: Number.POSITIVE_INFINITY,
    failures: 0,
    sent: [] as { readonly id: string; readonly delaySeconds: number }[],
    told: [] as string[],
    depth: 0,
  };
  const permits: AdvanceDeps["permits"] = {
    take: async () => {
      if (issuance.left <= 0) return undefined;
      issuance.left -= 1;
      return { window: 0 };
    },
    giveBack: () => {
      issuance.left += 1;
    },
    isFresh: () => true,
    isCrowded: () => false,
    caAnswered: () => undefined,
    caFailed: () => {
      issuance.failures += 1;
    },
    perSecond: 24,
  };
  const queue: AdvanceDeps["queue"] = {
    send: async ({ id }, delaySeconds) => void issuance.sent.push({ id, delaySeconds }),
    depth: async () => issuance.depth,
  };
  const watch: AdvanceDeps["watch"] = {
    authorityExhausted: id => void issuance.told.push(`${id} is used up`),
    permitRefused: purpose => void issuance.told.push(`no permit to ${purpose}`),
    notQueued: id => void issuance.told.push(`${id} is not queued`),
  };
  return { issuance, permits, queue, watch };
}

export type World = {
  readonly deps: AdvanceDeps;
  readonly issuance: ReturnType<typeof fakeIssuance>["issuance"];
  /** Those that issue, in order; the enrolment is of the first. A second one is there when a test puts it there. */
  readonly authorities: ManagedAuthority[];
  readonly registry: FakeRegistry;
  readonly ca: FakeCa;
  readonly clock: HandClock;
};

/** An accepted enrolment, and a CA that signs what is asked of it, save for `signed`. */
export async function anEnrolmentWorld(signed: IssueParts = {}): Promise<World> {
  const [testCa, holder] = await Promise.all([makeTestCa(), ecKeys()]);
  const authority = anAuthority({ caArn, certificatePem: testCa.certificatePem, chainPem: "(root)\n" });
  const registry = fakeRegistry(anEnrolment({ spkiSha256: await spkiSha256(holder) }));
  const ca = fakeCa(serial => issueFrom(testCa, holder, { serial, ...signed }));
  const clock = handClock();
  const authorities = [authority];
  const { issuance, ...issuing } = fakeIssuance();
  const slots: AdvanceDeps["slots"] = {
    take: async () => {
      const next = authorities.find(issuesNow) ?? fail("ca.exhausted", { retryAfterSeconds: 300 });
      const expiresBy = next.notAfter;
      return {
        authority: next,
        slot: aSlot(7),
        expiresBy,
        forExpectedHolder: false,
        giveBack: () => undefined,
      };
    },
    takeSome: async () => [],
    authorityById: async id => authorities.find(known => known.id === id),
    recordExhausted: async ({ id }, audit) => {
      const at = authorities.findIndex(known => known.id === id);
      const known = authorities[at];
      if (known === undefined || known.exhaustedAt !== undefined) return false;
      authorities[at] = { ...known, exhaustedAt: audit.at };
      registry.audits.push(audit);
      return true;
    },
  };
  const deps = { registry, ca, slots, now: clock.now, collectWaitMs: 0, ...issuing };
  return { deps, issuance, authorities, registry, ca, clock };
}
