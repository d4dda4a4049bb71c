// The result of a line, and that a thousand of the longest fit into what Lambda answers with.
import { describe, expect, it } from "vitest";
import { excerpt } from "#core/csr/excerpt.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import { AppError } from "#core/error.ts";
import { holderOf, presentLine } from "#functions/api/present-lot-line.ts";
import { lotResultSchema } from "#functions/contract/post-lot-enrolments.ts";
import { aCertificate } from "#support/records.ts";

const lambdaBytes = 6_291_556;
/** What the gateway's answer weighs: the lines are one text in a JSON document. */
const answerBytes = (line: unknown) =>
  Buffer.byteLength(JSON.stringify({ body: `${JSON.stringify(line)}\n`.repeat(1_000) }));

const longest = { line: 1_000, holder: "h".repeat(64) };

describe("a thousand lines", () => {
  it("with the longest findings there are fit into one answer", () => {
    const detail = `the subject attribute ${"1.2.3.4".repeat(8)} is ${excerpt("\u{10ffff}".repeat(40))}`;
    const findings = Array.from({ length: 32 }, () => ({
      code: "subject.character_forbidden",
      detail,
      pointer: "/csr",
    }));
    const error = new AppError("enrolment.refused", { findings });
    const line = presentLine({ kind: "refused", error }, longest);
    expect("errors" in line && line.errors?.length).toBeGreaterThan(5);
    expect(answerBytes(line)).toBeLessThan(lambdaBytes);
  });

  it("with the largest certificates fit into one answer", () => {
    // An RSA key of 4,096 bits, signed with another, and names of full length: 1,700 bytes of DER.
    const certificatePem = `-----BEGIN CERTIFICATE-----\n${`${"M".repeat(64)}\n`.repeat(36)}-----END CERTIFICATE-----\n`;
    const certificate = aCertificate({
      certificatePem,
      holder: longest.holder,
      tenant: "t".repeat(32),
      lot: "l".repeat(64),
    });
    const enrolmentId = `enr_${"0".repeat(32)}` as EnrolmentId; // A digest, which a test makes up.
    const outcome = { kind: "issued", enrolmentId, certificate, chainPem: "" } as const;
    const line = presentLine({ kind: "answered", outcome }, longest);
    expect(answerBytes(line)).toBeLessThan(4_000_000);
  });
});

describe("a line", () => {
  it("that is refused is a problem with its number and holder, and without the request's id", () => {
    const error = new AppError("lot.revoked", { lot: "w47" });
    const line = presentLine({ kind: "refused", error }, { line: 7, holder: "device-7" });
    expect(line).toEqual({
      line: 7,
      holder: "device-7",
      type: "/problems/lot.revoked",
      title: "The lot is revoked",
      status: 409,
      detail: "Enrol under another lot than w47.",
      code: "lot.revoked",
    });
    expect(lotResultSchema.parse(line)).toEqual(line);
  });

  it("that had no answer says when to come back", () => {
    const error = new AppError("lot.line_unanswered", { retryAfterSeconds: 1 });
    expect(presentLine({ kind: "refused", error }, { line: 1, holder: undefined })).toMatchObject({
      line: 1,
      status: 503,
      retryAfterSeconds: 1,
    });
  });

  it("that met a fault of ours shows nothing of it", () => {
    const line = presentLine({ kind: "refused", error: new Error("secret") }, { line: 1, holder: "a" });
    expect(line).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify(line)).not.toContain("secret");
  });
});

describe("the holder of a line", () => {
  it.each([
    { value: { holder: "device-1", csr: 7 }, holder: "device-1" },
    { value: { holder: "-----BEGIN PRIVATE KEY-----" }, holder: undefined },
    { value: { holder: 7 }, holder: undefined },
    { value: {}, holder: undefined },
    { value: null, holder: undefined },
    { value: "device-1", holder: undefined },
  ])("of $value is shown as $holder", ({ value, holder }) => {
    expect(holderOf({ line: 1, kind: "value", value })).toBe(holder);
  });
});
