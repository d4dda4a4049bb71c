// A fleet in lots of 5,000, each in a block of its own, as the product cuts them. A few certificates of some lots come
// from the CA and can shake hands; of the others there is the registry's row and the slot, made as the product makes them.
import { createHash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import { blockLife } from "#core/authority/block.ts";
import { slotsFromLot } from "#core/authority/draw-slots.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import { profiles } from "#core/profile/profile.ts";
import type { Serial } from "#core/serial.ts";
import { pageSize } from "#core/slot-page/page.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { LocalCloud } from "#local/cloud/local-cloud.ts";
import { operatorCredentials, region, tableName } from "#local/cloud/settings.ts";
import { say } from "../report.ts";
import { authorityId, pause, tenant } from "../revocation/fleet-cloud.ts";
import { writeAll } from "../rotation/generated-registry.ts";

export const lotSize = 5_000;
/** Whose certificates lie anywhere among the others'. */
export const scatteredTenant = "umbrella";

const dayMs = 86_400_000;

export const lotName = (number: number): string => `lot-${String(number).padStart(3, "0")}`;

export function openTable(cloud: LocalCloud): RegistryTable {
  const client = new DynamoDBClient({
    endpoint: cloud.urls.dynamodb,
    region,
    credentials: operatorCredentials,
  });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return { documents, tableName };
}

/** Announces the lots and cuts a block for each, as the first enrolment of each would. Answers where they begin. */
export async function cutLots(table: RegistryTable, lots: number): Promise<readonly number[]> {
  const blocks = dynamoBlockRegistry(table);
  const pagesOfLot = Math.ceil((lotSize + 256) / pageSize);
  await blocks.wantSlots(authorityId, (lots + 2) * pagesOfLot * pageSize);
  const wanted = (lots + 1) * pagesOfLot * pageSize;
  while ((await theAuthority(table)).provisionedSlots < wanted) await pause(50);
  const firsts: number[] = [];
  for (let number = 0; number < lots; number += 1) firsts.push(await cutLot(table, lotName(number)));
  return firsts;
}

async function cutLot(table: RegistryTable, lot: string): Promise<number> {
  const blocks = dynamoBlockRegistry(table);
  await dynamoLotRegistry(table).recordAnnounced(
    { tenant, lot, size: lotSize },
    {
      subject: `${tenant}/${lot}`,
      action: "lot.announced",
      actor: "operator:bench",
      requestId: "bench",
      at: new Date(),
      facts: {},
    },
  );
  const lifeMs = blockLife(profiles.device.lifetimeDays * dayMs);
  const owner = { kind: "lot", tenant, lot } as const;
  await slotsFromLot(blocks, await theAuthority(table), owner, lifeMs, new Date());
  const [block] = (await blocks.readLot(tenant, lot)).blocks;
  if (block === undefined) throw new Error(`the block of ${lot} was not cut`);
  // The rows that are generated stand in slots that were handed out, as the lot's own cursor says.
  const chunk = await blocks.takeChunk(block, lotSize);
  if (chunk?.size !== lotSize) throw new Error(`the block of ${lot} is too small`);
  return chunk.first;
}

async function theAuthority(table: RegistryTable): Promise<ManagedAuthority> {
  const authorities = await dynamoAuthorityRegistry(table).listAuthorities();
  const [authority] = authorities.filter(isManaged);
  if (authority === undefined) throw new Error("no authority issues");
  return authority;
}

/** `isScattered` names, by their number, those that belong to the other tenant. */
export async function writeFleet(
  table: RegistryTable,
  firsts: readonly number[],
  isScattered: (number: number) => boolean,
  caArn: string,
): Promise<void> {
  const issuedAt = new Date();
  say(`  writing ${(firsts.length * lotSize).toLocaleString("en-US")} certificates …`);
  await writeAll(table, firsts.length * lotSize, number => {
    const lot = Math.floor(number / lotSize);
    const slot = (firsts[lot] ?? 0) + (number % lotSize);
    const owner = isScattered(number) ? scatteredTenant : tenant;
    return aCertificate(number, { slot, lot: lotName(lot), owner, issuedAt, caArn });
  });
}

type Place = {
  readonly slot: number;
  readonly lot: string;
  readonly owner: string;
  readonly issuedAt: Date;
  readonly caArn: string;
};

function aCertificate(number: number, { slot, lot, owner, issuedAt, caArn }: Place): Certificate {
  const sha256 = createHash("sha256").update(`mass ${number}`).digest("hex");
  const serial = `a${sha256.slice(1, 32)}` as Serial; // Canonical: the first digit is not 0.
  return {
    id: certificateId(authorityId, serial),
    authorityId,
    serial,
    slot: slot as Slot, // Small and whole.
    tenant: owner,
    holder: `sensor-${number}`,
    profile: "device",
    lot,
    state: "active",
    sha256,
    spkiSha256: sha256,
    // The CA answers for each that it does not know it: what it is told in the background is not measured here.
    certificateArn: `${caArn}/certificate/${serial}`,
    certificatePem: "x".repeat(786),
    notBefore: issuedAt,
    notAfter: new Date(issuedAt.getTime() + 365 * dayMs),
    issuedAt,
    enrolmentId: `enr_${sha256.slice(32)}`,
    opensAtPercent: 66,
    version: 1,
  };
}
