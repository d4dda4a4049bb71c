// What a request to one of our own servers needs: the service's action, and the resource that the request names.
import * as z from "zod";
import type { Authorise } from "./authorise.ts";
import type { Permission } from "./evaluate.ts";

/** How a server asks whether its caller may: without it, everybody may do everything. */
export type Access = {
  readonly authorise: Authorise;
  readonly needed: (operation: string, input: unknown) => readonly Permission[];
};

/** PCA takes this one when a request names none. */
const defaultTemplate = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";
const onAuthority = z.object({
  CertificateAuthorityArn: z.string().default("*"),
  TemplateArn: z.string().default(defaultTemplate),
});

export function pcaPermissions(operation: string, input: unknown): readonly Permission[] {
  const parsed = onAuthority.safeParse(input);
  // What does not parse is refused by the operation itself.
  const { CertificateAuthorityArn, TemplateArn } = parsed.data ?? {
    CertificateAuthorityArn: "*",
    TemplateArn: "",
  };
  return [
    {
      action: `acm-pca:${operation}`,
      resource: CertificateAuthorityArn,
      ...(operation === "IssueCertificate" ? { context: { "acm-pca:TemplateArn": [TemplateArn] } } : {}),
    },
  ];
}

const onCertificate = z.object({ CertificateArn: z.string() });

/** An import without an ARN makes a new certificate. */
export function acmPermissions(operation: string, input: unknown): readonly Permission[] {
  const { data } = onCertificate.safeParse(input);
  return [{ action: `acm:${operation}`, resource: data?.CertificateArn ?? "*" }];
}

const onBuses = z.object({ Entries: z.array(z.object({ EventBusName: z.string().default("default") })) });

/** Only events are put by functions: rules and targets are an administrator's. */
export function eventBusPermissions(account: {
  readonly region: string;
  readonly accountId: string;
}): Access["needed"] {
  return (operation, input) => {
    const { data } = onBuses.safeParse(input);
    const names = data?.Entries.map(({ EventBusName }) => EventBusName) ?? ["*"];
    return [...new Set(names)].map(name => ({
      action: `events:${operation}`,
      resource: name.startsWith("arn:")
        ? name
        : `arn:aws:events:${account.region}:${account.accountId}:event-bus/${name}`,
    }));
  };
}
