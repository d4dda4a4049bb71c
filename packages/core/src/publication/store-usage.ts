// How full the edge store is, and what that means. A full store takes no more exact pages (threat F4), so it is seen
// coming, and the last of its room is kept for revocations.

export type StoreUsage = {
  /** Keys and values together, as the store counts them. */
  readonly totalBytes: number;
  readonly keyCount: number;
  readonly limitBytes: number;
};

/** CloudFront's quota, which no call tells: 5 MB of keys and values. Whether that is 5,000,000 is to be measured. */
export const storeLimitBytes = 5_000_000;

/** `reserved`: new pages are not written any more, only what revocations need. */
export const usageLevels = ["ample", "warning", "alarm", "reserved"] as const;
export type UsageLevel = (typeof usageLevels)[number];

/** Percent of the limit from which each level holds, highest first. */
const levels: readonly (readonly [fromPercent: number, level: UsageLevel])[] = [
  [95, "reserved"],
  [90, "alarm"],
  [70, "warning"],
];

export function usagePercent({ totalBytes, limitBytes }: StoreUsage): number {
  return (totalBytes * 100) / limitBytes;
}

export function usageLevel(usage: StoreUsage): UsageLevel {
  const percent = usagePercent(usage);
  return levels.find(([fromPercent]) => percent >= fromPercent)?.[1] ?? "ample";
}
