// The registry as automation sees it, in memory and with the same conditions: for the many findings that a table would
// take minutes for. The adapters themselves are tested on a table.
import type { AuditRecord } from "#core/audit.ts";
import type { Lot } from "#core/authority/lot.ts";
import { type ActResult, actOnFinding } from "#core/automation/act-on-finding.ts";
import { type BrakeState, scopeText } from "#core/automation/brake.ts";
import type { SecurityFinding } from "#core/automation/finding.ts";
import type { HandledFinding } from "#core/automation/handled-finding.ts";
import type { AutomationDeps, PlanProposal, TargetRegistry } from "#core/automation/ports.ts";
import type { RecordedRule } from "#core/automation/rule.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import type { Order } from "#core/order/order.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import { noon } from "./fixed-time.ts";
import { aForeignAuthority } from "./records.ts";

export const ownAccount = "111122223333";

export function aFinding(parts: Partial<SecurityFinding> = {}): SecurityFinding {
  const id = parts.id ?? "7";
  return {
    source: "report",
    sender: "soc.example",
    account: ownAccount,
    id,
    at: noon,
    isClosed: false,
    type: "compromise",
    severity: 10,
    selector: { serial: "0a" },
    lineage: false,
    reason: "keyCompromise",
    note: undefined,
    actor: `event:soc.example:${id}`,
    ...parts,
  };
}

export function automationWorld(certificates: readonly Certificate[]) {
  const rows = new Map(certificates.map(certificate => [String(certificate.id), certificate]));
  const audits: AuditRecord[] = [];
  const proposals = new Map<string, PlanProposal>();
  const handled = new Map<string, HandledFinding>();
  const brakes = new Map<string, BrakeState>();
  const rules: RecordedRule[] = [];
  const lots = new Map<string, Lot>();
  const orders: Order[] = [];
  const serials = new Map<string, RevokedSerial>();
  const blockedKeys = new Set<string>();
  const clock = { now: noon };
  const where = async (matches: (certificate: Certificate) => boolean) => [...rows.values()].filter(matches);
  const become = (id: string, parts: Partial<Certificate>, audit: AuditRecord): void => {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, ...parts });
    audits.push(audit);
  };

  const registry: TargetRegistry = {
    findBySerial: (serial, authorityId) =>
      where(row => row.serial === serial && (authorityId === undefined || row.authorityId === authorityId)),
    findBySha256: sha256 => where(row => row.sha256 === sha256),
    findByHolder: (tenant, holder) => where(row => row.tenant === tenant && row.holder === holder),
    findByKey: spkiSha256 => where(row => row.spkiSha256 === spkiSha256),
    readCertificates: async ids => ids.flatMap(id => rows.get(id) ?? []),
    recordRevocation: async ({ id }, revocation, audit) => {
      if (rows.get(id)?.state === "revoked") return "already";
      become(id, { state: "revoked", revocation }, audit);
      return "revoked";
    },
    recordHold: async ({ id }, audit) => {
      if (rows.get(id)?.state !== "active") return false;
      become(id, { state: "held" }, audit);
      return true;
    },
    recordResume: () => Promise.reject(new Error("automation resumes nothing")),
    blockKey: async (spkiSha256, audit) => {
      if (blockedKeys.has(spkiSha256)) return false;
      blockedKeys.add(spkiSha256);
      audits.push(audit);
      return true;
    },
    findSerialsAuthority: async id => (id === "p1" ? aForeignAuthority() : undefined),
    recordRevokedSerial: async (revoked, audit) => {
      if (serials.has(revoked.serial)) return "already";
      serials.set(revoked.serial, revoked);
      audits.push(audit);
      return "revoked";
    },
    readLot: async (tenant, name) => lots.get(`${tenant}/${name}`) ?? { tenant, name, blocks: [] },
    recordLotRevoked: async (lot, revocation, audit) => {
      lots.set(`${lot.tenant}/${lot.name}`, { ...lot, revocation });
      audits.push(audit);
      return true;
    },
    recordOrder: async (order, _cause, audit) => {
      if (orders.some(({ id }) => id === order.id)) return "already";
      orders.push(order);
      audits.push(audit);
      return "recorded";
    },
  };

  const findings: AutomationDeps["findings"] = {
    readHandled: async id => handled.get(id),
    readBrakes: async (ruleId, scopes) =>
      scopes.map(
        scope => brakes.get(`${ruleId} ${scopeText(scope)}`) ?? { ruleId, scope, minutes: {}, version: 0 },
      ),
    recordHandled: async (finding, moved, audit) => {
      const known = handled.get(finding.id);
      const isNewer = known?.state === "closed" && known.at < finding.at;
      if (known !== undefined && !isNewer) return "handled";
      const stands = ({ ruleId, scope, version }: BrakeState): boolean =>
        (brakes.get(`${ruleId} ${scopeText(scope)}`)?.version ?? 0) === version - 1;
      if (!moved.every(stands)) return "moved";
      for (const state of moved) brakes.set(`${state.ruleId} ${scopeText(state.scope)}`, state);
      handled.set(finding.id, finding);
      audits.push(audit);
      return "recorded";
    },
    recordCarriedOut: async finding => {
      handled.set(finding.id, { ...finding, state: "carried_out" });
    },
    countLive: async (tenant, atMost, now) => {
      const live = await where(
        row =>
          row.tenant === tenant && row.notAfter > now && row.state !== "revoked" && row.state !== "expired",
      );
      return Math.min(live.length, atMost);
    },
  };

  const deps: AutomationDeps = {
    rules: { listRules: async () => rules },
    findings,
    registry,
    plans: {
      propose: async proposal => {
        proposals.set(proposal.key, proposal);
        return `pln_${proposals.size}`;
      },
    },
    now: () => clock.now,
    wait: async () => undefined,
  };

  return {
    deps,
    rows,
    audits,
    rules,
    lots,
    orders,
    serials,
    brakes,
    blockedKeys,
    handled,
    clock,
    proposals: () => [...proposals.values()],
    act: (finding: SecurityFinding, own = ownAccount): Promise<ActResult> =>
      actOnFinding(deps, { finding, ownAccount: own, requestId: `request of ${finding.id}` }),
    statesOf: () => Object.fromEntries([...rows.values()].map(({ id, state }) => [id, state])),
    revoked: () => [...rows.values()].filter(({ state }) => state === "revoked").map(({ id }) => String(id)),
  };
}

/** A registry that dies at its nth write: nothing reaches it afterwards. */
export function dyingAt(deps: AutomationDeps, nth: number, when: "before" | "after"): AutomationDeps {
  let writes = 0;
  const reads = /^(?:read|find|list|count)/;
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name) => {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== "function" || reads.test(String(name))) return method;
        return async (...input: readonly unknown[]) => {
          writes += 1;
          if (writes > nth || (writes === nth && when === "before")) return fail("registry.busy", busy);
          const answer: unknown = await method.apply(object, input);
          return writes === nth ? fail("registry.busy", busy) : answer;
        };
      },
    });
  return {
    ...deps,
    findings: guard(deps.findings),
    registry: guard(deps.registry),
    plans: guard(deps.plans),
  };
}

const busy = { retryAfterSeconds: 1 };
