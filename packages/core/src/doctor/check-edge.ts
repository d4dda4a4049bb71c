// What the distributions share: the trust store, the functions' code, and the room in the store of who is refused.
import { type StoreUsage, usageLevel, usagePercent } from "#core/publication/store-usage.ts";
import type { ConnectionFunctionFacts, TrustStoreFacts } from "./facts.ts";
import { type CheckResult, judged } from "./result.ts";

/** The bundle that edgecert knows to have written last. */
export type PinnedBundle = {
  readonly etag: string;
  readonly certificates: number;
  readonly sha256: string;
  /** Whether it was seen in force; before that, CloudFront may still change the ETag. */
  readonly isSettled: boolean;
};

/** `pinned`: undefined where edgecert has written none. */
export function checkTrustStore(
  { id, status, reason, etag, certificates }: TrustStoreFacts,
  pinned: PinnedBundle | undefined,
): readonly CheckResult[] {
  const look = `GET /v1/trust-bundle, and aws cloudfront get-trust-store --identifier ${id}`;
  const run = "run the job maintain-trust-store (POST /v1/jobs/maintain-trust-store/runs)";
  const sound = `active, ${certificates} CAs, bundle ${pinned?.sha256.slice(0, 12)}`;
  return judged("trust-store", id, sound, [
    status === "failed"
      ? {
          level: "critical",
          detail: `its last bundle has failed: ${reason ?? "CloudFront gives no reason"}`,
          remedy: `mend the authority that does not fit; ${look}`,
        }
      : undefined,
    status === "pending"
      ? {
          level: "warn",
          detail: "a bundle is on its way and not in force yet",
          remedy: `wait, then look again: ${look}`,
        }
      : undefined,
    pinned === undefined
      ? { level: "warn", detail: "edgecert has not written its bundle", remedy: run }
      : undefined,
    pinned?.isSettled === true && (pinned.etag !== etag || pinned.certificates !== certificates)
      ? {
          level: "critical",
          detail: `it is not what edgecert has written last (${certificates} CAs, ETag ${etag}; written: ${pinned.certificates}, ${pinned.etag})`,
          remedy: `find out who changed it (CloudTrail: UpdateTrustStore), then ${run}`,
        }
      : undefined,
  ]);
}

/** `lacking`: ids of the authorities whose certificates name no responder, or may not. */
export function checkOcsp(
  { id, usesOcsp }: TrustStoreFacts,
  lacking: readonly string[],
): readonly CheckResult[] {
  const sound = usesOcsp ? "on, and every authority's certificates name a responder" : "off";
  return judged("ocsp", id, sound, [
    usesOcsp && lacking.length > 0
      ? {
          level: "critical",
          detail: `OCSP is on, and certificates of ${lacking.join(", ")} name no responder: CloudFront refuses them all`,
          remedy: `turn OCSP off: aws cloudfront update-trust-store --id ${id} --no-use-client-certificate-ocsp-endpoint --if-match <ETag>`,
        }
      : undefined,
  ]);
}

/** `expectedSha256`: of what this checkout builds for the distribution. */
export function checkFunction(
  { id, name, codeSha256, storeArns }: ConnectionFunctionFacts,
  expectedSha256: string,
): readonly CheckResult[] {
  const publish = "deploy again, or aws cloudfront publish-connection-function";
  return judged(
    "function",
    `${name} (${id})`,
    `published code ${expectedSha256.slice(0, 12)} is this checkout's`,
    [
      codeSha256 === undefined
        ? { level: "critical", detail: "no code is published", remedy: publish }
        : undefined,
      codeSha256 !== undefined && codeSha256 !== expectedSha256
        ? {
            level: "warn",
            detail: `the published code (${codeSha256.slice(0, 12)}) is not what this checkout builds (${expectedSha256.slice(0, 12)})`,
            remedy: `look whether it is an older release or somebody's own: aws cloudfront get-connection-function --identifier ${id} --stage LIVE; then ${publish}`,
          }
        : undefined,
      storeArns.length === 1
        ? undefined
        : {
            level: "critical",
            detail: `${storeArns.length} stores are associated, not one: the function refuses everybody`,
            remedy: "associate the edge store with the function and publish it",
          },
    ],
  );
}

const storeLevels = { ample: undefined, warning: "warn", alarm: "warn", reserved: "critical" } as const;

export function checkStore(storeArn: string, usage: StoreUsage): readonly CheckResult[] {
  const level = storeLevels[usageLevel(usage)];
  const detail = `${usage.totalBytes} of ${usage.limitBytes} bytes (${usagePercent(usage).toFixed(1)} %) in ${usage.keyCount} keys`;
  return judged("store", storeArn, detail, [
    level === undefined
      ? undefined
      : {
          level,
          detail,
          remedy: "age out expired authorities, let lots expire, or ask for more room: docs/edge.md",
        },
  ]);
}
