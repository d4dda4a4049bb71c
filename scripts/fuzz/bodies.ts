// The bodies of a fuzz run, for each route that takes a CSR from outside: JSON, NDJSON and EST's base64.
import type { Random } from "#support/edge-simulation/random.ts";
import { scramble } from "./der-mutations.ts";
import { aRequestDer, aRequestText } from "./requests.ts";

export const routes = ["certificates", "lot", "est"] as const;
export type RouteName = (typeof routes)[number];

export type Input = {
  readonly route: RouteName;
  readonly body: Uint8Array;
  /** In API Gateway's event a body that is no text comes as base64. */
  readonly isBase64Encoded: boolean;
  readonly headers: Readonly<Record<string, string>>;
};

export function anInput(random: Random): Input {
  const route = routes[random.integer(10) < 6 ? 0 : 1 + random.integer(2)] ?? "certificates";
  const body = bodies[route](random);
  const mediaType = {
    certificates: "application/json",
    lot: "application/x-ndjson",
    est: "application/pkcs10",
  };
  return {
    route,
    body: random.integer(12) === 0 ? scramble(body, random) : body,
    isBase64Encoded: random.integer(3) === 0,
    headers: {
      "content-type": mediaType[route],
      ...(random.integer(8) === 0 ? { "idempotency-key": aText(random) } : {}),
    },
  };
}

const bodies = {
  certificates: random => Buffer.from(jsonText(aBody(random), random)),
  lot: random => {
    const lines = Array.from({ length: random.integer(4) }, () => jsonText(aBody(random), random));
    const end = ["\n", "\r\n", "\n\n", ""][random.integer(4)] ?? "\n";
    return Buffer.from(lines.map(line => line + end).join(""));
  },
  est: random => {
    const text = Buffer.from(aRequestDer(random)).toString("base64");
    const lines = random.integer(2) === 0 ? text : (text.match(/.{1,64}/g) ?? []).join("\r\n");
    return Buffer.from(random.integer(4) === 0 ? aRequestText(random) : lines);
  },
} as const satisfies Record<RouteName, (random: Random) => Uint8Array>;

function aBody(random: Random): Record<string, unknown> {
  const body: Record<string, unknown> = { holder: "device-1", tenant: "acme", csr: aRequestText(random) };
  if (random.integer(4) !== 0) return body;
  const names = ["holder", "tenant", "csr", "profile", "lot", "__proto__", "constructor", aText(random)];
  const name = names[random.integer(names.length)] ?? "holder";
  Object.defineProperty(body, name, { value: aValue(random, 0), enumerable: true, configurable: true });
  return body;
}

function aValue(random: Random, depth: number): unknown {
  switch (random.integer(depth > 5 ? 5 : 8)) {
    case 0:
      return null;
    case 1:
      return random.share() * 10 ** random.integer(40);
    case 2:
      return random.integer(2) === 0;
    case 3:
      return aText(random);
    case 4:
      return "x".repeat(random.integer(5_000));
    case 5:
      return Array.from({ length: random.integer(5) }, () => aValue(random, depth + 1));
    default:
      return { [aText(random)]: aValue(random, depth + 1) };
  }
}

const alphabet = [
  "a",
  "Z",
  "0",
  "-",
  ".",
  "_",
  "/",
  "\u0000",
  "\n",
  '"',
  "\\",
  "é",
  "\u202e",
  "𝄞",
  "\ud800",
  " ",
];

function aText(random: Random): string {
  return Array.from({ length: random.integer(20) }, () => alphabet[random.integer(alphabet.length)]).join("");
}

/** JSON as it should be, and sometimes with a member twice or nested a thousand times. */
function jsonText(body: Record<string, unknown>, random: Random): string {
  const text = JSON.stringify(body);
  switch (random.integer(16)) {
    case 0:
      return text.replace("{", '{"csr":"","holder":1,');
    case 1:
      return text.replace("{", `{"deep":${"[".repeat(2_000)}${"]".repeat(2_000)},`);
    case 2:
      return text.slice(0, random.integer(text.length));
    default:
      return text;
  }
}
