// Revoke what a compromise event names. Registry first: the table's stream carries it to the edge, the outbox to the CA.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate, Revocation } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import type { CertificateSelector, CompromiseReported } from "#core/event/compromise-reported.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { type LotRevocationRegistry, type RevokeLotResult, revokeLot } from "./revoke-lot.ts";
import { revokeSerial, type SerialRevocationRegistry } from "./revoke-serial.ts";

export type RevocationRegistry = {
  readonly findBySerial: (serial: string, authorityId: string | undefined) => Promise<readonly Certificate[]>;
  readonly findBySha256: (sha256: string) => Promise<readonly Certificate[]>;
  readonly findByHolder: (tenant: string, holder: string) => Promise<readonly Certificate[]>;
  /** One transaction: state, denied slot, audit, outbox. `already` when the certificate was revoked before. */
  readonly recordRevocation: (
    certificate: Certificate,
    revocation: Revocation,
    audit: AuditRecord,
  ) => Promise<"revoked" | "already">;
};

export type RevokeReportedDeps = {
  readonly registry: RevocationRegistry & LotRevocationRegistry & SerialRevocationRegistry;
  readonly now: () => Date;
};

export type ReportedEvent = {
  /** `event:<source>:<event id>`. */
  readonly actor: string;
  readonly requestId: string;
  readonly report: CompromiseReported;
};

export type RevokeReportedResult = {
  readonly revoked: readonly string[];
  readonly already: readonly string[];
};

/**
 * Revokes every certificate the report selects; duplicates and replays change nothing.
 * Refuses with `resource.not_found` when nothing matches: such an event belongs in the dead-letter queue, seen by a person.
 */
export async function revokeReported(
  deps: RevokeReportedDeps,
  event: ReportedEvent,
): Promise<RevokeReportedResult | RevokeLotResult> {
  const { certificate: selector, reason, note } = event.report;
  if ("lot" in selector) return revokeLot(deps, { ...event, ...selector, reason, note });
  if ("serial" in selector && selector.authority !== undefined) {
    const authority = await deps.registry.findSerialsAuthority(selector.authority);
    const serial = serialOf(selector.serial);
    if (authority !== undefined)
      return revokeSerial(deps, { ...event, authorityId: authority.id, serial, reason, note });
  }
  const certificates = await select(deps.registry, selector);
  if (certificates.length === 0) fail("resource.not_found", { kind: "certificate" });
  const revoked: string[] = [];
  const already: string[] = [];
  for (const certificate of certificates) {
    const revocation = { reason: event.report.reason, revokedAt: deps.now(), actor: event.actor };
    const outcome = await deps.registry.recordRevocation(certificate, revocation, {
      subject: certificate.id,
      action: "certificate.revoked",
      actor: event.actor,
      requestId: event.requestId,
      at: revocation.revokedAt,
      facts: {
        reason: event.report.reason,
        sha256: certificate.sha256,
        ...(event.report.note === undefined ? {} : { note: event.report.note }),
      },
    });
    (outcome === "revoked" ? revoked : already).push(certificate.id);
  }
  return { revoked, already };
}

async function select(
  registry: RevocationRegistry,
  selector: CertificateSelector,
): Promise<readonly Certificate[]> {
  if ("serial" in selector) {
    return registry.findBySerial(serialOf(selector.serial), selector.authority);
  }
  if ("sha256" in selector) return registry.findBySha256(selector.sha256.replaceAll(":", "").toLowerCase());
  return registry.findByHolder(selector.tenant, selector.holder);
}

function serialOf(text: string): Serial {
  const serial = parseSerial(text);
  if (serial !== undefined) return serial;
  return fail("event.malformed", {
    findings: [
      { code: "serial.malformed", detail: "not a hexadecimal serial", pointer: "/certificate/serial" },
    ],
  });
}
