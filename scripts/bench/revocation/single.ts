// Single revocations, one after the other: from PutEvents to the first refused handshake.
import { say } from "../report.ts";
import { authorityId, type FleetCloud } from "./fleet-cloud.ts";
import { reporterOn, untilRefused, watchStore } from "./report-compromise.ts";

export type SingleTimes = {
  /** Milliseconds from the call of PutEvents, one for each revocation. */
  readonly toRefusalMs: readonly number[];
  /** The same, until the page was at the edge: what is left is one handshake. */
  readonly toPageMs: readonly number[];
};

export async function measureSingles(fleet: FleetCloud, count: number): Promise<SingleTimes> {
  const devices = await fleet.enrolDevices("single", count);
  const { report } = reporterOn(fleet.cloud);
  const writes = watchStore(fleet.cloud);
  const toRefusalMs: number[] = [];
  const toPageMs: number[] = [];
  for (const device of devices) {
    if (!(await fleet.isAdmitted(device))) throw new Error(`${device.certificate.id} is refused too early`);
    const started = performance.now();
    await report({ serial: device.certificate.serial, authority: authorityId });
    toRefusalMs.push((await untilRefused(fleet, device)) - started);
    const page = writes.find(
      ({ atMs, keys }) => atMs > started && keys.some(key => key.startsWith(`${authorityId}.`)),
    );
    if (page !== undefined) toPageMs.push(page.atMs - started);
  }
  say(`  ${count} certificates revoked one by one, each seen to be admitted before and refused after`);
  return { toRefusalMs, toPageMs };
}
