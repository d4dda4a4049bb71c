// Whose certificates a listing may show, and where it looks for them.
import { type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { ListFilter } from "./listing.ts";

/** The narrowest index that holds all that is asked for. */
export type Source =
  | { readonly kind: "holder"; readonly tenant: string; readonly holder: string }
  | { readonly kind: "lot"; readonly tenant: string; readonly lot: string }
  | { readonly kind: "tenant"; readonly tenant: string }
  | { readonly kind: "authority"; readonly authorityId: string };

/**
 * A certificate sees its own tenant, and of another tenant an empty list: the same whether there is such a tenant or
 * not (threat A2). Refuses an operator's filter that no index answers.
 */
export function scopeOf(caller: Caller, filter: ListFilter): ListFilter | "nothing" {
  if (caller.kind === "certificate") {
    const foreign = filter.tenant !== undefined && filter.tenant !== caller.tenant;
    return foreign ? "nothing" : { ...filter, tenant: caller.tenant };
  }
  requireScope(caller, "certificates:read");
  if (filter.tenant !== undefined) return filter;
  if (filter.holder !== undefined || filter.lot !== undefined)
    return refuseTenantless("a holder or a lot is one of a tenant: name the tenant");
  if (filter.authorityId === undefined) return refuseTenantless("name a tenant or an authority");
  return filter;
}

/** Undefined for a filter that `scopeOf` refuses. */
export function sourceOf({ tenant, holder, lot, authorityId }: ListFilter): Source | undefined {
  if (tenant !== undefined && holder !== undefined) return { kind: "holder", tenant, holder };
  if (tenant !== undefined && lot !== undefined) return { kind: "lot", tenant, lot };
  if (tenant !== undefined) return { kind: "tenant", tenant };
  return authorityId === undefined ? undefined : { kind: "authority", authorityId };
}

function refuseTenantless(detail: string): never {
  fail("request.malformed", { findings: [{ code: "tenant.missing", detail, pointer: "" }] });
}
