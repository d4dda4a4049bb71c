// Ends the sandbox at a crash point: just before the function sends a request, or just after it was answered.
import type { ArmedCrashPoint, CrashPoint } from "../sandbox-message.ts";
import { listenToRequests, type OutgoingRequest } from "./outgoing-requests.ts";

/** Starts watching; the answer arms further points. `crash` must not return. */
export function watchOutgoingRequests(
  initial: readonly ArmedCrashPoint[],
  crash: (crashPoint: ArmedCrashPoint) => never,
): (crashPoint: ArmedCrashPoint) => void {
  const armed = [...initial];
  const meet = (when: CrashPoint["when"], request: OutgoingRequest): void => {
    const line = `${request.method} ${request.path}`;
    for (const point of armed) {
      if (point.when !== when || !(request.target.includes(point.match) || line.includes(point.match)))
        continue;
      if (Atomics.add(new Int32Array(point.count), 0, 1) + 1 === point.occurrence) crash(point);
    }
  };
  listenToRequests({
    onSend: request => meet("before-send", request),
    onAnswered: request => meet("after-response", request),
  });
  return point => {
    armed.push(point);
  };
}
