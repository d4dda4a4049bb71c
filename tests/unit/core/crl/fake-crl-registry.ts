// Lists and revoked serials, with the conditions of the registry: a run of a list that no longer counts writes nothing.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { CrlRegistry, RecordedCrl } from "#core/crl/ports.ts";
import type { SerialSource } from "#core/revocation/revoked-serial.ts";
import type { Serial } from "#core/serial.ts";

export type FakeCrlRegistry = CrlRegistry & {
  readonly serials: Map<Serial, SerialSource>;
  readonly audits: AuditRecord[];
  readonly log: string[];
  crl: RecordedCrl | undefined;
  /** Called before each write of serials. */
  beforeChange: () => void;
};

/** Of one authority without slots. */
export function fakeCrlRegistry(...authorities: readonly Authority[]): FakeCrlRegistry {
  const registry: FakeCrlRegistry = {
    serials: new Map(),
    audits: [],
    log: [],
    crl: undefined,
    beforeChange: () => undefined,
    listAuthorities: async () => authorities,
    readCrl: async () => registry.crl,
    listRevokedSerials: async () => new Map(registry.serials),
    recordCrl: async (crl, before, audit) => {
      if (registry.crl?.sha256 !== before?.sha256) return false;
      registry.crl = crl;
      registry.log.push(`record ${crl.number}`);
      registry.audits.push(audit);
      return true;
    },
    changeSerials: async (crl, { add, remove }) => {
      registry.beforeChange();
      if (registry.crl?.sha256 !== crl.sha256) return "superseded";
      if (add.some(({ serial }) => registry.serials.has(serial))) return "changed";
      if (remove.some(serial => registry.serials.get(serial) !== "crl")) return "changed";
      for (const { serial, source } of add) registry.serials.set(serial, source);
      for (const serial of remove) registry.serials.delete(serial);
      registry.log.push(
        ...add.map(({ serial }) => `add ${serial}`),
        ...remove.map(serial => `remove ${serial}`),
      );
      return "written";
    },
    recordApplied: async (crl, audit) => {
      if (registry.crl?.sha256 !== crl.sha256) return;
      registry.crl = crl;
      registry.audits.push(audit);
    },
  };
  return registry;
}
