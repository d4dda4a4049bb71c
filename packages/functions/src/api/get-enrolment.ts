// GET /v1/enrolments/{id}: where a request for a certificate stands.

import { maySeeEnrolment } from "#core/caller.ts";
import { awaitsItsTurn, type Enrolment, type EnrolmentId, isOpen } from "#core/enrolment/enrolment.ts";
import { fail } from "#core/error.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { EnrolmentQueue, IssuePermits } from "#core/issuance/ports.ts";
import { secondsInQueue } from "#core/issuance/seconds-in-queue.ts";
import type { EnrolmentBody } from "../contract/get-enrolment.ts";
import { getEnrolmentDeps } from "../deps/enrolment.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ReadDeps } from "./read-deps.ts";

export type GetEnrolmentDeps = ReadDeps & {
  readonly queue: Pick<EnrolmentQueue, "depth">;
  readonly permits: Pick<IssuePermits, "perSecond">;
};

export function getEnrolmentRoute(deps: GetEnrolmentDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    // An id that no enrolment can have is looked up all the same: the answer is the same 404.
    const enrolment = await deps.readEnrolment(id as EnrolmentId);
    if (enrolment === undefined || !maySeeEnrolment(caller, enrolment))
      fail("resource.not_found", { kind: "enrolment" });
    const headers = isOpen(enrolment) ? { "retry-after": String(await secondsUntil(deps, enrolment)) } : {};
    return { status: 200, headers, body: present(enrolment) };
  };
}

/** A CA that was asked answers within seconds; one that could not be asked yet has others before this one. */
async function secondsUntil(deps: GetEnrolmentDeps, enrolment: Enrolment): Promise<number> {
  return awaitsItsTurn(enrolment) ? secondsInQueue(deps, enrolment) : 2;
}

function present(enrolment: Enrolment): EnrolmentBody {
  return {
    enrolment: enrolment.id,
    state: enrolment.state,
    tenant: enrolment.tenant,
    holder: enrolment.holder,
    profile: enrolment.profile,
    createdAt: isoSeconds(enrolment.createdAt),
    ...(enrolment.certificateId === undefined
      ? {}
      : { certificate: `/v1/certificates/${enrolment.certificateId}` }),
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/enrolments/{id}", getEnrolmentRoute(getEnrolmentDeps())),
);
