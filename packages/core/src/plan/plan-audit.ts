// A plan's audit records: all are found under its id, and a tenant's under the tenant too.
import type { AuditAction, AuditRecord } from "#core/audit.ts";
import type { Plan } from "./plan.ts";
import { tenantOfSelector } from "./selector.ts";

export function planAudit(
  { id, selector }: Pick<Plan, "id" | "selector">,
  record: Pick<AuditRecord, "actor" | "requestId" | "at" | "facts"> & { readonly action: AuditAction },
): AuditRecord {
  const tenant = tenantOfSelector(selector);
  return { subject: id, ...(tenant === undefined ? {} : { tenant }), ...record };
}
