// What the tests of listings share: callers, certificates by their slots, one call, and all calls until the end.
import { expect } from "vitest";
import type { Caller } from "#core/caller.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import { listCertificates } from "#core/listing/list-certificates.ts";
import type { ListFilter } from "#core/listing/listing.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, aSerial, aSlot } from "#support/records.ts";
import type { FakeListing } from "./fake-listing-registry.ts";

export const operator: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:read"] };
export const deviceOf = (tenant: string): Caller => ({
  kind: "certificate",
  tenant,
  holder: "device-1",
  profile: "device",
  certificateId: "m1-0a",
  sha256: "c5".repeat(32),
});

export function certificateAt(slot: number, parts: Partial<Certificate> = {}): Certificate {
  const serial = aSerial((slot + 1).toString(16));
  const issuedAt = parts.issuedAt ?? fromNoon(-slot * 60_000);
  return aCertificate({
    serial,
    slot: aSlot(slot),
    holder: `device-${slot}`,
    issuedAt,
    id: certificateId(parts.authorityId ?? "m1", serial),
    ...parts,
  });
}

export const list = (
  registry: FakeListing,
  caller: Caller,
  filter: ListFilter,
  { limit = 50, cursor }: { limit?: number; cursor?: string | undefined } = {},
) => listCertificates({ registry, now: () => noon }, { caller, filter, limit, cursor });

/** Every page until there is no next. */
export async function listAll(registry: FakeListing, caller: Caller, filter: ListFilter, limit = 50) {
  const pages: (readonly string[])[] = [];
  let cursor: string | undefined;
  do {
    const { certificates, next } = await list(registry, caller, filter, { limit, cursor });
    pages.push(certificates.map(({ id }) => id));
    cursor = next;
  } while (cursor !== undefined);
  return pages;
}

export const idsOf = (certificates: readonly Certificate[]) => certificates.map(({ id }) => id);
export const malformed = (code: string) =>
  expect.objectContaining({
    code: "request.malformed",
    data: { findings: [expect.objectContaining({ code, pointer: "" })] },
  });
