// A lot of 10,000: from PutEvents until the last one is refused, and the store calls that took.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoAuthorityRegistry } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import { dynamoLotRegistry } from "#aws/registry/lot-manifest.ts";
import { isManaged } from "#core/authority/authority.ts";
import { blockLife } from "#core/authority/block.ts";
import { slotsFromLot } from "#core/authority/draw-slots.ts";
import { profiles } from "#core/profile/profile.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import type { LocalCloud } from "#local/cloud/local-cloud.ts";
import { operatorCredentials, region, tableName } from "#local/cloud/settings.ts";
import { say } from "../report.ts";
import { authorityId, type Device, type FleetCloud, tenant } from "./fleet-cloud.ts";
import { reporterOn, untilRefused, watchStore } from "./report-compromise.ts";

export type LotTimes = {
  readonly lastRefusalSeconds: number;
  readonly storeCalls: number;
  readonly realCertificates: number;
  readonly probes: number;
  readonly slotsRefused: number;
};

const lot = "lot-10k";
export const lotSize = 10_000;
const randomProbes = 20;

/** `realCertificates` of the lot are issued and can shake hands; of the rest there is the slot and its bit. */
export async function measureLot(fleet: FleetCloud, realCertificates: number): Promise<LotTimes> {
  const first = await cutLot(fleet.cloud);
  const bystander = await fleet.enrolDevices("bystander", 1, "lot-other");
  const devices = await fleet.enrolDevices("lot", realCertificates, lot);
  const probes = chooseProbes(devices);
  for (const device of [...probes, ...bystander])
    if (!(await fleet.isAdmitted(device))) throw new Error(`${device.certificate.id} is refused too early`);
  const writes = watchStore(fleet.cloud);
  const started = performance.now();
  await reporterOn(fleet.cloud).report({ tenant, lot });
  const refused = await Promise.all(probes.map(device => untilRefused(fleet, device)));
  const pages = new Set(lotPages(first));
  const calls = writes.filter(({ keys }) => keys.some(key => pages.has(key)));
  const lastPage = Math.max(
    ...[...pages].map(page => calls.find(({ keys }) => keys.includes(page))?.atMs ?? NaN),
  );
  const slotsRefused = countRefused(fleet.cloud, first);
  if (slotsRefused !== lotSize) throw new Error(`only ${slotsRefused} slots of the lot are refused`);
  for (const device of bystander)
    if (!(await fleet.isAdmitted(device))) throw new Error("another lot's device is refused");
  say(
    `  the lot of ${lotSize} slots: ${slotsRefused} refused at the edge; a device of another lot still gets in`,
  );
  return {
    lastRefusalSeconds: (Math.max(...refused, lastPage) - started) / 1_000,
    storeCalls: calls.length,
    realCertificates,
    probes: probes.length,
    slotsRefused,
  };
}

/** Gives the lot its block before the first enrolment, as one that is announced has at once. */
async function cutLot(cloud: LocalCloud): Promise<number> {
  const client = new DynamoDBClient({
    endpoint: cloud.urls.dynamodb,
    region,
    credentials: operatorCredentials,
  });
  const table = { documents: DynamoDBDocumentClient.from(client), tableName };
  const registry = dynamoBlockRegistry(table);
  const authorities = await dynamoAuthorityRegistry(table).listAuthorities();
  const [authority] = authorities.filter(isManaged);
  if (authority === undefined) throw new Error("no authority issues");
  const audit = { subject: `${tenant}/${lot}`, action: "lot.announced", actor: "operator:bench" } as const;
  await dynamoLotRegistry(table).recordAnnounced(
    { tenant, lot, size: lotSize },
    { ...audit, requestId: "bench", at: new Date(), facts: {} },
  );
  const lifeMs = blockLife(profiles.device.lifetimeDays * 86_400_000);
  await slotsFromLot(registry, authority, { kind: "lot", tenant, lot }, lifeMs, new Date());
  const [block] = (await registry.readLot(tenant, lot)).blocks;
  client.destroy();
  if (block === undefined || block.size < lotSize) throw new Error("the lot's block was not cut");
  return block.first;
}

/** The first, the last and twenty in between, evenly spread. */
function chooseProbes(devices: readonly Device[]): readonly Device[] {
  const step = (devices.length - 1) / (randomProbes + 1);
  const chosen = new Set(Array.from({ length: randomProbes + 2 }, (_, index) => Math.round(index * step)));
  return devices.filter((_, index) => chosen.has(index));
}

function lotPages(first: number): readonly string[] {
  const last = first + lotSize - 1;
  const pages: string[] = [];
  for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page += 1)
    pages.push(pageKey(authorityId, page));
  return pages;
}

/** By the bit of each of the lot's slots, in what the edge holds. */
function countRefused(cloud: LocalCloud, first: number): number {
  const replica = cloud.services.keyValueStore.replica(cloud.services.storeArn);
  let refused = 0;
  for (let slot = first; slot < first + lotSize; slot += 1) {
    const value = replica.get(pageKey(authorityId, Math.floor(slot / pageSize)));
    if (value !== undefined && isDenied(value, slot % pageSize)) refused += 1;
  }
  return refused;
}
