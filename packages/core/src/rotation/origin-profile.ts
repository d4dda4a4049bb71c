// Policy for the certificate that the edge shows to our API. It names no holder and has no slot: its CA is none of the
// edge's authorities, so the certificate opens nothing at the edge.

export const originProfile = {
  name: "origin",
  /** ACM takes no certificate without a domain name. Nobody resolves this one. */
  domainName: "origin.edgecert.internal",
  lifetimeDays: 90,
  /** Left of the life: from here on every run that has not rotated is an alarm. A run a day leaves 14 tries. */
  alarmDays: 14,
  /** From the proof to the revocation: locations of the edge that are late may still show the old one. */
  overlapHours: 24,
} as const;

/** CloudFront takes these two for origin mTLS, and ACM lets a reimport keep the key's type and size only. */
export const originKeyTypes = ["p-256", "rsa-2048"] as const;
export type OriginKeyType = (typeof originKeyTypes)[number];

/** Two thirds of the life. */
export function dueAt({ notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date }): Date {
  const life = notAfter.getTime() - notBefore.getTime();
  return new Date(notBefore.getTime() + Math.floor((life * 2) / 3));
}
