// GET /v1/enrolments/{id}: where a request for a certificate stands.

import { maySee } from "#core/caller.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import { fail } from "#core/error.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { readDeps } from "../deps.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ReadDeps } from "./read-deps.ts";

export function getEnrolmentRoute(deps: ReadDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    // An id that no enrolment can have is looked up all the same: the answer is the same 404.
    const enrolment = await deps.readEnrolment(id as EnrolmentId);
    if (enrolment === undefined || !maySee(caller, enrolment.tenant))
      fail("resource.not_found", { kind: "enrolment" });
    const open = enrolment.state === "accepted" || enrolment.state === "issuing";
    return {
      status: 200,
      headers: open ? { "retry-after": "2" } : {},
      body: {
        enrolment: enrolment.id,
        state: enrolment.state,
        tenant: enrolment.tenant,
        holder: enrolment.holder,
        profile: enrolment.profile,
        createdAt: isoSeconds(enrolment.createdAt),
        ...(enrolment.certificateId === undefined
          ? {}
          : { certificate: `/v1/certificates/${enrolment.certificateId}` }),
      },
    };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/enrolments/{id}", getEnrolmentRoute(readDeps())));
