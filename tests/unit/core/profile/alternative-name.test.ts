// A profile's alternative names speak for one holder of one tenant: no two pairs of names ever make the same one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { altNameTemplateSchema, resolveAltNames } from "#core/profile/alternative-name.ts";

const isGood = (kind: "uri" | "dns", template: string): boolean =>
  altNameTemplateSchema.safeParse({ kind, template }).success;

describe("a template", () => {
  it.each([
    ["uri", "urn:edgecert:{tenant}:{holder}"],
    ["uri", "spiffe://fleet.example/{tenant}/{holder}"],
    ["uri", "urn:x:{holder}:{tenant}"],
    ["uri", `urn:${"x".repeat(106)}:{tenant}:{holder}`],
    ["dns", "{holder}.{tenant}.devices.example.com"],
    ["dns", "dev-{holder}.{tenant}.example"],
  ] as const)("of kind %s may be %s", (kind, template) => {
    expect(isGood(kind, template)).toBe(true);
  });

  it.each([
    { why: "has no holder", kind: "uri", template: "urn:x:{tenant}" },
    { why: "has no tenant", kind: "dns", template: "{holder}.example.com" },
    { why: "has the holder twice", kind: "uri", template: "urn:x:{tenant}:{holder}:{holder}" },
    { why: "joins the tenant to the holder", kind: "uri", template: "urn:x:{tenant}{holder}" },
    { why: "joins them with what a tenant may hold", kind: "dns", template: "{tenant}-{holder}.example" },
    { why: "puts letters before the tenant", kind: "dns", template: "{holder}.x{tenant}.example" },
    { why: "is no absolute URI", kind: "uri", template: "{tenant}/{holder}" },
    { why: "has a query", kind: "uri", template: "https://x/{tenant}/{holder}?a=b" },
    { why: "has a user", kind: "uri", template: "https://a@x/{tenant}/{holder}" },
    { why: "has a blank", kind: "uri", template: "urn:x:{tenant}: {holder}" },
    { why: "has a wildcard", kind: "dns", template: "*.{tenant}.{holder}" },
    { why: "has another placeholder", kind: "uri", template: "urn:{lot}:{tenant}:{holder}" },
    { why: "has an empty label", kind: "dns", template: "{holder}..{tenant}" },
    { why: "is too long", kind: "uri", template: `urn:${"x".repeat(107)}:{tenant}:{holder}` },
  ] as const)("is refused that $why", ({ kind, template }) => {
    expect(isGood(kind, template)).toBe(false);
  });
});

describe("the names of a holder", () => {
  it("are the templates with tenant and holder put in, in their order", () => {
    const templates = [
      { kind: "uri", template: "urn:edgecert:{tenant}:{holder}" },
      { kind: "dns", template: "{holder}.{tenant}.example" },
    ] as const;
    expect(resolveAltNames(templates, { tenant: "acme", holder: "dev-7" })).toEqual({
      kind: "names",
      names: [
        { kind: "uri", value: "urn:edgecert:acme:dev-7" },
        { kind: "dns", value: "dev-7.acme.example" },
      ],
    });
  });

  it("keep what looks like a placeholder or a pattern as it is", () => {
    const templates = [{ kind: "uri", template: "urn:x:{tenant}:{holder}" }] as const;
    expect(resolveAltNames(templates, { tenant: "acme", holder: "$&" })).toMatchObject({ kind: "unfit" });
  });

  it.each(["Dev-7", "dev_7", "dev:7", "dev-", "d".repeat(64), "dev..7"])(
    "are not made of %s where it makes no DNS name in lower case",
    holder => {
      const templates = [{ kind: "dns", template: "{holder}.{tenant}.example" }] as const;
      expect(resolveAltNames(templates, { tenant: "acme", holder })).toEqual({
        kind: "unfit",
        template: "{holder}.{tenant}.example",
      });
    },
  );

  it("are never shared by two holders, whatever good template makes them", () => {
    const unit = fc.constantFrom("a", "b", "-", "1");
    const tenant = fc.string({ unit, minLength: 1, maxLength: 4 }).filter(text => /^[a-z0-9]/.test(text));
    const holder = fc
      .string({ unit: fc.constantFrom("a", "-", ".", ":", "_", "1"), minLength: 1, maxLength: 5 })
      .filter(text => /^[a-z0-9]/.test(text));
    const between = fc.string({ unit: fc.constantFrom("a", "-", ".", ":", "/"), maxLength: 3 });
    const template = fc
      .tuple(fc.boolean(), between, between, between)
      .map(([first, a, b, c]) =>
        first ? `urn:${a}{tenant}${b}{holder}${c}` : `urn:${a}{holder}${b}{tenant}${c}`,
      )
      .filter(text => isGood("uri", text));
    const named = fc.record({ tenant, holder });
    fc.assert(
      fc.property(template, named, named, (text, one, other) => {
        const of = (who: typeof one) => resolveAltNames([{ kind: "uri", template: text }], who);
        const same = one.tenant === other.tenant && one.holder === other.holder;
        expect(JSON.stringify(of(one)) === JSON.stringify(of(other))).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });
});
