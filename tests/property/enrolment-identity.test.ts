// Fields never run together: no two different requests, keys or asks share an identity by moving text between fields.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idempotencyToken, identifyRequest } from "#core/enrolment/request.ts";
import { sha256Fields } from "#core/sha256.ts";

// Few characters, the ones that length prefixes are made of among them, so that shifted fields really come up.
const field = fc.string({ unit: fc.constantFrom("1", "2", ":", "a", "é", "😀"), maxLength: 4 });
const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

describe("a digest of fields", () => {
  it("is the same only for the same list of fields", async () => {
    const fields = fc.array(field, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fields, fields, async (a, b) => {
        expect((await sha256Fields(...a)) === (await sha256Fields(...b))).toBe(same(a, b));
      }),
      { numRuns: 500 },
    );
  });

  it("changes when text moves from a field to its neighbour", async () => {
    await fc.assert(
      fc.asyncProperty(field, fc.nat({ max: 4 }), fc.nat({ max: 4 }), async (text, one, other) => {
        const cut = (at: number): readonly [string, string] => [text.slice(0, at), text.slice(at)];
        const [a, b] = [cut(one), cut(other)];
        expect((await sha256Fields(...a)) === (await sha256Fields(...b))).toBe(same(a, b));
      }),
    );
  });
});

describe("an enrolment's identity", () => {
  const request = fc.record({
    tenant: field,
    principal: field,
    idempotencyKey: fc.option(field, { nil: undefined }),
    holder: field,
    profile: field,
    lot: fc.constant(undefined),
    csrSha256: field,
  });

  it("is shared by two requests only when the key's scope, or holder, profile and CSR, are equal", async () => {
    await fc.assert(
      fc.asyncProperty(request, request, async (a, b) => {
        const scope = (r: typeof a): readonly unknown[] =>
          r.idempotencyKey === undefined
            ? ["csr", r.tenant, r.holder, r.profile, r.csrSha256]
            : ["key", r.tenant, r.principal, r.idempotencyKey];
        const [first, second] = await Promise.all([identifyRequest(a), identifyRequest(b)]);
        expect(first.enrolmentId === second.enrolmentId).toBe(same(scope(a), scope(b)));
      }),
      { numRuns: 500 },
    );
  });
});

describe("the CA's idempotency token", () => {
  const ask = fc.record({ caArn: field, csrSha256: field, enrolmentId: field, attempt: fc.nat({ max: 12 }) });

  it("fits the CA's 36 characters and is shared only by equal asks", async () => {
    await fc.assert(
      fc.asyncProperty(ask, ask, async (a, b) => {
        const [first, second] = await Promise.all([idempotencyToken(a), idempotencyToken(b)]);
        expect(first.length).toBeLessThanOrEqual(36);
        expect(first === second).toBe(same(Object.values(a), Object.values(b)));
      }),
      { numRuns: 500 },
    );
  });
});
