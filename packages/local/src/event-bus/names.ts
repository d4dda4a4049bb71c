// Names and ARNs of buses and rules, as requests give them and answers show them. Pure.

export type Account = { readonly accountId: string; readonly region: string };

export const defaultBus = "default";

/** The bus that a request means: by name, by ARN, or by leaving it out. */
export function busNameOf(nameOrArn: string | undefined): string {
  if (nameOrArn === undefined) return defaultBus;
  return nameOrArn.startsWith("arn:") ? nameOrArn.slice(nameOrArn.indexOf("/") + 1) : nameOrArn;
}

export function busArn({ accountId, region }: Account, bus: string): string {
  return `arn:aws:events:${region}:${accountId}:event-bus/${bus}`;
}

/** Rules of the default bus leave its name out. */
export function ruleArn({ accountId, region }: Account, bus: string, rule: string): string {
  return `arn:aws:events:${region}:${accountId}:rule/${bus === defaultBus ? "" : `${bus}/`}${rule}`;
}
