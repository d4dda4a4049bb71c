// What a batch of connection records says of each certificate. Records come late, twice and in any order.
import type { CertificateId } from "#core/certificate/certificate.ts";
import type { ConnectionRecord } from "./connection-record.ts";

export type Sighting = {
  readonly certificateId: CertificateId;
  /** The handshakes that the edge admitted. */
  readonly admitted?: { readonly first: Date; readonly last: Date };
  /** The last handshake of all. */
  readonly last: Pick<ConnectionRecord, "at" | "answer">;
};

/** One for each certificate. A record of the future, by a clock that is wrong, counts as of now. */
export function gatherSightings(records: readonly ConnectionRecord[], now: Date): readonly Sighting[] {
  const sightings = new Map<CertificateId, Sighting>();
  for (const record of records) {
    const seen = { ...record, at: record.at > now ? now : record.at };
    sightings.set(seen.certificateId, withRecord(sightings.get(seen.certificateId), seen));
  }
  return [...sightings.values()];
}

function withRecord(before: Sighting | undefined, { certificateId, at, answer }: ConnectionRecord): Sighting {
  const last = before === undefined || at > before.last.at ? { at, answer } : before.last;
  const known = before?.admitted;
  if (answer === "refused")
    return { certificateId, last, ...(known === undefined ? {} : { admitted: known }) };
  const admitted = {
    first: known === undefined || at < known.first ? at : known.first,
    last: known === undefined || at > known.last ? at : known.last,
  };
  return { certificateId, last, admitted };
}
