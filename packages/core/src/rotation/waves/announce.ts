// Tells the holders of a part's certificates to renew: each certificate's window is moved and `Certificate Renewal Due`
// goes out in one transaction, whatever dies around it.
import type { Certificate } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import { certificateRenewalDue } from "#core/event/renewal-events.ts";
import { type RenewalWindow, renewalWindow } from "#core/renewal/window.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { carriesMove, judgeCandidate, moveOf, nextLook, type WavePart } from "./part.ts";
import type { Announcement, RotationRegistry } from "./ports.ts";
import { addSkipped, type Rotation, type SkipReason } from "./rotation.ts";

export type AnnounceDeps = {
  readonly registry: Pick<RotationRegistry, "readCertificates" | "recordAnnounced">;
  readonly now: () => Date;
};

type Outcome = { readonly id: string; readonly result: "announced" | SkipReason };

/** They touch different rows, and DynamoDB answers each in a few milliseconds. */
const writesAtOnce = 10;
/** A certificate changes a few times in its life: losing to three changes in a row is a fault. */
const mostAttempts = 3;

/** Rotation and part as they are once all are told. May be repeated: nobody is told twice. Throws `registry.busy`. */
export async function announce(
  deps: AnnounceDeps,
  rotation: Rotation,
  part: WavePart,
  requestId: string,
): Promise<{ readonly rotation: Rotation; readonly part: WavePart }> {
  const certificates = await deps.registry.readCertificates(Object.keys(part.members));
  const outcomes = await severalAtOnce(certificates, writesAtOnce, certificate =>
    announceOne(deps, rotation, part, { certificate, requestId }),
  );
  const told = outcomes.filter(({ result }) => result === "announced");
  const skipped = outcomes.flatMap(({ result }) => (result === "announced" ? [] : [result]));
  const members = Object.fromEntries(told.map(({ id }) => [id, "awaited" as const]));
  const { counts, wave } = rotation;
  return {
    part: { ...part, members, isAnnounced: true, lookAt: nextLook(part, deps.now()) },
    rotation: {
      ...rotation,
      counts: {
        ...counts,
        announced: counts.announced + told.length,
        skipped: addSkipped(counts.skipped, skipped),
        watched: counts.watched - skipped.length,
      },
      ...(wave?.number === part.wave
        ? {
            wave: {
              ...wave,
              picked: wave.picked - skipped.length,
              announced: wave.announced + told.length,
            },
          }
        : {}),
    },
  };
}

async function announceOne(
  deps: AnnounceDeps,
  rotation: Rotation,
  part: WavePart,
  first: { readonly certificate: Certificate; readonly requestId: string },
): Promise<Outcome> {
  let certificate: Certificate | undefined = first.certificate;
  for (let attempt = 0; attempt < mostAttempts && certificate !== undefined; attempt += 1) {
    const { id } = certificate;
    // An earlier run told its holder and died. It may have been renewed since: the first look finds that.
    if (carriesMove(certificate, moveOf(rotation, part))) return { id, result: "announced" };
    const verdict = judgeCandidate(certificate, rotation, deps.now());
    if (verdict !== "announce") return { id, result: verdict === "newer" ? "renewed" : verdict };
    const announcement = announcementOf(rotation, part, certificate, first.requestId, deps.now());
    if (await deps.registry.recordAnnounced(certificate, announcement)) return { id, result: "announced" };
    [certificate] = await deps.registry.readCertificates([id]);
  }
  return fail("registry.busy", { retryAfterSeconds: 60 });
}

function announcementOf(
  rotation: Rotation,
  part: WavePart,
  certificate: Certificate,
  requestId: string,
  now: Date,
): Announcement {
  const move = moveOf(rotation, part);
  const window = renewalWindow({ ...certificate, windowMove: move });
  return {
    move,
    window,
    audit: {
      subject: certificate.id,
      action: "renewal.window_moved",
      actor: rotation.createdBy,
      tenant: certificate.tenant,
      requestId,
      at: now,
      facts: {
        from: move.from.toISOString(),
        rotation: rotation.id,
        wave: String(part.wave),
        reason: move.reason,
      },
    },
    event: certificateRenewalDue(certificate, asAsked(window, move)),
  };
}

const hourMs = 3_600_000;

/** A window that had opened before keeps its start and its end; the holder is asked to come within the hour all the same. */
function asAsked({ start, end }: RenewalWindow, move: WindowMove): RenewalWindow {
  return { start, end: new Date(Math.min(end.getTime(), move.from.getTime() + hourMs)), move };
}
