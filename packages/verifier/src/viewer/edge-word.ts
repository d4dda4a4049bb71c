// What edgecert's viewer-request function says of the viewer, held against the certificate's own subject.
import { parseSlot } from "#core/slot-page/slot.ts";
import type { HeaderFault, Refusal, Viewer } from "../verdict.ts";
import { onlyValue, valuesOf } from "./distinguished-name.ts";
import type { ViewerHeader, ViewerHeaders } from "./headers.ts";

export type EdgeWord = Pick<Viewer, "authority" | "tenant" | "holder" | "slot" | "renewalOnly">;
type Reading = { readonly word: EdgeWord; readonly faults: readonly Refusal[] };

/** Where the function does not run, a viewer can write these headers itself. */
export const unasked: Reading = {
  word: { authority: undefined, tenant: undefined, holder: undefined, slot: undefined, renewalOnly: false },
  faults: [],
};

const authorityId = /^[a-z][a-z0-9]{1,15}$/;

export function readEdgeWord(
  headers: ViewerHeaders,
  { serial, subject }: Pick<Viewer, "serial" | "subject">,
): Reading {
  const authority = headers.get("x-edgecert-authority");
  const tenant = headers.get("x-edgecert-tenant");
  const holder = headers.get("x-edgecert-holder");
  const listener = headers.get("x-edgecert-listener");
  const [slotText, ...moreSlots] = valuesOf(subject, "OU").filter(value => value?.startsWith("ec-"));
  // The function names tenant and holder for authorities with slots; without either, the subject is not ours to read.
  const isOurs = tenant !== undefined || holder !== undefined;
  const slot = isOurs && moreSlots.length === 0 ? parseSlot(slotText ?? "") : undefined;
  const agrees = (said: string | undefined, type: string): boolean =>
    said === undefined || said === onlyValue(subject, type);
  const checks: readonly (readonly [boolean, HeaderFault, ViewerHeader])[] = [
    [authority !== undefined, "header_missing", "x-edgecert-authority"],
    [authority === undefined || authorityId.test(authority), "header_malformed", "x-edgecert-authority"],
    [headers.has("x-edgecert-serial"), "header_missing", "x-edgecert-serial"],
    [(headers.get("x-edgecert-serial") ?? serial) === serial, "header_disagrees", "x-edgecert-serial"],
    [agrees(tenant, "O"), "header_disagrees", "x-edgecert-tenant"],
    [agrees(holder, "CN"), "header_disagrees", "x-edgecert-holder"],
    [!isOurs || slot !== undefined, "header_disagrees", "cloudfront-viewer-cert-subject"],
    [listener === undefined || listener === "renewal", "header_malformed", "x-edgecert-listener"],
  ];
  return {
    word: { authority, tenant, holder, slot, renewalOnly: listener === "renewal" },
    faults: checks.filter(([holds]) => !holds).map(([, code, header]) => ({ code, header })),
  };
}
