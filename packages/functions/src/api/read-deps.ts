// What the reading routes share.
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";

export type ReadDeps = AuthenticateDeps & {
  readonly readEnrolment: (id: EnrolmentId) => Promise<Enrolment | undefined>;
};
