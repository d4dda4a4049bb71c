// A holder's place on a lot's manifest: taken by the enrolment in the transaction of its intent, and free again once
// the certificate it led to is over. So one expected holder has one current certificate (threat A1).
import type { Certificate } from "#core/certificate/certificate.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { EnrolmentRegistry, RecordIntentResult } from "#core/enrolment/ports.ts";
import { fail } from "#core/error.ts";

export type ExpectedPlace = {
  /** The enrolment that has the place until now, and no right to it any more. */
  readonly instead?: EnrolmentId;
};

export type PlaceRefusal =
  | { readonly kind: "not_expected" }
  | { readonly kind: "place_taken"; readonly by: EnrolmentId };

type PlaceDeps = {
  readonly registry: Pick<EnrolmentRegistry, "readEnrolment" | "readCertificate">;
  readonly now: () => Date;
};

/** Records an intent in its holder's place: in the free one, or in one that has become free. */
export async function inExpectedPlace(
  deps: PlaceDeps,
  record: (place: ExpectedPlace) => Promise<RecordIntentResult>,
): Promise<RecordIntentResult> {
  const first = await record({});
  if (first.kind !== "place_taken" || !(await isOver(deps, first.by))) return first;
  return record({ instead: first.by });
}

async function isOver({ registry, now }: PlaceDeps, enrolmentId: EnrolmentId): Promise<boolean> {
  const enrolment = await registry.readEnrolment(enrolmentId);
  if (enrolment?.state === "failed") return true;
  if (enrolment?.certificateId === undefined) return false;
  const certificate = await registry.readCertificate(enrolment.certificateId);
  return certificate !== undefined && hasEnded(certificate, now());
}

/** A held certificate may be resumed, and a superseded one has a successor. */
function hasEnded({ state, notAfter }: Certificate, now: Date): boolean {
  return state === "revoked" || state === "expired" || notAfter < now;
}

export function refusePlace({ kind }: PlaceRefusal): never {
  const finding =
    kind === "not_expected"
      ? { code: "lot.holder_not_expected", detail: "the holder is not on the lot's manifest" }
      : {
          code: "lot.holder_enrolled",
          detail: "the holder has a current certificate of this lot, or one under way",
        };
  fail("enrolment.refused", { findings: [{ ...finding, pointer: "/holder" }] });
}
