// The steps of one enrolment against a real registry and a real CA, by workers that die or lose an answer at one step.
import { GetCertificateAuthorityCertificateCommand } from "@aws-sdk/client-acm-pca";
import type { FauxqsServer } from "fauxqs";
import { auditReportSearch } from "#aws/ca/audit-report.ts";
import { issueFrom } from "#aws/ca/issue.ts";
import { privateCa } from "#aws/ca/private-ca.ts";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoEnrolmentRegistry } from "#aws/registry/enrolment-registry.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { type AdvanceDeps, advanceEnrolment, type EnrolOutcome } from "#core/enrolment/advance.ts";
import { isOpen } from "#core/enrolment/enrolment.ts";
import { type CheckedRequest, issueChecked } from "#core/enrolment/issue-checked.ts";
import { identifyRequest } from "#core/enrolment/request.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import type { Fault } from "#local/wire/faults.ts";
import { type FaultInjector, faultInjector } from "#local/wire/faults.ts";
import { putAuthority, type TestRegistry } from "#support/registry-table.ts";
import { activeRoot, type Pca, startPca, text } from "../pca/fixture.ts";

export const steps = ["intent", "ask", "collect", "record"] as const;
export type Step = (typeof steps)[number];

export type Interruption = {
  readonly step: Step;
  /** `dies`: nothing runs on. `loses the answer`: the step was done, the worker sees a broken connection. */
  readonly how: "dies before" | "dies after" | "loses the answer of";
};

export type World = {
  readonly pca: Pca;
  readonly table: RegistryTable;
  readonly faults: FaultInjector;
  readonly request: (holder: string) => Promise<CheckedRequest>;
  /** What a caller does: posts the request. */
  readonly call: (request: CheckedRequest, interruption?: Interruption) => Promise<EnrolOutcome | "died">;
  /** What the recovery job does: carries the enrolment on, and searches the CA's reports. */
  readonly resume: (request: CheckedRequest) => Promise<EnrolOutcome | "not open">;
};

class Died extends Error {}

export async function startWorld(registry: TestRegistry, reports: FauxqsServer): Promise<World> {
  const faults = faultInjector();
  const pca = await startPca({ s3Endpoint: `http://127.0.0.1:${reports.port}`, faults });
  const [caArn, table] = await Promise.all([activeRoot(pca), registry.table()]);
  const { Certificate } = await pca.client.send(
    new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: caArn }),
  );
  await putAuthority(table, { caArn, certificatePem: text(Certificate), chainPem: "" });
  const search = auditReportSearch(pca.client, table, "edgecert-audit-reports", pca.clock.now);
  let calls = 0;
  const turn = (from: "call" | "queue") => {
    calls += 1;
    return { requestId: `request-${calls}`, from, permitWaitMs: 0 };
  };
  return {
    pca,
    table,
    faults,
    request: requestFor,
    call: async (request, interruption) => {
      if (interruption?.how === "loses the answer of") loseAnswer(faults, interruption.step);
      const deps = depsFor(pca, table, async () => ({ kind: "unknown_yet", retryAfterSeconds: 60 }));
      try {
        return await issueChecked(interrupted(deps, interruption), request, turn("call").requestId);
      } catch (error) {
        if (error instanceof Died) return "died";
        throw error;
      }
    },
    resume: async request => {
      const deps = depsFor(pca, table, search);
      const enrolment = await deps.registry.readEnrolment(request.id);
      if (enrolment === undefined || !isOpen(enrolment)) return "not open";
      return advanceEnrolment(deps, enrolment, turn("queue"));
    },
  };
}

/** A worker of its own: no slots in memory, nothing remembered. */
export function depsFor(
  pca: Pca,
  table: RegistryTable,
  findIssued: AdvanceDeps["ca"]["findIssued"],
): AdvanceDeps {
  const { now } = pca.clock;
  const authorities = dynamoAuthorityRegistry(table);
  return {
    registry: dynamoEnrolmentRegistry(table),
    ca: { ...privateCa(pca.client), ask: issueFrom(pca.client), findIssued },
    slots: slotSource(
      { ...authorities, ...dynamoBlockRegistry(table) },
      { cacheMs: 0, now, pause: attempt => new Promise(resolve => setTimeout(resolve, 5 * attempt)) },
    ),
    // The rate has tests of its own; here nobody waits, so that every call asks.
    permits: {
      take: async () => ({ window: 0 }),
      isCrowded: () => false,
      giveBack: () => undefined,
      isFresh: () => true,
      caAnswered: () => undefined,
      caFailed: () => undefined,
      perSecond: 24,
    },
    // Every message is lost: the slowest way to the certificate, and it must not be another certificate.
    queue: { send: async () => undefined, depth: async () => 0 },
    watch: {
      authorityExhausted: () => undefined,
      permitRefused: () => undefined,
      notQueued: () => undefined,
    },
    now,
    collectWaitMs: 8_000,
  };
}

/** The broken connection of the CA's own server; the registry's is broken in `interrupted`. */
function loseAnswer(faults: FaultInjector, step: Step): void {
  const lost: Fault = { kind: "lost-reply" };
  if (step === "ask") faults.next("IssueCertificate", lost);
  if (step === "collect") faults.next("GetCertificate", lost);
}

function interrupted(deps: AdvanceDeps, interruption: Interruption | undefined): AdvanceDeps {
  if (interruption === undefined) return deps;
  const { registry, ca } = deps;
  const at = <A extends readonly unknown[], R>(step: Step, work: (...args: A) => Promise<R>) =>
    step === interruption.step ? interrupt(interruption.how, work) : work;
  const isLost = interruption.how === "loses the answer of";
  return {
    ...deps,
    registry: {
      ...registry,
      recordIntent: at("intent", registry.recordIntent),
      recordIssued: at("record", registry.recordIssued),
    },
    ca: isLost ? ca : { ...ca, ask: at("ask", ca.ask), collect: at("collect", ca.collect) },
  };
}

function interrupt<A extends readonly unknown[], R>(
  how: Interruption["how"],
  work: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    if (how !== "dies before") await work(...args);
    throw new Died(how);
  };
}

async function requestFor(holder: string): Promise<CheckedRequest> {
  const inspection = await inspectCsr((await makeKeyAndCsr(holder)).csr);
  if (inspection.kind === "unsound") throw new Error("the request is sound");
  const { csr } = inspection;
  const common = { tenant: "acme", holder, profile: "device", lot: undefined, csrSha256: csr.sha256 };
  const identity = await identifyRequest({ ...common, principal: "operator:ada", idempotencyKey: undefined });
  return {
    id: identity.enrolmentId,
    requestSha256: identity.requestSha256,
    tenant: "acme",
    holder,
    profile: "device",
    lifetimeDays: 365,
    opensAtPercent: 66,
    csrDer: csr.der,
    csrSha256: csr.sha256,
    spkiSha256: csr.spkiSha256,
    altNames: [{ kind: "uri", value: `urn:edgecert:acme:${holder}` }],
    actor: "operator:ada",
  };
}
