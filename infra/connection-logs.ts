// The edge's connection logs: from CloudFront to one log group, and from there to the function that records what was seen.
import { connectionLogFunction } from "#functions/catalogue/triggers.ts";
import { type Listener, type ListenerName, provesIdentity } from "./listeners.ts";
import { logical, named } from "./names.ts";

const retentionInDays = 90;

export type ConnectionLogParts = {
  readonly listeners: readonly Listener[];
  readonly distributions: Readonly<Record<ListenerName, aws.cloudfront.Distribution>>;
  readonly functionArn: $util.Output<string>;
};

export function declareConnectionLogs({ listeners, distributions, functionArn }: ConnectionLogParts) {
  // CloudWatch Logs lets vended logs into groups of this prefix without counting policies against the account's ten.
  const group = new aws.cloudwatch.LogGroup("ConnectionLog", {
    name: `/aws/vendedlogs/${named("connections")}`,
    retentionInDays,
  });
  const destination = new aws.cloudwatch.LogDeliveryDestination("ConnectionLogDestination", {
    name: named("connections"),
    outputFormat: "json",
    deliveryDestinationConfiguration: { destinationResourceArn: group.arn },
  });
  for (const { name } of listeners.filter(provesIdentity)) {
    const source = new aws.cloudwatch.LogDeliverySource(`${logical(name)}Connections`, {
      name: named(`${name}-connections`),
      logType: "CONNECTION_LOGS",
      resourceArn: distributions[name].arn,
    });
    new aws.cloudwatch.LogDelivery(`${logical(name)}ConnectionDelivery`, {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.arn,
    });
  }
  const permission = new aws.lambda.Permission("ConnectionLogPermission", {
    action: "lambda:InvokeFunction",
    function: functionArn,
    principal: "logs.amazonaws.com",
    sourceArn: $interpolate`${group.arn}:*`,
  });
  new aws.cloudwatch.LogSubscriptionFilter(
    "ConnectionLogSubscription",
    {
      name: connectionLogFunction,
      logGroup: group.name,
      destinationArn: functionArn,
      filterPattern: "",
    },
    { dependsOn: [permission] },
  );
  return group;
}
