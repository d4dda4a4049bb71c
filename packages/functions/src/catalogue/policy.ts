// A function's grants as the statements of its role: IAM's own JSON, with the ARNs of one stage.
import { type Grant, type Target, targets } from "./grant.ts";

/** What each target is in a stage: one ARN or several. */
export type TargetArns = Readonly<Record<Target, readonly string[]>>;

export type Statement = {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

/**
 * One statement per target and set of actions that go together, in a stable order. A target without an ARN in this
 * stage, such as the CAs before the first one, has no statement: IAM takes none without a resource.
 */
export function statementsOf(grants: readonly Grant[], arns: TargetArns): readonly Statement[] {
  return targets
    .filter(target => arns[target].length > 0)
    .flatMap(target =>
      grouped(grants.filter(({ on }) => on === target)).map(({ actions, scope }) => ({
        Effect: "Allow" as const,
        Action: actions,
        Resource: arns[target],
        ...conditionOf(scope),
      })),
    );
}

/** Where a grant's actions end: at partitions, at a template, or nowhere short of the resource. */
type Scope = { readonly partitions: readonly string[]; readonly template: string | undefined };
type Group = { readonly actions: readonly string[]; readonly scope: Scope };

/**
 * An action stands in one statement with all its partitions: a batch of two partitions is allowed by neither of two
 * statements that allow one each. Actions with the same partitions share a statement.
 */
function grouped(grants: readonly Grant[]): readonly Group[] {
  const actions = [...new Set(grants.flatMap(grant => grant.actions))].sort();
  const groups = new Map<string, Group>();
  for (const action of actions) {
    const scope = scopeOf(grants.filter(grant => grant.actions.includes(action)));
    const key = JSON.stringify(scope);
    groups.set(key, { actions: [...(groups.get(key)?.actions ?? []), action], scope });
  }
  return [...groups.values()];
}

function scopeOf(grants: readonly Grant[]): Scope {
  const whole = grants.some(({ partitions }) => partitions === undefined);
  const partitions = new Set(whole ? [] : grants.flatMap(grant => grant.partitions ?? []));
  return { partitions: [...partitions].sort(), template: grants[0]?.template };
}

function conditionOf({ partitions, template }: Scope): Pick<Statement, "Condition"> {
  if (template !== undefined) return { Condition: { StringEquals: { "acm-pca:TemplateArn": [template] } } };
  if (partitions.length === 0) return {};
  // The operator for a key with several values, as a batch has; every action granted so carries the key.
  return { Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions } } };
}
