// The CAs of the local cloud, made once per state directory by the SDK calls that a real account needs:
// a root, the subordinate that issues to devices, and a root of its own for the edge's origin certificate.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import * as z from "zod";
import { type CreatedCa, createCa, readCa } from "#aws/ca/create-hierarchy.ts";

export type Hierarchy = { readonly root: CreatedCa; readonly issuing: CreatedCa; readonly origin: CreatedCa };

const memorySchema = z.object({
  root: z.string().optional(),
  issuing: z.string().optional(),
  origin: z.string().optional(),
});

/** ARNs are remembered in `file` one by one, so that a start that was interrupted goes on where it stopped. */
export async function ensureHierarchy(
  client: ACMPCAClient,
  file: string,
  organization = "edgecert local",
): Promise<Hierarchy> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const memory = existsSync(file) ? memorySchema.parse(JSON.parse(readFileSync(file, "utf8"))) : {};
  async function ensure(name: keyof Hierarchy, commonName: string, parentArn?: string): Promise<CreatedCa> {
    const known = memory[name];
    if (known !== undefined) return readCa(client, known);
    const parent = parentArn === undefined ? {} : { parentArn };
    const ca = await createCa(client, {
      commonName,
      organization,
      validityYears: name === "issuing" ? 5 : 10,
      ...parent,
    });
    memory[name] = ca.arn;
    writeFileSync(`${file}.new`, JSON.stringify(memory, undefined, 2));
    renameSync(`${file}.new`, file);
    return ca;
  }
  const root = await ensure("root", "Device Root");
  const issuing = await ensure("issuing", "Device Issuing CA 1", root.arn);
  const origin = await ensure("origin", "Origin Root");
  return { root, issuing, origin };
}
