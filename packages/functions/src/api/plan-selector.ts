// A plan's selector as requests name it ⇄ as the domain does.
import { parseCertificateReference } from "#core/certificate/certificate-reference.ts";
import { assert } from "#core/error.ts";
import type { ListFilter } from "#core/listing/listing.ts";
import type { PlanSelector } from "#core/plan/selector.ts";
import { parseSerial } from "#core/serial.ts";
import type { PlanSelectorBody } from "../contract/plan.ts";

export function readSelector(body: PlanSelectorBody): PlanSelector {
  if ("certificate" in body) return readReference(body.certificate, body.authority);
  if ("sha256" in body) return { kind: "sha256", sha256: hexOf(body.sha256) };
  if ("spkiSha256" in body) return { kind: "key", spkiSha256: hexOf(body.spkiSha256) };
  if ("query" in body) return { kind: "query", filter: readFilter(body.query) };
  if ("issuedFrom" in body) {
    const [from, to] = [new Date(body.issuedFrom), new Date(body.issuedTo)];
    const scope =
      "tenant" in body
        ? ({ kind: "tenant", tenant: body.tenant } as const)
        : ({ kind: "authority", authorityId: body.authority } as const);
    return { kind: "issued", from, to, scope };
  }
  if ("holder" in body) return { kind: "holder", tenant: body.tenant, holder: body.holder };
  if ("lot" in body) return { kind: "lots", tenant: body.tenant, lots: [body.lot] };
  if ("lots" in body) return { kind: "lots", tenant: body.tenant, lots: [...new Set(body.lots)].sort() };
  if ("tenant" in body) return { kind: "tenant", tenant: body.tenant };
  return { kind: "authority", authorityId: body.authority };
}

function readReference(text: string, authorityId: string | undefined): PlanSelector {
  const reference = parseCertificateReference(text);
  assert(reference !== undefined, "the schema lets no other text through");
  if (reference.kind === "sha256") return reference;
  if (reference.kind === "serial")
    return {
      kind: "certificate",
      serial: reference.serial,
      ...(authorityId === undefined ? {} : { authorityId }),
    };
  const [authority = "", digits = ""] = reference.id.split("-");
  const serial = parseSerial(digits);
  assert(serial !== undefined, "an id ends in a serial");
  return { kind: "certificate", serial, authorityId: authority };
}

function readFilter({
  authority,
  expiresBefore,
  ...filter
}: Extract<PlanSelectorBody, { query: unknown }>["query"]): ListFilter {
  return {
    ...filter,
    ...(authority === undefined ? {} : { authorityId: authority }),
    ...(expiresBefore === undefined ? {} : { expiresBefore: new Date(expiresBefore) }),
  };
}

function hexOf(text: string): string {
  return text.replaceAll(":", "").toLowerCase();
}

export function presentSelector(selector: PlanSelector): PlanSelectorBody {
  switch (selector.kind) {
    case "certificate": {
      const { serial, authorityId } = selector;
      return { certificate: serial, ...(authorityId === undefined ? {} : { authority: authorityId }) };
    }
    case "sha256":
      return { sha256: selector.sha256 };
    case "key":
      return { spkiSha256: selector.spkiSha256 };
    case "holder":
      return { tenant: selector.tenant, holder: selector.holder };
    case "lots":
      return { tenant: selector.tenant, lots: [...selector.lots] };
    case "tenant":
      return { tenant: selector.tenant };
    case "authority":
      return { authority: selector.authorityId };
    case "issued": {
      const { from, to, scope } = selector;
      const between = { issuedFrom: from.toISOString(), issuedTo: to.toISOString() };
      return scope.kind === "tenant"
        ? { tenant: scope.tenant, ...between }
        : { authority: scope.authorityId, ...between };
    }
    case "query": {
      const { authorityId, expiresBefore, ...filter } = selector.filter;
      return {
        query: {
          ...filter,
          ...(authorityId === undefined ? {} : { authority: authorityId }),
          ...(expiresBefore === undefined ? {} : { expiresBefore: expiresBefore.toISOString() }),
        },
      };
    }
  }
}
