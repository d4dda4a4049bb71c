// What one edge location reads of a CloudFront KeyValueStore. The store's own server implements it.

/** Synchronous: a function run never spans two states of the store. */
export type EdgeReplica = {
  readonly get: (key: string) => string | undefined;
  readonly exists: (key: string) => boolean;
  /** `creationDateTime` and `lastUpdatedDateTime` are ISO 8601; neither tells how far the replica lags. */
  readonly meta: () => { creationDateTime: string; lastUpdatedDateTime: string; keyCount: number };
};
