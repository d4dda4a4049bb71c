// One text for both documented renderings of a distinguished name: certificate order with ", " between the
// attributes (connection event) and RFC 2253 order with "," (HTTP headers). Written in the edge runtime's subset.

export function normaliseDn(text: string): string {
  return text
    .split(",")
    .map(attribute => attribute.trim())
    .sort()
    .join(",");
}

const plainAttribute = /^(C|O|OU|CN|ST|L)=[A-Za-z0-9.-]+( [A-Za-z0-9.-]+)*$/;

/**
 * Whether a CA may carry this name: attributes that every renderer names alike and values that none escapes. Any other
 * name could be printed in a form that `normaliseDn` maps elsewhere, and its authority would be unknown at the edge.
 */
export function isPlainDn(text: string): boolean {
  return normaliseDn(text)
    .split(",")
    .every(attribute => plainAttribute.test(attribute));
}
