// The cursor of a listing that is one query of one partition: where it stands, and the digest of what was asked. The
// position is only ever compared with the rows of that partition, so a forged one shows nothing that the query does not.
import * as z from "zod";
import { fail } from "#core/error.ts";
import { sha256Fields } from "#core/sha256.ts";

const partsSchema = z.tuple([z.string(), z.string().min(1)]);

export async function writePosition(query: readonly string[], position: string): Promise<string> {
  const text = btoa(JSON.stringify([await digestOf(query), position]));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Refuses with `request.malformed` what was not written for the same query. */
export async function readPosition(query: readonly string[], cursor: string): Promise<string> {
  const [digest, position] = partsOf(cursor);
  if (digest !== (await digestOf(query))) refuse("the cursor belongs to another query");
  return position;
}

function partsOf(cursor: string): readonly [digest: string, position: string] {
  try {
    return partsSchema.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    // Neither base64, nor JSON, nor two texts.
    return refuse("the cursor is none of ours");
  }
}

async function digestOf(query: readonly string[]): Promise<string> {
  return (await sha256Fields("position-1", ...query)).slice(0, 16);
}

function refuse(detail: string): never {
  fail("request.malformed", { findings: [{ code: "cursor.malformed", detail, pointer: "" }] });
}
