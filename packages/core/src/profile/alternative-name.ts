// Subject alternative names of a profile: templates that tenant and holder are put into. What comes out names one
// holder of one tenant and nobody else, because origins may tell callers apart by it alone (threats A2, B1).
import * as z from "zod";

export type AltNameKind = "uri" | "dns";
export type AltName = { readonly kind: AltNameKind; readonly value: string };
export type AltNameTemplate = { readonly kind: AltNameKind; readonly template: string };

type Named = { readonly tenant: string; readonly holder: string };

/** What every profile has unless it says otherwise. */
export const holderUrn: AltNameTemplate = { kind: "uri", template: "urn:edgecert:{tenant}:{holder}" };

/** Private CA takes 253 characters for either kind (aws-services, 1.1); the longest tenant and holder fit beside 128. */
const longestTemplate = 128;
const longestName = 253;

export const altNameTemplateSchema = z
  .strictObject({
    kind: z.enum(["uri", "dns"]),
    template: z.string().max(longestTemplate, `at most ${longestTemplate} characters`),
  })
  .superRefine((name, context) => {
    const fault = templateFault(name);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault, path: ["template"] });
  });

function templateFault(name: AltNameTemplate): string | undefined {
  const { template } = name;
  if (template.split("{tenant}").length !== 2 || template.split("{holder}").length !== 2) {
    return "{tenant} and {holder} stand in it once each";
  }
  // A tenant holds a-z 0-9 and -. Between other characters it ends in one place only, so that no two pairs of tenant
  // and holder make the same name.
  if (!/(^|[^A-Za-z0-9{}-])\{tenant\}($|[^A-Za-z0-9{}-])/.test(template)) {
    return "{tenant} stands between characters that no tenant's name has, such as : / or .";
  }
  return wellFormed(name.kind, fill(template, { tenant: "t", holder: "h" }))
    ? undefined
    : `with names put in, it is no ${name.kind === "uri" ? "absolute URI" : "DNS name"}`;
}

/** The names, or the first template that makes none of this holder: a DNS name takes less than a holder may hold. */
export function resolveAltNames(
  templates: readonly AltNameTemplate[],
  named: Named,
):
  | { readonly kind: "names"; readonly names: readonly AltName[] }
  | { readonly kind: "unfit"; readonly template: string } {
  const names = templates.map(({ kind, template }) => ({ kind, value: fill(template, named), template }));
  const unfit = names.find(({ kind, value }) => !wellFormed(kind, value));
  if (unfit !== undefined) return { kind: "unfit", template: unfit.template };
  return { kind: "names", names: names.map(({ kind, value }) => ({ kind, value })) };
}

function fill(template: string, { tenant, holder }: Named): string {
  return template.split("{tenant}").join(tenant).split("{holder}").join(holder);
}

function wellFormed(kind: AltNameKind, value: string): boolean {
  if (value.length > longestName) return false;
  return kind === "uri" ? uri.test(value) : value.split(".").every(label => dnsLabel.test(label));
}

// RFC 3986: a scheme, and characters that need no escape. No authority with a user, no query, no fragment.
const uri = /^[a-z][a-z0-9+.-]{1,31}:[A-Za-z0-9._~:/-]+$/;
// RFC 1123, 2.1, in lower case: DNS compares without case, and two holders must never be one name.
const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
