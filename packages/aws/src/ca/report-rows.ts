// The objects of a JSON array, one by one as its text arrives: an audit report may list a million certificates.
// Only the seams between the objects are found here; each object is JSON.parse's.

/** A row of an audit report has under a kilobyte. */
const longestRow = 65_536;

/** Throws for text that is no array of objects, that ends early, or whose object is longer than 64 K characters. */
export async function* reportRows(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const cutter = openCutter();
  for await (const chunk of body) {
    for (const text of cutter.take(decoder.decode(chunk, { stream: true }))) yield JSON.parse(text);
  }
  cutter.end(decoder.decode());
}

type Cutter = {
  /** The objects that are complete with this piece of text. */
  readonly take: (text: string) => readonly string[];
  readonly end: (text: string) => void;
};

const malformed = (): Error => new Error("the audit report is no JSON array of objects");

function openCutter(): Cutter {
  // Depth 0: before or after the array. 1: between objects. 2 and more: in an object.
  let depth = 0;
  let isOver = false;
  let inText = false;
  let isEscaped = false;
  let carried = "";

  const take = (text: string): readonly string[] => {
    const objects: string[] = [];
    let start = depth >= 2 ? 0 : -1;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (character === "\\") isEscaped = true;
        else if (character === '"') inText = false;
      } else if (depth >= 2) {
        if (character === '"') inText = true;
        else if (character === "{" || character === "[") depth += 1;
        else if (character === "}" || character === "]") depth -= 1;
        if (depth === 1) {
          objects.push(carried + text.slice(start, at + 1));
          carried = "";
          start = -1;
        }
      } else if (character === "{" && depth === 1) {
        depth = 2;
        start = at;
      } else if (character === "[" && depth === 0 && !isOver) depth = 1;
      else if (character === "]" && depth === 1) {
        depth = 0;
        isOver = true;
      } else if (!/[\s,]/.test(character)) throw malformed();
    }
    if (start >= 0) carried += text.slice(start);
    if (carried.length > longestRow) throw malformed();
    return objects;
  };
  return {
    take,
    end: text => {
      if (take(text).length > 0 || !isOver) throw malformed();
    },
  };
}
