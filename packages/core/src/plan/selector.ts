// Whose certificates a plan is about, as the operator or the rule said it, and whether a certificate is one of them.
import type { Certificate } from "#core/certificate/certificate.ts";
import { checksFor } from "#core/listing/checks.ts";
import type { ListedCertificate, ListFilter } from "#core/listing/listing.ts";
import type { Serial } from "#core/serial.ts";

/** Of an interval: whose certificates are walked. */
export type PlanScope =
  | { readonly kind: "tenant"; readonly tenant: string }
  | { readonly kind: "authority"; readonly authorityId: string };

export type PlanSelector =
  /** Without an authority every managed one is asked for the serial. */
  | { readonly kind: "certificate"; readonly serial: Serial; readonly authorityId?: string }
  /** Of the certificate's DER. */
  | { readonly kind: "sha256"; readonly sha256: string }
  | { readonly kind: "holder"; readonly tenant: string; readonly holder: string }
  /** The whole lots, what would be issued in them later included. In the order of their names, none twice. */
  | { readonly kind: "lots"; readonly tenant: string; readonly lots: readonly string[] }
  | PlanScope
  /** SHA-256 of the public key's SPKI: every certificate of that key, of any tenant. */
  | { readonly kind: "key"; readonly spkiSha256: string }
  /** `from` included, `to` not. */
  | { readonly kind: "issued"; readonly from: Date; readonly to: Date; readonly scope: PlanScope }
  /** What a listing with this filter shows. */
  | { readonly kind: "query"; readonly filter: ListFilter };

/** Lots of one plan. */
export const mostLots = 100;

/** What the index shows of a certificate; its key is only known from its own row. */
export type CoveredRow = ListedCertificate & Partial<Pick<Certificate, "spkiSha256">>;

export function covers(selector: PlanSelector, row: CoveredRow): boolean {
  switch (selector.kind) {
    case "certificate": {
      const { serial, authorityId } = selector;
      return row.serial === serial && (authorityId === undefined || row.authorityId === authorityId);
    }
    case "sha256":
      return row.sha256 === selector.sha256;
    case "holder":
      return row.tenant === selector.tenant && row.holder === selector.holder;
    case "lots":
      return row.tenant === selector.tenant && row.lot !== undefined && selector.lots.includes(row.lot);
    case "tenant":
      return row.tenant === selector.tenant;
    case "authority":
      return row.authorityId === selector.authorityId;
    case "key":
      return row.spkiSha256 === selector.spkiSha256;
    case "issued":
      return covers(selector.scope, row) && selector.from <= row.issuedAt && row.issuedAt < selector.to;
    case "query":
      return checksFor(selector.filter).every(check => check(row));
  }
}

/** Whether the successors of what it covers may lie outside of it: a lot's and a tenant's do not. */
export function mayMissSuccessors({ kind }: PlanSelector): boolean {
  return kind !== "holder" && kind !== "lots" && kind !== "tenant";
}

/** One text for one selector, whatever the order in which its members were named: for hashes and audit records. */
export function selectorText(selector: PlanSelector): string {
  switch (selector.kind) {
    case "certificate":
      return `certificate:${selector.authorityId ?? "any"}-${selector.serial}`;
    case "sha256":
      return `sha256:${selector.sha256}`;
    case "holder":
      return `holder:${selector.tenant}/${selector.holder}`;
    case "lots":
      return selector.lots.map(lot => `lot:${selector.tenant}/${lot}`).join(" ");
    case "tenant":
      return `tenant:${selector.tenant}`;
    case "authority":
      return `authority:${selector.authorityId}`;
    case "key":
      return `key:${selector.spkiSha256}`;
    case "issued": {
      const { from, to, scope } = selector;
      return `issued:${from.toISOString()}/${to.toISOString()} ${selectorText(scope)}`;
    }
    case "query":
      return `query:${filterText(selector.filter)}`;
  }
}

function filterText(filter: ListFilter): string {
  const { tenant, holder, lot, authorityId, state, expiresBefore } = filter;
  const named = { tenant, holder, lot, authority: authorityId, state, expiresBefore };
  return Object.entries(named)
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [`${name}=${value instanceof Date ? value.toISOString() : value}`];
    })
    .join(",");
}

/** For the tenant's view of the audit; undefined where the certificates may be several tenants'. */
export function tenantOfSelector(selector: PlanSelector): string | undefined {
  switch (selector.kind) {
    case "holder":
    case "lots":
    case "tenant":
      return selector.tenant;
    case "issued":
      return tenantOfSelector(selector.scope);
    case "query":
      return selector.filter.tenant;
    default:
      return undefined;
  }
}
