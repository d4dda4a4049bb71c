// The store's record of one authority, `a.<32 hex of the issuer name's SHA-256>` -> `kind id floor firstSlot pin...`:
// which layout judges its certificates, and the floors and pins that hold for all of them.
// Parsing is written in the edge runtime's language subset.

/** `slots`: pages of bits. `serials`: one key per revoked serial. `closed`: every certificate is refused. */
export type AuthorityLayout = "slots" | "serials" | "closed";

export type AuthorityRecord = {
  readonly layout: AuthorityLayout;
  /** 2 to 16 characters `[a-z0-9]`, first a letter, never reused. Two at least: `a.` and `s.` are other keys. */
  readonly id: string;
  /** Epoch seconds: certificates whose notBefore is earlier are refused. */
  readonly notBeforeFloor: number;
  /** Certificates with a lower slot are refused. */
  readonly firstLiveSlot: number;
  /** `pinOfDigest` of every intermediate that a client may present. */
  readonly pins: readonly string[];
};

const letters = { slots: "m", serials: "f", closed: "x" } satisfies Record<AuthorityLayout, string>;
const pattern = /^([mfx]) ([a-z][a-z0-9]{1,15}) (\d{1,15}) (\d{1,15})((?: [A-Za-z0-9+/]{22})*)$/;
const longestValue = 1024; // KeyValueStore limit: 42 pins fit

/** Returns undefined when `record` does not fit the format: an id or a pin of another shape, too many pins. */
export function buildAuthorityRecord(record: AuthorityRecord): string | undefined {
  const head = [letters[record.layout], record.id, record.notBeforeFloor, record.firstLiveSlot];
  const value = head.concat(record.pins).join(" ");
  return value.length <= longestValue && pattern.test(value) ? value : undefined;
}

/** Returns undefined for anything that `buildAuthorityRecord` does not make. */
export function parseAuthorityRecord(value: string): AuthorityRecord | undefined {
  const parts = pattern.test(value) ? value.split(" ") : [];
  const id = parts[1];
  if (id === undefined) return undefined;
  return {
    layout: layoutOf(parts[0]),
    id: id,
    notBeforeFloor: Number(parts[2]),
    firstLiveSlot: Number(parts[3]),
    pins: parts.slice(4),
  };
}

function layoutOf(letter: string | undefined): AuthorityLayout {
  if (letter === "m") return "slots";
  return letter === "f" ? "serials" : "closed";
}

/** The record's key, from the hex SHA-256 of the issuer's `normaliseDn`: 128 bits, out of reach of a name's chooser. */
export function authorityKeyOfDigest(hex: string): string {
  return `a.${hex.slice(0, 32)}`;
}

/** The pin of an intermediate, from the base64 SHA-256 of its SubjectPublicKeyInfo as lower-case hex text. */
export function pinOfDigest(base64: string): string {
  return base64.slice(0, 22);
}
