// Does what was decided about a finding. Safe to repeat from any point: what is refused already stays as it is.
import type { Certificate } from "#core/certificate/certificate.ts";
import { revokeLot } from "#core/revocation/revoke-lot.ts";
import { revokeSerial } from "#core/revocation/revoke-serial.ts";
import type { CarriedFinding } from "./handled-finding.ts";
import type { AutomationDeps } from "./ports.ts";

type CarryOutDeps = Pick<AutomationDeps, "registry" | "findings" | "now">;

export async function carryOut(deps: CarryOutDeps, finding: CarriedFinding): Promise<void> {
  const { targets, order, actor, requestId } = finding;
  const { reason, note } = order;
  const common = { reason, note, actor, requestId, because: factsOf(finding) };
  // Keys first: nobody gets another certificate with one while its certificates are being refused.
  for (const spkiSha256 of targets.keys) await blockKey(deps, finding, spkiSha256);
  for (const lot of targets.lots) await revokeLot(deps, { ...common, ...lot });
  for (const serial of targets.serials) await revokeSerial(deps, { ...common, ...serial });
  for (const certificate of await deps.registry.readCertificates(targets.certificates)) {
    await refuse(deps, finding, certificate);
  }
  await deps.findings.recordCarriedOut(finding);
}

async function refuse(deps: CarryOutDeps, finding: CarriedFinding, certificate: Certificate): Promise<void> {
  const { order, actor, requestId } = finding;
  const at = deps.now();
  const facts = { ...factsOf(finding), sha256: certificate.sha256 };
  const audit = { subject: certificate.id, actor, requestId, at, facts };
  const isHeld = order.action === "hold" && certificate.state !== "superseded";
  if (isHeld) await deps.registry.recordHold(certificate, { ...audit, action: "certificate.held" });
  else {
    // A superseded certificate has no hold to come back from: its retirement, which was near, is brought forward.
    const reason = order.action === "hold" ? "superseded" : order.reason;
    await deps.registry.recordRevocation(
      certificate,
      { reason, revokedAt: at, actor },
      { ...audit, action: "certificate.revoked" },
    );
  }
}

async function blockKey(deps: CarryOutDeps, finding: CarriedFinding, spkiSha256: string): Promise<void> {
  const { actor, requestId } = finding;
  await deps.registry.blockKey(spkiSha256, {
    subject: spkiSha256,
    action: "key.blocked",
    actor,
    requestId,
    at: deps.now(),
    facts: factsOf(finding),
  });
}

/** Who said so, and by which rule: the same on every record of one finding (threat F8). */
function factsOf({ id, order }: CarriedFinding): Readonly<Record<string, string>> {
  const { ruleId, reason, note } = order;
  return { reason, rule: ruleId, finding: id, ...(note === undefined ? {} : { note }) };
}
