// What people hear of issuing: an alarm when a CA is used up, figures on those who were told to wait.
import type { IssueWatch } from "#core/issuance/ports.ts";
import { rootLogger } from "./log.ts";
import { recordMetrics } from "./metrics.ts";

export const issueWatch: IssueWatch = {
  authorityExhausted: authority => {
    rootLogger.error("the authority's CA has used up its certificates", { authority });
    recordMetrics({ AuthorityExhausted: 1 });
  },
  permitRefused: purpose => {
    rootLogger.info("no permit to ask the CA", { purpose });
    recordMetrics({ PermitsRefused: 1 });
  },
  notQueued: (enrolment, error) => {
    rootLogger.error("enrolment not queued", { enrolment, error: error as Error });
  },
};
