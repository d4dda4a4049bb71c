// Who calls, and whether the caller's role allows it. A function's access key id is its name; every other key is an
// administrator's: operators' tools, and what AWS itself does in an account.
import { type FunctionName, functionCatalogue } from "#functions/catalogue/function-catalogue.ts";
import type { Grant } from "#functions/catalogue/grant.ts";
import { grantsOf } from "#functions/catalogue/grants.ts";
import { statementsOf, type TargetArns } from "#functions/catalogue/policy.ts";
import { matcherOf, type Permission, type Policy, policyOf } from "./evaluate.ts";

/** Undefined when all is allowed; otherwise what IAM says. */
export type Authorise = (accessKeyId: string, needed: readonly Permission[]) => string | undefined;

/** One grant that a call has used, so that tests can tell which are never needed. */
export type GrantUse = { readonly functionName: FunctionName; readonly use: string };

export type AuthoriserOptions = {
  readonly accountId: string;
  /** Read again when it changes: CAs come while the cloud runs. */
  readonly arns: () => TargetArns;
  readonly onUse?: ((use: GrantUse) => void) | undefined;
};

/** The role's name stands for its credentials. DynamoDB Local takes letters and digits. */
export function accessKeyOf(functionName: string): string {
  return functionName.replaceAll("-", "");
}

// The keys of the catalogue, which is a constant.
const functionNames = Object.keys(functionCatalogue) as readonly FunctionName[];
const functionByKey = new Map(functionNames.map(name => [accessKeyOf(name), name]));

export function isFunction(accessKeyId: string): boolean {
  return functionByKey.has(accessKeyId);
}

export function authoriser({ accountId, arns, onUse }: AuthoriserOptions): Authorise {
  let policies = new Map<FunctionName, Policy>();
  let known = arns();
  const policyFor = (name: FunctionName): Policy => {
    const current = arns();
    if (current !== known) {
      known = current;
      policies = new Map();
    }
    const policy = policies.get(name) ?? policyOf(statementsOf(grantsOf(name), current));
    policies.set(name, policy);
    return policy;
  };
  return (accessKeyId, needed) => {
    const name = functionByKey.get(accessKeyId);
    if (name === undefined) return undefined;
    const policy = policyFor(name);
    const refused = needed.find(permission => !policy(permission));
    if (refused !== undefined) {
      const text = denial(accountId, name, refused);
      // Whoever runs the cloud is told more: the function itself shows nothing of it.
      console.error(`access: ${text}${adviceOn(refused)}`);
      return text;
    }
    if (onUse !== undefined) {
      for (const use of usesOf(grantsOf(name), known, needed)) onUse({ functionName: name, use });
    }
    return undefined;
  };
}

function denial(accountId: string, name: FunctionName, { action, resource }: Permission): string {
  return (
    `User: arn:aws:sts::${accountId}:assumed-role/${name}/${name} is not authorized to perform: ${action} ` +
    `on resource: ${resource} because no identity-based policy allows the ${action} action`
  );
}

function adviceOn({ context = {} }: Permission): string {
  const asked = Object.entries(context).map(([key, values]) => `${key} ${[...new Set(values)].join(", ")}`);
  return `; asked with ${asked.join("; ") || "no condition key"}; grants: packages/functions/src/catalogue/grants.ts`;
}

/** `<action> <target>[ <partition>]`, for each part of a grant that the call needed. */
export function usesOf(
  grants: readonly Grant[],
  arns: TargetArns,
  needed: readonly Permission[],
): readonly string[] {
  return needed.flatMap(({ action, resource, context }) =>
    grants
      .filter(({ actions, on }) => actions.includes(action) && arns[on].some(arn => matcherOf(arn)(resource)))
      .flatMap(({ on, partitions }) =>
        partitions === undefined
          ? [`${action} ${on}`]
          : partitions
              .filter(partition => (context?.["dynamodb:LeadingKeys"] ?? []).some(matcherOf(partition)))
              .map(partition => `${action} ${on} ${partition}`),
      ),
  );
}
