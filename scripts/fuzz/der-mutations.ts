// Mutations that know what DER is: elements are cut out, doubled, swapped, re-tagged, re-measured and nested, so that
// most mutants are well-formed enough to reach the rules behind the parser.
import type { Random } from "#support/edge-simulation/random.ts";

type Node = {
  tag: number;
  children: Node[] | undefined;
  content: Uint8Array;
  encodeLength: "short" | "long";
};

/** One mutant of `der`; the same for the same random numbers. */
export function mutateDer(der: Uint8Array, random: Random): Uint8Array {
  const roots = readNodes(der, 0);
  if (roots === undefined) return scramble(der, random);
  for (let edits = 1 + random.integer(3); edits > 0; edits -= 1) mutateOne(roots, random);
  const mutated = join(roots.map(encode));
  return random.integer(6) === 0 ? scramble(mutated, random) : mutated;
}

/** Octets overwritten, cut out or put in anywhere. */
export function scramble(bytes: Uint8Array, random: Random): Uint8Array {
  const octets = [...bytes];
  for (let edits = 1 + random.integer(4); edits > 0; edits -= 1) {
    const at = random.integer(octets.length + 1);
    const inserted = Array.from({ length: random.integer(4) }, () => random.integer(256));
    octets.splice(at, random.integer(4), ...inserted);
  }
  return Uint8Array.from(octets);
}

/** Undefined unless the bytes are whole elements; strings of bits and octets are looked into as well. */
function readNodes(bytes: Uint8Array, depth: number): Node[] | undefined {
  const nodes: Node[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1];
    if (first === undefined || (tag & 0x1f) === 0x1f) return undefined;
    const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
    if (lengthOctets > 3 || first === 0x80) return undefined;
    let length = first;
    if (lengthOctets > 0) {
      length = bytes.slice(at + 2, at + 2 + lengthOctets).reduce((sum, octet) => sum * 256 + octet, 0);
    }
    const start = at + 2 + lengthOctets;
    if (start + length > bytes.length) return undefined;
    const content = bytes.slice(start, start + length);
    const mayNest = (tag & 0x20) !== 0 || tag === 0x04;
    const children = mayNest && depth < 30 ? readNodes(content, depth + 1) : undefined;
    nodes.push({
      tag,
      children: content.length === 0 ? undefined : children,
      content,
      encodeLength: "short",
    });
    at = start + length;
  }
  return nodes;
}

function encode(node: Node): Uint8Array {
  const content = node.children === undefined ? node.content : join(node.children.map(encode));
  return Uint8Array.from([node.tag, ...lengthOctets(content.length, node.encodeLength), ...content]);
}

function lengthOctets(length: number, how: Node["encodeLength"]): readonly number[] {
  if (how === "short" && length < 0x80) return [length];
  const octets = [length >> 16, (length >> 8) & 0xff, length & 0xff];
  // "long": more octets than DER allows, which BER takes.
  return how === "long" ? [0x83, ...octets] : trimmed(octets);
}

function trimmed(octets: readonly number[]): readonly number[] {
  const significant = octets.slice(octets.findIndex(octet => octet !== 0));
  return [0x80 | significant.length, ...significant];
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]));
}

const tags = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x1e, 0x30, 0x31, 0x80, 0xa0, 0xa3];

const edits: readonly ((siblings: Node[], at: number, random: Random) => void)[] = [
  (siblings, at) => void siblings.splice(at, 1),
  (siblings, at) => void siblings.splice(at, 0, structuredClone(pick(siblings, at))),
  (siblings, at, random) => {
    const [moved] = siblings.splice(at, 1);
    if (moved !== undefined) siblings.splice(random.integer(siblings.length + 1), 0, moved);
  },
  (siblings, at, random) => {
    pick(siblings, at).tag = tags[random.integer(tags.length)] ?? 0x30;
  },
  (siblings, at) => {
    pick(siblings, at).encodeLength = "long";
  },
  (siblings, at, random) => {
    const node = pick(siblings, at);
    node.children = undefined;
    node.content = Uint8Array.from({ length: random.integer(40) }, () => random.integer(256));
  },
  (siblings, at, random) => {
    const node = pick(siblings, at);
    node.content = scramble(node.content, random);
    if (node.children === undefined) return;
    node.children = undefined;
  },
  (siblings, at, random) => {
    let node = structuredClone(pick(siblings, at));
    for (let depth = 1 + random.integer(40); depth > 0; depth -= 1) {
      node = { tag: 0x30, children: [node], content: new Uint8Array(), encodeLength: "short" };
    }
    siblings[at] = node;
  },
  (siblings, at, random) => {
    const copies = Array.from({ length: 1 + random.integer(60) }, () => structuredClone(pick(siblings, at)));
    siblings.splice(at, 0, ...copies);
  },
  (siblings, at, random) => {
    const node = pick(siblings, at);
    node.children = undefined;
    node.content = new Uint8Array(random.integer(3) === 0 ? 2_000 : 64).fill(random.integer(256));
  },
];

function mutateOne(roots: Node[], random: Random): void {
  const places = placesIn(roots);
  const place = places[random.integer(places.length)];
  const edit = edits[random.integer(edits.length)];
  if (place !== undefined) edit?.(place.siblings, place.at, random);
}

type Place = { readonly siblings: Node[]; readonly at: number };

function placesIn(siblings: Node[]): readonly Place[] {
  return siblings.flatMap((node, at) => [{ siblings, at }, ...placesIn(node.children ?? [])]);
}

function pick(siblings: readonly Node[], at: number): Node {
  const node = siblings[at];
  if (node === undefined) throw new Error("the place is one of the siblings");
  return node;
}
