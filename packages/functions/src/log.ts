// One structured logger. It writes what it is given: callers pass ids, codes and counts, never bodies or keys.
import { Logger } from "@aws-lambda-powertools/logger";

export type { Logger };

export const rootLogger = new Logger({ serviceName: "edgecert" });
