// Revokes at their CA the origin certificates that are no longer needed: replaced a day ago, or never used at all.
import type { OriginLedger } from "./origin-ledger.ts";
import type { RetiringCertificate } from "./origin-state.ts";
import type { OriginCa } from "./ports.ts";

export type Retired = { readonly revoked: number; readonly unrevoked: readonly string[] };

/** What the CA does not take stays on the row for the next run. Revoking twice is harmless. */
export async function retireOriginCertificates(
  ca: Pick<OriginCa, "revoke">,
  ledger: OriginLedger,
  { now, liveSerial }: { readonly now: Date; readonly liveSerial: string },
): Promise<Retired> {
  const state = ledger.state();
  const revoked: RetiringCertificate[] = [];
  const unrevoked: string[] = [];
  for (const each of state.retiring) {
    // Never the one in use, whatever the row says.
    if (now < each.after || each.serial === liveSerial) continue;
    try {
      await ca.revoke(each.serial, each.reason);
      revoked.push(each);
    } catch {
      unrevoked.push(each.serial);
    }
  }
  if (revoked.length > 0) {
    const retiring = state.retiring.filter(each => !revoked.includes(each));
    await ledger.record({ ...state, retiring }, ["origin_certificate.revoked"], {
      serials: revoked.map(({ serial }) => serial).join(" "),
    });
  }
  return { revoked: revoked.length, unrevoked };
}
