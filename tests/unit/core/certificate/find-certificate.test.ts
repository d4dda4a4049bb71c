// A certificate by any of its names, to those who may see it, and the same 404 for what is hidden and what is not there.
import { describe, expect, it } from "vitest";
import type { Caller } from "#core/caller.ts";
import { parseCertificateReference } from "#core/certificate/certificate-reference.ts";
import { type CertificateFinder, findCertificate } from "#core/certificate/find-certificate.ts";
import { aCertificate, aSerial } from "#support/records.ts";

const hash = "c5".repeat(32);

describe("the name", () => {
  it.each([
    { name: "m1-4a3f", is: { kind: "id", id: "m1-4a3f" } },
    { name: "m1-4A:3F", is: { kind: "id", id: "m1-4a3f" } },
    { name: "m1-0x004a3f", is: { kind: "id", id: "m1-4a3f" } },
    { name: "4a3f", is: { kind: "serial", serial: "4a3f" } },
    { name: "4A3F", is: { kind: "serial", serial: "4a3f" } },
    { name: "4a:3f", is: { kind: "serial", serial: "4a3f" } },
    { name: "00:4A:3F", is: { kind: "serial", serial: "4a3f" } },
    { name: "0x4a3f", is: { kind: "serial", serial: "4a3f" } },
    { name: "a3f", is: { kind: "serial", serial: "0a3f" } },
    { name: `00${"ff".repeat(20)}`, is: { kind: "serial", serial: "ff".repeat(20) } },
    { name: hash, is: { kind: "sha256", sha256: hash } },
    { name: hash.toUpperCase(), is: { kind: "sha256", sha256: hash } },
    { name: "C5:".repeat(32).slice(0, -1), is: { kind: "sha256", sha256: hash } },
    // A serial never has 64 digits, however many zeros lead it.
    { name: "4a3f".padStart(64, "0"), is: { kind: "sha256", sha256: "4a3f".padStart(64, "0") } },
    { name: "4a3f".padStart(63, "0"), is: { kind: "serial", serial: "4a3f" } },
  ])("$name is read as $is", ({ name, is }) => {
    expect(parseCertificateReference(name)).toEqual(is);
  });

  it.each([
    "",
    "-",
    "m1-",
    "-4a",
    "m1-4a-3f",
    "M1-4a",
    "m-4a",
    "4a 3f",
    "4a3g",
    "ff".repeat(21),
    "m1-x",
    "c5:".repeat(32),
    "%00",
  ])("%j is none", name => {
    expect(parseCertificateReference(name)).toBeUndefined();
  });
});

describe("finding", () => {
  const here = aCertificate({ serial: aSerial("0a") });
  const there = aCertificate({ serial: aSerial("0a"), authorityId: "m2", tenant: "umbrella" });
  const twin = aCertificate({ serial: aSerial("0b"), authorityId: "m1" });
  const twinToo = aCertificate({ serial: aSerial("0b"), authorityId: "m2" });
  const all = [here, there, twin, twinToo];
  const finder: CertificateFinder = {
    readCertificate: async id => all.find(certificate => certificate.id === id),
    findBySerial: async serial => all.filter(certificate => certificate.serial === serial),
    findBySha256: async () => [there],
  };
  const reader: Caller = { kind: "operator", subject: "ada", scopes: ["certificates:read"] };
  const acme: Caller = {
    kind: "certificate",
    tenant: "acme",
    holder: "device-1",
    profile: "device",
    certificateId: "m1-0a",
    sha256: hash,
  };
  const absent = expect.objectContaining({ code: "resource.not_found", data: { kind: "certificate" } });

  it("by a serial that two authorities share gives a tenant the only one of its own", async () => {
    expect(await findCertificate(finder, acme, "0a")).toBe(here);
  });

  it.each([
    { caller: reader, name: "0a", ids: ["m1-0a", "m2-0a"] },
    { caller: acme, name: "0b", ids: ["m1-0b", "m2-0b"] },
  ])("by a serial of several that $caller.kind may see names them all", async ({ caller, name, ids }) => {
    await expect(findCertificate(finder, caller, name)).rejects.toThrow(
      expect.objectContaining({ code: "certificate.ambiguous", data: { ids } }),
    );
  });

  it.each(["m2-0a", "m1-0c", "0c", hash, "no name at all"])(
    "%s, which is another tenant's or nobody's, is the same 404",
    async name => {
      await expect(findCertificate(finder, acme, name)).rejects.toThrow(absent);
    },
  );

  it("is for operators with the scope to read", async () => {
    await expect(findCertificate(finder, { ...reader, scopes: [] }, "m1-0a")).rejects.toThrow(absent);
    expect(await findCertificate(finder, reader, "m1-0a")).toBe(here);
  });
});
