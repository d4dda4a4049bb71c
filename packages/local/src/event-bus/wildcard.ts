// The wildcard operator: `*` stands for any text, `\*` and `\\` for themselves. Linear in the text. Pure.

// The service refuses patterns whose automaton becomes "too complex", by a score it does not publish. What is known:
// it takes two wildcards, and refuses six with repeated separators between them.
const maxWildcards = 5;

/** The test that `pattern` spells. Throws what `invalid` makes of the reason. */
export function parseWildcard(
  pattern: string,
  invalid: (reason: string) => Error,
): (text: string) => boolean {
  const pieces = splitAtWildcards(pattern, invalid);
  if (pieces.length - 1 > maxWildcards) {
    throw invalid(
      "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
    );
  }
  return text => matchesPieces(text, pieces);
}

/** The literal texts before, between and after the wildcards; one piece when there is none. */
function splitAtWildcards(pattern: string, invalid: (reason: string) => Error): readonly string[] {
  const pieces = [""];
  for (let position = 0; position < pattern.length; position += 1) {
    const character = pattern[position];
    if (character === "*") {
      if (pattern[position + 1] === "*")
        throw invalid(`Consecutive wildcard characters at pos ${position + 1}`);
      pieces.push("");
      continue;
    }
    const escaped = character === "\\";
    if (escaped) position += 1;
    const literal = pattern[position];
    if (escaped && literal !== "*" && literal !== "\\")
      throw invalid(`Invalid escape character at pos ${position - 1}`);
    pieces.push(`${pieces.pop() ?? ""}${literal ?? ""}`);
  }
  return pieces;
}

/** Takes each piece at its first place after the one before: with only `*` between them, that never loses a match. */
function matchesPieces(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let position = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, position);
    if (found === -1 || found + piece.length > end) return false;
    position = found + piece.length;
  }
  return true;
}
