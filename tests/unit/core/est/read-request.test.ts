// What is posted to EST: base64 of a request, whose common name is the holder. A posted key is told whatever its form.
import { describe, expect, it } from "vitest";
import { writePem } from "#core/csr/pem/write-pem.ts";
import { AppError } from "#core/error.ts";
import { commonNameOf, readPkcs10, refuseName } from "#core/est/read-request.ts";
import { aCsr, ecKey, rdn, toPem } from "#support/csr-builder.ts";
import { bytes, printableString, sequence, utf8String } from "#support/der-builder.ts";

const base64 = (der: Uint8Array): string => Buffer.from(der).toString("base64");
const privateKey = Uint8Array.from(ecKey("P-256").privateKey.export({ type: "pkcs8", format: "der" }));

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error("it was not refused");
  const { findings } = error.data as { findings: readonly { code: string; pointer: string }[] };
  return [error.code, ...findings.map(({ code, pointer }) => `${code}${pointer}`)];
}

describe("a body", () => {
  it("is the base64 of any DER, which is judged later", async () => {
    expect(await readPkcs10(base64(bytes(1, 2, 3)))).toEqual(bytes(1, 2, 3));
  });

  it.each([
    { name: "nothing", body: "" },
    { name: "PEM", body: toPem(aCsr()) },
    { name: "raw DER", body: Buffer.from(aCsr()).toString("latin1") },
  ])("that is $name is refused", async ({ body }) => {
    expect(await refusalOf(readPkcs10(body))).toEqual(["request.malformed", "est.not_base64"]);
  });

  it("that is a private key in PEM is refused as such", async () => {
    const body = toPem(privateKey, "PRIVATE KEY");
    expect(await refusalOf(readPkcs10(body))).toEqual(["enrolment.refused", "csr.contains_private_key"]);
  });
});

const name = (...rdns: readonly Uint8Array<ArrayBuffer>[]) => commonNameOf(aCsr({ subject: rdns }));
const o = rdn("2.5.4.10", utf8String("acme"));

describe("the holder of a request", () => {
  it("is its common name, in any string type and behind other names", () => {
    expect(name(rdn("2.5.4.3", utf8String("device-7")))).toBe("device-7");
    expect(name(o, rdn("2.5.4.3", printableString("device-7")))).toBe("device-7");
  });

  it("is unknown without a common name, and in anything that is no request", () => {
    expect(name(o)).toBeUndefined();
    expect(name()).toBeUndefined();
    expect(commonNameOf(sequence())).toBeUndefined();
    expect(commonNameOf(bytes(0x30, 0x82))).toBeUndefined();
    expect(commonNameOf(bytes())).toBeUndefined();
  });
});

describe("a request with the wrong name", () => {
  const refused = (der: Uint8Array<ArrayBuffer>) =>
    refusalOf(refuseName(writePem(der), { code: "est.holder_malformed", detail: "…" }));

  it("is refused with everything else that is wrong with it", async () => {
    expect(await refused(aCsr())).toEqual(["enrolment.refused", "est.holder_malformed"]);
    expect(await refused(aCsr({ hash: "sha1" }))).toEqual([
      "enrolment.refused",
      "est.holder_malformed",
      "csr.signature_algorithm_weak",
    ]);
  });

  it("that is a private key is refused for that alone", async () => {
    expect(await refused(privateKey)).toEqual(["enrolment.refused", "csr.contains_private_key"]);
  });
});
