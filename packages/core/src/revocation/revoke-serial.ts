// Revoke one certificate of an authority without slots: its serial is all there is, and nobody to tell but the edge.
import type { AuditRecord } from "#core/audit.ts";
import type { SerialsAuthority } from "#core/authority/authority.ts";
import { certificateId, type RevocationReason } from "#core/certificate/certificate.ts";
import type { Serial } from "#core/serial.ts";
import type { RevokedSerial } from "./revoked-serial.ts";

export type SerialRevocationRegistry = {
  /** Undefined for a managed authority too: its certificates have rows of their own. */
  readonly findSerialsAuthority: (id: string) => Promise<SerialsAuthority | undefined>;
  /** One transaction: the serial's row and the audit. `already` when a report has named it before. */
  readonly recordRevokedSerial: (
    revoked: RevokedSerial,
    audit: AuditRecord,
  ) => Promise<"revoked" | "already">;
};

export type SerialReport = {
  readonly authorityId: string;
  readonly serial: Serial;
  readonly reason: RevocationReason;
  readonly note: string | undefined;
  readonly actor: string;
  readonly requestId: string;
  /** What else its audit record says: the rule and the finding, if it comes of one. */
  readonly because?: Readonly<Record<string, string>>;
};

/** The serial is revoked whether or not a certificate has it; later lists of the CA do not bring it back. */
export async function revokeSerial(
  deps: { readonly registry: SerialRevocationRegistry; readonly now: () => Date },
  report: SerialReport,
): Promise<{ readonly revoked: readonly string[]; readonly already: readonly string[] }> {
  const { authorityId, serial, reason, note, actor, requestId, because } = report;
  const id = certificateId(authorityId, serial);
  const revokedAt = deps.now();
  const outcome = await deps.registry.recordRevokedSerial(
    { authorityId, serial, reason, actor, source: "report", revokedAt },
    {
      subject: id,
      action: "certificate.revoked",
      actor,
      requestId,
      at: revokedAt,
      facts: { ...because, reason, ...(note === undefined ? {} : { note }) },
    },
  );
  return outcome === "revoked" ? { revoked: [id], already: [] } : { revoked: [], already: [id] };
}
