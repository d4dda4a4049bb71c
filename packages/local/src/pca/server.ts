// ACM Private CA on this machine: AWS JSON 1.1, real certificates, the service's rates, quotas and errors.
// Not here: resource policies, CRL and OCSP responders, ML-DSA and SM2 keys.
import { randomBytes } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import type * as z from "zod";
import type { Authorise } from "../access/authorise.ts";
import { pcaPermissions } from "../access/service-permissions.ts";
import { type Operation, serveAwsJson } from "../wire/aws-json.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import type { FaultInjector } from "../wire/faults.ts";
import type { RunningServer } from "../wire/listen.ts";
import { authorityArn } from "./arn.ts";
import { type PcaEvent, pcaEvent } from "./event.ts";
import * as authorityInput from "./input/authority.ts";
import * as certificateInput from "./input/certificate.ts";
import { parseInput } from "./input/constraint.ts";
import { describeReport, startReport } from "./operation/audit-report.ts";
import * as lifecycle from "./operation/authority-lifecycle.ts";
import { createAuthority, makeKey } from "./operation/create-authority.ts";
import { deliverCertificate } from "./operation/get-certificate.ts";
import { importCertificate } from "./operation/import-authority-certificate.ts";
import { issueCertificate } from "./operation/issue-certificate.ts";
import { revoke } from "./operation/revoke-certificate.ts";
import { listTagsOf, tagAuthority, untagAuthority } from "./operation/tags.ts";
import type { Pca, PcaQuotas } from "./pca.ts";
import { rateLimit } from "./rate.ts";
import { authorityStore } from "./state/authority.ts";
import { certificateStore, type LedgerEntry } from "./state/certificate.ts";
import { openState } from "./state/database.ts";
import { issuanceQueue } from "./state/issuance-queue.ts";
import { reportStore } from "./state/report.ts";

export type PcaServerOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Holds CA keys and is made private to the user; undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly accountId: string;
  readonly region: string;
  readonly clock?: Clock;
  /** "relaxed" lifts the request rates and nothing else. */
  readonly limits?: "aws" | "relaxed";
  /** Counts, AWS's defaults unless given. */
  readonly quotas?: Partial<PcaQuotas>;
  /** Between IssueCertificate's answer and the certificate. */
  readonly issueDelayMs?: { readonly min: number; readonly max: number };
  /** For audit reports; without it no bucket exists. */
  readonly s3Endpoint?: string;
  readonly faults?: FaultInjector;
  readonly authorise?: Authorise;
  readonly onEvent?: (event: PcaEvent) => void;
  /** Sixteen octets; for tests of serials that begin with zeros or a set top bit. */
  readonly newSerial?: () => Uint8Array;
};

export type PcaServer = RunningServer & {
  readonly ledger: () => readonly LedgerEntry[];
  /** ARNs of the CAs that are nobody's root, in order of creation. */
  readonly subordinates: () => readonly string[];
};

const AWS_QUOTAS: PcaQuotas = {
  authorities: 200,
  certificatesPerAuthority: 1_000_000,
  revokedPerAuthority: 1_000_000,
};

/** Starts the service on loopback. Throws PortBusyError when the port is taken. */
export async function startPcaServer(options: PcaServerOptions): Promise<PcaServer> {
  const database = openState(options.stateDirectory);
  const background = new Set<Promise<void>>();
  const pca = toPca(options, database, background);
  const checkRate = options.limits === "relaxed" ? () => undefined : rateLimit(pca.clock);
  const server = await serveAwsJson({
    name: "acm-pca",
    port: options.port,
    targetPrefix: "ACMPrivateCA",
    operations: operationsOf(pca),
    before: checkRate,
    access:
      options.authorise === undefined ? undefined : { authorise: options.authorise, needed: pcaPermissions },
    faults: options.faults,
  });
  for (const authority of pca.authorities.all()) {
    if (authority.status === "CREATING") pca.inBackground(makeKey(pca, authority));
  }
  return {
    ...server,
    ledger: () => pca.certificates.ledger(id => authorityArn(pca.account, id)),
    subordinates: () =>
      pca.authorities.all().flatMap(({ type, arn }) => (type === "SUBORDINATE" ? [arn] : [])),
    stop: async () => {
      await server.stop();
      pca.queue.stop();
      await Promise.allSettled(background);
      pca.s3?.destroy();
      database.close();
    },
  };
}

function toPca(
  options: PcaServerOptions,
  database: ReturnType<typeof openState>,
  background: Set<Promise<void>>,
): Pca {
  const { accountId, region, clock = systemClock } = options;
  const account = { accountId, region };
  return {
    account,
    clock,
    quotas: { ...AWS_QUOTAS, ...options.quotas },
    authorities: authorityStore(database, clock),
    certificates: certificateStore(database),
    reports: reportStore(database),
    queue: issuanceQueue(options.issueDelayMs ?? { min: 40, max: 120 }),
    newSerial: options.newSerial ?? (() => randomBytes(16)),
    s3: options.s3Endpoint === undefined ? undefined : toS3(options.s3Endpoint, region),
    emit: (type, resources, result) => {
      try {
        options.onEvent?.(pcaEvent(account, clock.now(), type, resources, result));
      } catch (error) {
        console.error("acm-pca: an event was not taken", error);
      }
    },
    inBackground: work => {
      const watched = work
        .catch((error: unknown) => console.error("acm-pca: background work failed", error))
        .finally(() => background.delete(watched));
      background.add(watched);
    },
  };
}

/** Any credentials do on this machine, and a bucket name is no host name here, hence path style. */
const toS3 = (endpoint: string, region: string): S3Client =>
  new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });

function operationsOf(pca: Pca): Readonly<Record<string, Operation>> {
  const on =
    <S extends z.ZodType>(schema: S, run: (pca: Pca, input: z.output<S>) => unknown): Operation =>
    input =>
      run(pca, parseInput(schema, input));
  const { onAuthority, changeTags } = authorityInput;
  return {
    CreateCertificateAuthority: on(authorityInput.createAuthority, createAuthority),
    DescribeCertificateAuthority: on(onAuthority, lifecycle.describeAuthority),
    ListCertificateAuthorities: on(authorityInput.listAuthorities, lifecycle.listAll),
    GetCertificateAuthorityCsr: on(onAuthority, lifecycle.authorityRequest),
    ImportCertificateAuthorityCertificate: on(authorityInput.importAuthorityCertificate, importCertificate),
    GetCertificateAuthorityCertificate: on(onAuthority, lifecycle.authorityCertificate),
    UpdateCertificateAuthority: on(authorityInput.updateAuthority, lifecycle.update),
    DeleteCertificateAuthority: on(authorityInput.deleteAuthority, lifecycle.remove),
    RestoreCertificateAuthority: on(onAuthority, lifecycle.restore),
    IssueCertificate: on(certificateInput.issueCertificate, issueCertificate),
    GetCertificate: on(certificateInput.getCertificate, deliverCertificate),
    RevokeCertificate: on(certificateInput.revokeCertificate, revoke),
    CreateCertificateAuthorityAuditReport: on(certificateInput.createAuditReport, startReport),
    DescribeCertificateAuthorityAuditReport: on(certificateInput.describeAuditReport, describeReport),
    TagCertificateAuthority: on(changeTags, tagAuthority),
    UntagCertificateAuthority: on(changeTags, untagAuthority),
    ListTags: on(authorityInput.listTags, listTagsOf),
  };
}
