// What a page is, before it is text: the state of 4,096 consecutive slots of one authority.

/** Slots in a page: three hex digits of the slot number. */
export const pageSize = 4096;

/** The longest page value there is: the bitmap's letter and 512 bytes of unpadded base64. */
export const longestPageValue = 684;

/** `any`: nobody can present this slot's certificate any more, so the shorter text decides. */
export const slotState = { good: 0, revoked: 1, any: 2 } as const;

/** One `slotState` per slot, `pageSize` long. A decoded page holds no `any`. */
export type PageBits = Readonly<Uint8Array>;
