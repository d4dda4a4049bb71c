// Authorities whose CA had used up its certificates, once there is no other: somebody may have had the quota raised.
import { type Authority, isManaged, issuesNow } from "#core/authority/authority.ts";
import type { AuthorityRegistry } from "#core/authority/ports.ts";

export type TryAgainDeps = {
  readonly authorities: Pick<AuthorityRegistry, "listAuthorities" | "clearExhausted">;
  readonly now: () => Date;
};

/** Each try costs a call or two that the CA refuses, and tells the operators again. */
const tryAgainAfterMs = 10 * 60_000;

/** Answers the ids of those that are asked again. */
export async function tryExhaustedAgain(deps: TryAgainDeps, requestId: string): Promise<readonly string[]> {
  const now = deps.now();
  const again: string[] = [];
  for (const { id, exhaustedAt } of worthATry(await deps.authorities.listAuthorities(), now)) {
    const audit = {
      subject: id,
      action: "authority.tried_again",
      actor: "job:resume-enrolments",
      requestId,
      at: now,
      facts: { exhaustedAt: exhaustedAt.toISOString() },
    } as const;
    if (await deps.authorities.clearExhausted(id, exhaustedAt, audit)) again.push(id);
  }
  return again;
}

function worthATry(authorities: readonly Authority[], now: Date) {
  const managed = authorities.filter(isManaged);
  if (managed.some(issuesNow)) return [];
  return managed.flatMap(({ id, state, exhaustedAt }) =>
    state === "active" &&
    exhaustedAt !== undefined &&
    now.getTime() - exhaustedAt.getTime() >= tryAgainAfterMs
      ? [{ id, exhaustedAt }]
      : [],
  );
}
