// The store key under which the publisher counts its writes. The edge quotes it when it refuses, so that an operator
// sees how old the store was that this edge location knew.

export const generationKey = "g";
