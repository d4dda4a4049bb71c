// `cacerts` is what a device of ours may trust, and a chain of it reaches a root.
import { beforeAll, describe, expect, it } from "vitest";
import { authorityStates } from "#core/authority/authority.ts";
import { caCertificates, derOf } from "#core/est/ca-certificates.ts";
import { aForeignAuthority, anAuthority } from "#support/records.ts";
import { makeTestCa } from "#support/test-ca.ts";

let root: string;
let first: string;
let second: string;
beforeAll(async () => {
  [root, first, second] = (await Promise.all(
    ["CN=Root", "CN=First", "CN=Second"].map(async name => (await makeTestCa({ name })).certificatePem),
  )) as [string, string, string];
});

const names = (pem: readonly string[]) => pem.flatMap(derOf);

describe("the CA certificates", () => {
  it("are each CA and its parents, issuing ones first, a shared parent once", () => {
    const draining = anAuthority({ id: "m1", state: "draining", certificatePem: first, chainPem: root });
    const active = anAuthority({ id: "m2", state: "active", certificatePem: second, chainPem: root });
    expect(caCertificates([draining, active])).toEqual(names([second, root, first]));
  });

  it.each(authorityStates)(
    "of an authority that is %s are told only while devices should trust it",
    state => {
      const told = caCertificates([anAuthority({ state, certificatePem: first, chainPem: root })]);
      const expected = state === "active" || state === "draining" ? names([first, root]) : [];
      expect(told).toEqual(expected);
    },
  );

  it("are never a partner's, although the edge admits its clients", () => {
    expect(caCertificates([aForeignAuthority({ certificatePem: first })])).toEqual([]);
  });
});
