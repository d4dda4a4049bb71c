// From what a finding names to what would be refused: read from the registry, widened as the rule says.
import type { Lot } from "#core/authority/lot.ts";
import { isKnown } from "#core/authority/lot.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import type { ReportSelector } from "#core/event/compromise-reported.ts";
import type { PlanSelector } from "#core/plan/selector.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { withSuccessors } from "./lineage.ts";
import type { TargetRegistry } from "./ports.ts";
import type { RuleScope } from "./rule.ts";

export type Targets = {
  readonly certificates: readonly Certificate[];
  readonly lots: readonly Lot[];
  readonly serials: readonly { readonly authorityId: string; readonly serial: Serial }[];
  readonly keys: readonly string[];
  /** The same as plans say it. */
  readonly selectors: readonly PlanSelector[];
};

const none: Targets = { certificates: [], lots: [], serials: [], keys: [], selectors: [] };

/** What `selector` names in the registry, and no more. Fails with `event.malformed` for a serial that is none. */
export async function selectNamed(registry: TargetRegistry, selector: ReportSelector): Promise<Targets> {
  if ("lot" in selector) return selectLots(registry, [selector]);
  if ("serial" in selector) return selectSerial(registry, serialOf(selector.serial), selector.authority);
  if ("sha256" in selector) {
    const sha256 = hexOf(selector.sha256);
    return {
      ...none,
      certificates: await registry.findBySha256(sha256),
      selectors: [{ kind: "sha256", sha256 }],
    };
  }
  if ("spkiSha256" in selector) return selectKeys(registry, [hexOf(selector.spkiSha256)]);
  return selectHolders(registry, [selector]);
}

/** What a rule takes beyond what was named. A lot or a foreign serial is as wide as it is. */
export async function widen(registry: TargetRegistry, named: Targets, scope: RuleScope): Promise<Targets> {
  const { certificates } = named;
  switch (certificates.length === 0 ? "named" : scope) {
    case "named":
      return named;
    case "holder":
      return selectHolders(
        registry,
        once(certificates, ({ tenant, holder }) => `${tenant} ${holder}`),
      );
    case "key":
      return selectKeys(
        registry,
        once(certificates, ({ spkiSha256 }) => spkiSha256).map(({ spkiSha256 }) => spkiSha256),
      );
    case "lot":
      return widenToLots(registry, certificates);
  }
}

/** With all that came of the certificates by renewal. */
export async function addSuccessors(registry: TargetRegistry, targets: Targets): Promise<Targets> {
  const holders = once(targets.certificates, ({ tenant, holder }) => `${tenant} ${holder}`);
  const candidates: Certificate[] = [];
  for (const { tenant, holder } of holders) candidates.push(...(await registry.findByHolder(tenant, holder)));
  return { ...targets, certificates: withSuccessors(targets.certificates, candidates) };
}

export function isEmpty({ certificates, lots, serials, keys }: Targets): boolean {
  return certificates.length + lots.length + serials.length + keys.length === 0;
}

async function selectSerial(
  registry: TargetRegistry,
  serial: Serial,
  authorityId: string | undefined,
): Promise<Targets> {
  const selectors: readonly PlanSelector[] = [
    { kind: "certificate", serial, ...(authorityId === undefined ? {} : { authorityId }) },
  ];
  const authority = authorityId === undefined ? undefined : await registry.findSerialsAuthority(authorityId);
  // Of a CA whose certificates we do not know, the serial is all there is.
  if (authority !== undefined)
    return { ...none, serials: [{ authorityId: authority.id, serial }], selectors };
  return { ...none, certificates: await registry.findBySerial(serial, authorityId), selectors };
}

async function selectHolders(
  registry: TargetRegistry,
  holders: readonly { readonly tenant: string; readonly holder: string }[],
): Promise<Targets> {
  const certificates: Certificate[] = [];
  for (const { tenant, holder } of holders)
    certificates.push(...(await registry.findByHolder(tenant, holder)));
  const selectors = holders.map(({ tenant, holder }) => ({ kind: "holder", tenant, holder }) as const);
  return { ...none, certificates, selectors };
}

async function selectKeys(registry: TargetRegistry, keys: readonly string[]): Promise<Targets> {
  const certificates: Certificate[] = [];
  for (const spkiSha256 of keys) certificates.push(...(await registry.findByKey(spkiSha256)));
  return {
    ...none,
    certificates,
    keys,
    selectors: keys.map(spkiSha256 => ({ kind: "key", spkiSha256 })),
  };
}

async function selectLots(
  registry: TargetRegistry,
  names: readonly { readonly tenant: string; readonly lot: string }[],
): Promise<Targets> {
  const lots: Lot[] = [];
  for (const { tenant, lot } of names) lots.push(await registry.readLot(tenant, lot));
  const known = lots.filter(isKnown);
  const selectors = known.map(({ tenant, name }) => ({ kind: "lots", tenant, lots: [name] }) as const);
  return { ...none, lots: known, selectors };
}

/** A certificate of no lot stays what it is: one. */
async function widenToLots(registry: TargetRegistry, certificates: readonly Certificate[]): Promise<Targets> {
  const inLots = certificates.flatMap(({ tenant, lot }) => (lot === undefined ? [] : [{ tenant, lot }]));
  const lots = await selectLots(
    registry,
    once(inLots, ({ tenant, lot }) => `${tenant} ${lot}`),
  );
  const single = certificates.filter(({ lot }) => lot === undefined);
  return {
    ...lots,
    certificates: single,
    selectors: [...lots.selectors, ...single.map(({ sha256 }) => ({ kind: "sha256", sha256 }) as const)],
  };
}

function once<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map(item => [keyOf(item), item])).values()];
}

function hexOf(text: string): string {
  return text.replaceAll(":", "").toLowerCase();
}

function serialOf(text: string): Serial {
  const serial = parseSerial(text);
  if (serial !== undefined) return serial;
  return fail("event.malformed", {
    findings: [
      { code: "serial.malformed", detail: "not a hexadecimal serial", pointer: "/certificate/serial" },
    ],
  });
}
