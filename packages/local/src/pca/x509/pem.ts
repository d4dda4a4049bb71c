// PEM armour (RFC 7468): one label, strict base64.

export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----`;
}

/** The DER of every block labelled `label`, in order; undefined when the text holds anything else. */
export function fromPem(label: string, text: string): readonly Buffer[] | undefined {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, "g");
  if (text.replace(block, "").trim() !== "") return undefined;
  const blocks = [...text.matchAll(block)].map(match =>
    Buffer.from((match[1] ?? "").replace(/\s/g, ""), "base64"),
  );
  return blocks.length === 0 ? undefined : blocks;
}
