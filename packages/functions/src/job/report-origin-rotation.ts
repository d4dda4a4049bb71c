// What a run of the origin's rotation leaves behind for people: metrics, and one line that is an error when one is due.
import { originProfile } from "#core/rotation/origin-profile.ts";
import type { RotateOriginResult } from "#core/rotation/rotate-origin-certificate.ts";
import type { Logger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export function reportOriginRotation(result: RotateOriginResult, logger: Logger): void {
  if (result.kind === "busy") {
    logger.info("another run rotates the origin certificate");
    return;
  }
  const alarm = alarmOf(result);
  recordMetrics({
    OriginCertificateDaysLeft: result.daysLeft,
    OriginCertificateAlarm: alarm === undefined ? 0 : 1,
  });
  if (alarm === undefined) logger.info("the origin certificate is in order", result);
  else logger.error(alarm, result);
}

function alarmOf(result: Exclude<RotateOriginResult, { kind: "busy" }>): string | undefined {
  if (result.kind === "rolled_back") return "the origin certificate was not rotated";
  if ("probe" in result && result.probe !== "seen")
    return "the API is not reached with the certificate that ACM holds";
  if (result.daysLeft <= originProfile.alarmDays) return "the origin certificate expires soon";
  return result.unrevoked.length > 0 ? "old origin certificates could not be revoked" : undefined;
}
