// The slow third step of a revocation: tell Private CA, in the background and at its pace.
import type { RevocationReason } from "#core/certificate/certificate.ts";

export type CaRevoker = {
  /** Already revoked counts as done. Throws `ca.throttled` or `ca.unavailable` to be called again. */
  readonly revoke: (caArn: string, serial: string, reason: RevocationReason) => Promise<void>;
};

export type RevokeAtCaRegistry = {
  readonly recordRevokedAtCa: (certificateId: string, at: Date) => Promise<void>;
};

export type RevokeAtCaDeps = {
  readonly ca: CaRevoker;
  readonly registry: RevokeAtCaRegistry;
  readonly now: () => Date;
};

export type RevokeAtCaInput = {
  readonly certificateId: string;
  readonly certificateArn: string;
  readonly serial: string;
  readonly reason: RevocationReason;
};

export async function revokeAtCa(deps: RevokeAtCaDeps, input: RevokeAtCaInput): Promise<void> {
  const caArn = input.certificateArn.split("/certificate/")[0] ?? "";
  await deps.ca.revoke(caArn, input.serial, input.reason);
  await deps.registry.recordRevokedAtCa(input.certificateId, deps.now());
}
