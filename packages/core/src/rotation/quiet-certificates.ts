// The certificates that one worker has just looked at: a device that connects every few seconds costs a read once in a
// quarter of an hour. Nothing but cost depends on it.

export type QuietCertificates = {
  readonly has: (certificateId: string, now: Date) => boolean;
  readonly add: (certificateId: string, now: Date) => void;
};

/**
 * Shorter than the shortest allowance of a superseded certificate: what is remembered from before it was superseded is
 * forgotten before its return would mean anything.
 */
export const quietMs = 15 * 60_000;

/** An id takes about 100 bytes: 10 MB. */
const mostKnown = 100_000;

export function quietCertificates(most = mostKnown): QuietCertificates {
  const lookedAt = new Map<string, number>();
  return {
    has: (id, now) => {
      const ageMs = now.getTime() - (lookedAt.get(id) ?? Number.NEGATIVE_INFINITY);
      // A clock that was set back makes nothing younger.
      return ageMs >= 0 && ageMs < quietMs;
    },
    add: (id, now) => {
      lookedAt.delete(id);
      lookedAt.set(id, now.getTime());
      const [oldest] = lookedAt.keys();
      if (lookedAt.size > most && oldest !== undefined) lookedAt.delete(oldest);
    },
  };
}
