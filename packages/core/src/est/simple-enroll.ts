// EST's enrolments (RFC 7030 §4.2) on top of the use-cases of the JSON routes, whose rules they share. No idempotency
// key: a client that was told to come back posts the same request, which has the same answer (§4.2.3).
import type { Caller } from "#core/caller.ts";
import type { Bytes } from "#core/csr/bytes.ts";
import { writePem } from "#core/csr/pem/write-pem.ts";
import type { EnrolOutcome } from "#core/enrolment/advance.ts";
import { type EnrolDeps, enrolCertificate } from "#core/enrolment/enrol.ts";
import { fail, isAppError } from "#core/error.ts";
import { holderSchema } from "#core/name.ts";
import type { RenewDeps } from "#core/renewal/ports.ts";
import { renewCertificate } from "#core/renewal/renew.ts";
import type { EstTarget } from "./label.ts";
import { commonNameOf, type NameFinding, refuseName } from "./read-request.ts";

export type EstRequest = {
  readonly caller: Caller;
  readonly target: EstTarget;
  readonly csrDer: Bytes;
  readonly requestId: string;
};

/** Enrols the holder that the request's common name gives. Refusals: those of `enrolCertificate`. */
export async function simpleEnroll(deps: EnrolDeps, input: EstRequest): Promise<EnrolOutcome> {
  const { caller, target, csrDer, requestId } = input;
  const csr = writePem(csrDer);
  const holder = holderSchema.safeParse(commonNameOf(csrDer));
  if (!holder.success) return refuseName(csr, malformed);
  const { profile, lot } = target;
  const request = { holder: holder.data, profile: profile.name, lot, csr };
  return aboutWholeBody(enrolCertificate(deps, { caller, request, idempotencyKey: undefined, requestId }));
}

/**
 * Renews the caller's own certificate; profile and lot stay, whatever the label says. §4.2.2 wants the names of that
 * certificate in the request: the common name must be there, and `renewCertificate` lets nothing else differ.
 */
export async function simpleReenroll(deps: RenewDeps, input: EstRequest): Promise<EnrolOutcome> {
  const { caller, csrDer, requestId } = input;
  if (caller.kind !== "certificate") {
    fail("caller.forbidden", { reason: "simplereenroll takes the certificate that is to be renewed" });
  }
  const csr = writePem(csrDer);
  if (commonNameOf(csrDer) !== caller.holder) return refuseName(csr, differs);
  const { certificateId } = caller;
  const renewal = { caller, certificateId, csr, idempotencyKey: undefined, requestId };
  return aboutWholeBody(renewCertificate(deps, renewal));
}

const malformed: NameFinding = {
  code: "est.holder_malformed",
  detail: "the subject's common name is no holder's name",
};
const differs: NameFinding = {
  code: "est.holder_differs",
  detail: "the common name is not that of the client certificate; simpleenroll enrols another holder",
};

async function aboutWholeBody(outcome: Promise<EnrolOutcome>): Promise<EnrolOutcome> {
  try {
    return await outcome;
  } catch (error) {
    if (!isAppError(error, "enrolment.refused")) throw error;
    const findings = error.data.findings.map(finding =>
      finding.pointer === "/csr" ? { ...finding, pointer: "" } : finding,
    );
    return fail("enrolment.refused", { findings }, error);
  }
}
