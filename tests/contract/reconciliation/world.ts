// A CA on the Private CA server, a registry on DynamoDB Local, audit reports in S3, and one clock for all of them.
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { latestReportOf } from "#aws/ca/latest-report.ts";
import { privateCa } from "#aws/ca/private-ca.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoReconciliationRegistry } from "#aws/registry/reconciliation-registry.ts";
import { certificateId } from "#core/certificate/certificate.ts";
import type { ReconcileCaDeps } from "#core/reconciliation/ports.ts";
import { type Reconciled, reconcileCa } from "#core/reconciliation/reconcile-ca.ts";
import { type FaultInjector, faultInjector } from "#local/wire/faults.ts";
import { aSerial } from "#support/records.ts";
import { putAuthority, type TestRegistry } from "#support/registry-table.ts";
import { activeRoot, issue, type Pca, startPca, stopPca } from "../pca/fixture.ts";

const bucket = "edgecert-audit-reports";

export async function startReports(): Promise<FauxqsServer> {
  const fauxqs = await startFauxqs({ port: 0, logger: false, init: { buckets: [bucket] } });
  // The adapter is pointed at it as any SDK client is.
  process.env["AWS_ENDPOINT_URL_S3"] = `http://127.0.0.1:${fauxqs.port}`;
  process.env["AWS_REGION"] = "us-east-1";
  process.env["AWS_ACCESS_KEY_ID"] = "test";
  process.env["AWS_SECRET_ACCESS_KEY"] = "test";
  return fauxqs;
}

export type World = {
  readonly table: RegistryTable;
  readonly pca: Pca;
  readonly faults: FaultInjector;
  /** Signs a certificate behind the product's back; answers its registry id, ARN and serial. */
  readonly issueDirectly: (slot?: string) => Promise<Issued>;
  /** One run of the job, by a worker that may die with its table. */
  readonly run: (options?: { mostOrphans?: number; table?: RegistryTable }) => Promise<Reconciled>;
  /** Until a new report may be made. */
  readonly nextCycle: () => void;
  readonly stop: () => Promise<void>;
};

export type Issued = ReturnType<typeof toIssued>;

function toIssued(certificateArn: string) {
  const serial = aSerial(certificateArn.slice(-32));
  return { certificateArn, serial, id: certificateId("m1", serial) };
}

export async function startWorld(registry: TestRegistry, reports: FauxqsServer): Promise<World> {
  const faults = faultInjector();
  const pca = await startPca({ s3Endpoint: `http://127.0.0.1:${reports.port}`, faults });
  const [root, table] = await Promise.all([activeRoot(pca), registry.table()]);
  await putAuthority(table, { caArn: root });
  let runs = 0;
  const depsFor = (own: RegistryTable): ReconcileCaDeps => ({
    registry: dynamoReconciliationRegistry(own),
    latestReport: latestReportOf(pca.client, own, {
      bucket,
      now: pca.clock.now,
      wait: () => new Promise(resolve => setTimeout(resolve, 10)),
    }),
    ca: privateCa(pca.client),
    now: pca.clock.now,
  });
  return {
    table,
    pca,
    faults,
    issueDirectly: async slot =>
      toIssued(
        await issue(pca, root, {
          ApiPassthrough: {
            Subject: { CommonName: "device", ...(slot === undefined ? {} : { OrganizationalUnit: slot }) },
          },
        }),
      ),
    run: async ({ mostOrphans = 25, table: own = table } = {}) => {
      runs += 1;
      const input = { requestId: `run-${runs}`, mostOrphans, mayGoOn: () => true };
      const [result] = await reconcileCa(depsFor(own), input);
      if (result === undefined) throw new Error("one authority is managed");
      return result;
    },
    nextCycle: () => pca.clock.advance(31 * 60_000),
    stop: () => stopPca(pca),
  };
}

export function entryOf({ pca }: World, { certificateArn }: Issued) {
  return pca.server.ledger().find(entry => entry.certificateArn === certificateArn);
}
