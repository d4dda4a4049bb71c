// PEM (RFC 7468) to the DER inside.

/** The octets of every block with that label, in order; text between blocks is passed over. */
export function pemBlocks(pem: string, label: string): readonly Buffer[] {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, "g");
  return [...pem.matchAll(block)].map(([, base64 = ""]) => Buffer.from(base64, "base64"));
}
