// Shows a caller a piece of its own input safely: a log line, a terminal and a JSON body must survive it (threat L1).

const longest = 32;

/** At most 32 characters in double quotes; everything but plain ASCII, and the quote, as `\u{…}`. */
export function excerpt(text: string): string {
  const characters = [...text.slice(0, longest * 2)];
  const shown = characters
    .slice(0, longest)
    .map(character =>
      /^[ -~]$/.test(character) && !/["\\$<>]/.test(character) ? character : escaped(character),
    )
    .join("");
  return `"${shown}${characters.length > longest || text.length > longest * 2 ? "…" : ""}"`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
