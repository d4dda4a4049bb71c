// AWS Certificate Manager on this machine, as far as imported certificates go: AWS JSON 1.1, ACM's checks, rates and
// quotas, state on disk. Not here: certificates that ACM issues, renews or exports, tags beyond the import, ACME.
import type * as z from "zod";
import type { Authorise } from "../access/authorise.ts";
import { acmPermissions } from "../access/service-permissions.ts";
import { delayedValue } from "../edge/delayed-value.ts";
import { parseInput } from "../pca/input/constraint.ts";
import { AwsError, type Operation, serveAwsJson } from "../wire/aws-json.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { openPrivateDatabase } from "../wire/database.ts";
import type { FaultInjector } from "../wire/faults.ts";
import type { RunningServer } from "../wire/listen.ts";
import { tokenBucket } from "../wire/token-bucket.ts";
import type { Acm, AcmQuotas } from "./acm.ts";
import { importCertificate } from "./import-certificate.ts";
import * as input from "./input.ts";
import {
  deleteCertificate,
  describeCertificate,
  getCertificate,
  listCertificates,
} from "./read-certificate.ts";
import { certificateStore, SCHEMA, type StoredCertificate } from "./store.ts";

export type AcmServerOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Holds private keys and is made private to the user; undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly accountId: string;
  readonly region: string;
  readonly clock?: Clock;
  /** Counts, AWS's defaults unless given. */
  readonly quotas?: Partial<AcmQuotas>;
  /** Calls are refused above ACM's rates unless lifted. */
  readonly limits?: "aws" | "relaxed";
  /** From an import to what a service that uses the certificate presents. AWS publishes no number. Default 0. */
  readonly propagationDelayMs?: number;
  readonly authorise?: Authorise;
  readonly faults?: FaultInjector;
};

/** As a service of AWS's own gets it: with the key. `certificate` is followed by its chain. */
export type DeployedCertificate = { readonly key: string; readonly certificate: string };

export type AcmServer = RunningServer & {
  /** Binds a certificate to a resource that uses it from now on; answers what that resource presents at any time. */
  readonly deploy: (certificateArn: string, resourceArn: string) => () => DeployedCertificate;
};

const AWS_QUOTAS: AcmQuotas = { certificates: 2_500, importsPerYear: 5_000 };

/** ACM quotas, "API rate quotas", per second. */
const CALLS_PER_SECOND: Readonly<Record<string, number>> = {
  ImportCertificate: 1,
  DescribeCertificate: 10,
  GetCertificate: 10,
  ListCertificates: 8,
  DeleteCertificate: 10,
};

/** Starts the service on loopback. Throws PortBusyError when the port is taken. */
export async function startAcmServer(options: AcmServerOptions): Promise<AcmServer> {
  const { clock = systemClock, propagationDelayMs = 0 } = options;
  const database = openPrivateDatabase(options.stateDirectory, "acm.sqlite", SCHEMA);
  const store = certificateStore(database, options);
  const uses: {
    readonly id: string;
    readonly by: string;
    readonly replace: (with_: StoredCertificate) => void;
  }[] = [];
  const acm: Acm = {
    clock,
    quotas: { ...AWS_QUOTAS, ...options.quotas },
    store,
    usersOf: id => uses.filter(use => use.id === id).map(({ by }) => by),
    onImported: stored => {
      for (const use of uses) if (use.id === stored.id) use.replace(stored);
    },
  };
  const server = await serveAwsJson({
    name: "acm",
    port: options.port,
    targetPrefix: "CertificateManager",
    operations: operationsOf(acm),
    before: options.limits === "relaxed" ? () => undefined : rateLimit(clock),
    access:
      options.authorise === undefined ? undefined : { authorise: options.authorise, needed: acmPermissions },
    faults: options.faults,
  });
  return {
    ...server,
    deploy: (certificateArn, resourceArn) => {
      const stored = store.get(certificateArn);
      const deployed = delayedValue(toDeployed(stored), clock, propagationDelayMs, () => undefined);
      uses.push({ id: stored.id, by: resourceArn, replace: next => deployed.set(toDeployed(next)) });
      return deployed.current;
    },
    stop: async () => {
      await server.stop();
      database.close();
    },
  };
}

const toDeployed = ({ privateKey, certificate, chain = "" }: StoredCertificate): DeployedCertificate => ({
  key: privateKey,
  certificate: `${certificate.trim()}\n${chain.trim()}\n`,
});

function rateLimit(clock: Clock): (operation: string) => void {
  const buckets = new Map(
    Object.entries(CALLS_PER_SECOND).map(([operation, rate]) => [operation, tokenBucket(clock, rate)]),
  );
  return operation => {
    if (buckets.get(operation)?.take() === false) throw new AwsError("ThrottlingException", "Rate exceeded");
  };
}

function operationsOf(acm: Acm): Readonly<Record<string, Operation>> {
  const on =
    <S extends z.ZodType>(schema: S, run: (acm: Acm, input: z.output<S>) => unknown): Operation =>
    request =>
      run(acm, parseInput(schema, request));
  return {
    ImportCertificate: on(input.importCertificate, importCertificate),
    GetCertificate: on(input.onCertificate, getCertificate),
    DescribeCertificate: on(input.onCertificate, describeCertificate),
    ListCertificates: on(input.listCertificates, listCertificates),
    DeleteCertificate: on(input.onCertificate, deleteCertificate),
  };
}
