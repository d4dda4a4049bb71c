// POST /.well-known/est/[label/]{simpleenroll,simplereenroll}: RFC 7030, 4.2.
import type { EnrolOutcome } from "#core/enrolment/advance.ts";
import type { EnrolDeps } from "#core/enrolment/enrol.ts";
import { oneLine } from "#core/est/base64-body.ts";
import { derOf } from "#core/est/ca-certificates.ts";
import { certsOnly } from "#core/est/certs-only.ts";
import { simpleEnroll, simpleReenroll } from "#core/est/simple-enroll.ts";
import type { RenewDeps } from "#core/renewal/ports.ts";
import { certsOnlyType, enrolOperations } from "../contract/est.ts";
import { postEstDeps } from "../deps/enrolment.ts";
import { type AuthenticateDeps, authenticate, authenticateHolder } from "../http/authenticate.ts";
import { readEstPath } from "../http/est-path.ts";
import { readPkcs10Body } from "../http/pkcs10-body.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type PostEstDeps = EnrolDeps & RenewDeps & AuthenticateDeps;

const operations = {
  simpleenroll: { identify: authenticate, answer: simpleEnroll },
  // A holder whose certificate is held or revoked hears so.
  simplereenroll: { identify: authenticateHolder, answer: simpleReenroll },
} as const;

export function postEstRoute(deps: PostEstDeps): Route {
  return async (event, { requestId }) => {
    const { operation, target } = await readEstPath(deps, event, enrolOperations);
    const { identify, answer } = operations[operation];
    const caller = await identify(deps, event);
    const csrDer = await readPkcs10Body(event);
    return present(await answer(deps, { caller, target, csrDer, requestId }));
  };
}

/** RFC 7030, 4.2.3: the issued certificate and no other; `cacerts` has its chain. */
function present(outcome: EnrolOutcome): HttpResult {
  if (outcome.kind === "pending") {
    const { retryAfterSeconds } = outcome;
    return {
      status: 202,
      headers: { "retry-after": String(retryAfterSeconds) },
      mediaType: "text/plain",
      text: `The request is recorded: repeat it in ${retryAfterSeconds} s.\n`,
    };
  }
  const text = oneLine(certsOnly(derOf(outcome.certificate.certificatePem)));
  return { status: 200, mediaType: certsOnlyType, text };
}

export const handler = lazily(() => httpHandler("POST /.well-known/est", postEstRoute(postEstDeps())));
