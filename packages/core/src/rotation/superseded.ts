// Proof before retirement: a certificate that was seen at the edge supersedes those it renewed. They stay good for the
// overlap, for a device that boots its old image or a partner whose other servers follow later.
import type { Certificate } from "#core/certificate/certificate.ts";
import { certificateSuperseded } from "#core/event/superseded-events.ts";
import { profiles, type RenewalPolicy } from "#core/profile/profile.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import { retiresAt } from "./retire.ts";
import { actor, type Run, type SeenDeps, type Superseded } from "./seen-ports.ts";

/** Each takes three items of a transaction's 100; more than one is rare. */
const mostAtOnce = 8;

/**
 * What a sighting of `seen` supersedes: the certificate that it renewed and, where connection logs lost a generation,
 * the ones before. What is held, revoked or expired is left alone, and so is what another renewal has taken over.
 */
export async function supersededBy(
  { registry, profiles: source, now }: SeenDeps,
  seen: Certificate,
  successorSeenAt: Date,
  { requestId }: Run,
): Promise<readonly Superseded[]> {
  const found: Superseded[] = [];
  let successor = seen;
  while (maySupersede(successor) && successor.renews !== undefined && found.length < mostAtOnce) {
    const certificate = await registry.readCertificate(successor.renews);
    if (certificate?.state !== "active" || certificate.renewedBy !== successor.id) break;
    // The overlap begins now, not with the handshake: a log that comes late takes nothing from the holder.
    const supersededAt = now();
    const end = retiresAt({ ...certificate, supersededAt }, await renewalPolicy(source, certificate));
    const proof = { successor: seen.id, successorSeenAt, supersededAt, retiresAt: end };
    found.push({
      certificate,
      supersededAt,
      retiresAt: end,
      audit: {
        subject: certificate.id,
        action: "certificate.superseded",
        actor,
        tenant: certificate.tenant,
        requestId,
        at: supersededAt,
        facts: {
          successor: seen.id,
          successorSeenAt: successorSeenAt.toISOString(),
          retiresAt: end.toISOString(),
        },
      },
      event: certificateSuperseded(certificate, proof),
    });
    successor = certificate;
  }
  return found;
}

/** One that is held or revoked is in nobody's good hands: its holder may need the old one still. */
function maySupersede({ state }: Certificate): boolean {
  return state === "active" || state === "superseded";
}

/** As it is today. An operator's profile that cannot be found leaves what a device has. */
export async function renewalPolicy(
  source: ProfileSource,
  { profile }: Pick<Certificate, "profile">,
): Promise<RenewalPolicy> {
  return ((await source.find(profile)) ?? profiles.device).renewal;
}
