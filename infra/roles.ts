// One role per function: its grants, and its own log. Nothing else gets into a role: no managed policy, no link.
import type { FunctionName } from "#functions/catalogue/function-catalogue.ts";
import type { Target } from "#functions/catalogue/grant.ts";
import { grantsOf } from "#functions/catalogue/grants.ts";
import { statementsOf } from "#functions/catalogue/policy.ts";
import { logical, named } from "./names.ts";

export type FunctionIdentity = { readonly role: aws.iam.Role; readonly logGroup: aws.cloudwatch.LogGroup };

const retentionInDays = 90;

export function declareIdentity(
  name: FunctionName,
  arns: $util.Output<Record<Target, readonly string[]>>,
): FunctionIdentity {
  const logGroup = new aws.cloudwatch.LogGroup(`${logical(name)}Log`, {
    name: `/aws/lambda/${named(name)}`,
    retentionInDays,
  });
  const policy = $resolve({ targets: arns, logArn: logGroup.arn }).apply(({ targets, logArn }) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          // The streams of this one group: their names are Lambda's.
          Resource: [`${logArn}:log-stream:*`],
        },
        ...statementsOf(grantsOf(name), targets),
      ],
    }),
  );
  const role = new aws.iam.Role(`${logical(name)}Role`, {
    name: named(name),
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    }),
    inlinePolicies: [{ name: "grants", policy }],
  });
  return { role, logGroup };
}
