// What reconciliations with a CA have found, as rows beside the authority's progress.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { CertificateId } from "#core/certificate/certificate.ts";
import { assert, fail } from "#core/error.ts";
import {
  type CaFinding,
  caDriftDetected,
  findingCauses,
  judgeFinding,
} from "#core/reconciliation/finding.ts";
import type { FindingsPage } from "#core/reconciliation/ports.ts";
import { sha256Fields } from "#core/sha256.ts";
import { type RegistryTable, transact } from "./client.ts";
import { readOrphans } from "./orphan-row.ts";
import { readCertificates } from "./read-certificate.ts";
import { readRows } from "./read-rows.ts";
import { putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const findingRow = z.object({
  // The brand is restored: only such ids were ever written.
  id: z.string().transform(id => id as CertificateId),
  cause: z.enum(findingCauses),
  foundAt: date,
  reportId: z.string(),
  certificateArn: z.string(),
  subject: z.string(),
  notAfter: date,
});

/** After its certificate has ended, a finding is history; so long it can still be looked at. */
const keptSeconds = 90 * 86_400;

export async function knownFindings(
  table: RegistryTable,
  authorityId: string,
  findings: readonly CaFinding[],
): Promise<ReadonlySet<CertificateId>> {
  const rows = await readRows(
    table,
    findings.map(({ cause, id }) => keys.caFinding(authorityId, cause, id)),
  );
  return new Set(rows.map(row => findingRow.parse(row).id));
}

/** Refuses with `registry.busy` when another run was faster with one of them: the next run finds out. */
export async function recordFindings(
  table: RegistryTable,
  authorityId: string,
  findings: readonly CaFinding[],
): Promise<void> {
  const [first] = findings;
  assert(first !== undefined, "there is something to record");
  const sha256 = await sha256Fields(...findings.map(({ cause, id }) => `${cause} ${id}`));
  const refusal = await transact(table, [
    ...findings.map(({ foundAt, notAfter, ...finding }) => ({
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.caFinding(authorityId, finding.cause, finding.id),
          type: "caFinding",
          ...finding,
          foundAt: foundAt.toISOString(),
          notAfter: notAfter.toISOString(),
          expiresAtSeconds: Math.floor(notAfter.getTime() / 1_000) + keptSeconds,
        },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    })),
    putOutbox(table, sha256, first.foundAt, caDriftDetected(authorityId, findings)),
  ]);
  if (refusal !== undefined) fail("registry.busy", { retryAfterSeconds: 60 });
}

export async function listFindings(
  table: RegistryTable,
  authorityId: string,
  limit: number,
  after: string | undefined,
): Promise<FindingsPage> {
  const { pk } = keys.caReconciliation(authorityId);
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :after AND :end",
      // "~" sorts after every cause. The row at `after` was shown; a space behind it is the next text there is.
      ExpressionAttributeValues: {
        ":pk": pk,
        ":after": after === undefined ? "FINDING#" : `${after} `,
        ":end": "FINDING#~",
      },
      ConsistentRead: true,
      Limit: limit + 1,
    }),
  );
  const shown = Items.slice(0, limit);
  const findings = shown.map(row => findingRow.parse(row));
  const ids = [...new Set(findings.map(({ id }) => id))];
  const [certificates, orphans] = await Promise.all([readCertificates(table, ids), readOrphans(table, ids)]);
  const byId = new Map(certificates.map(certificate => [certificate.id, certificate]));
  return {
    findings: findings.map(finding =>
      judgeFinding(finding, {
        certificate: byId.get(finding.id),
        isOrphanRevoked: orphans.get(finding.id)?.isRevokedAtCa === true,
      }),
    ),
    next: Items.length > limit ? String(shown.at(-1)?.["sk"]) : undefined,
  };
}
