// Checks an operator's edge configuration before it is built in: a rule that can never match, or matches by mistake,
// would show only as refused or admitted clients.

import type { EdgeConfiguration, IdentityRule } from "../function/configuration.ts";

const holderPattern = /^[A-Za-z0-9._:*-]+$/; // CN of our subjects, and `*`
const tenantText = /^[A-Za-z0-9 ._:-]+$/; // nothing that a renderer of names would escape
const authorityId = /^[a-z][a-z0-9]{1,15}$/;

/** One sentence per fault; empty when the configuration is sound. */
export function findConfigurationFaults({ identities }: EdgeConfiguration): readonly string[] {
  if (identities === "any") return [];
  if (identities.length === 0) return ['identities: no rule admits nobody; say "any" to admit everybody'];
  return identities.flatMap((rule, index) =>
    findRuleFaults(rule).map(fault => `identities/${index}: ${fault}`),
  );
}

function findRuleFaults({ authority, tenant, holder }: IdentityRule): readonly string[] {
  const faults: string[] = [];
  if (authority === undefined && tenant === undefined && holder === undefined) faults.push("an empty rule");
  if (authority !== undefined && !authorityId.test(authority))
    faults.push(`authority "${authority}" is no id`);
  if (tenant !== undefined && !tenantText.test(tenant))
    faults.push(`tenant "${tenant}" cannot be in a subject`);
  if (holder !== undefined && !holderPattern.test(holder)) faults.push(`holder "${holder}" cannot match`);
  return faults;
}
