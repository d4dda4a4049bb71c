// The Lambda functions of the catalogue, from the bundles that the local cloud runs too.
import {
  type FunctionEntry,
  type FunctionName,
  functionCatalogue,
} from "#functions/catalogue/function-catalogue.ts";
import type { Target } from "#functions/catalogue/grant.ts";
import { asynchronousFunctions } from "#functions/catalogue/triggers.ts";
import type { Bundles } from "./bundles.ts";
import type { Links } from "./links.ts";
import { mapValues } from "./map-values.ts";
import { logical, named } from "./names.ts";
import { declareIdentity } from "./roles.ts";

export type Functions = Readonly<Record<FunctionName, sst.aws.Function>>;

export type FunctionParts = {
  readonly bundles: Bundles;
  readonly links: Links;
  readonly arns: $util.Output<Record<Target, readonly string[]>>;
  readonly deadLetters: aws.sqs.Queue;
};

export function declareFunctions(parts: FunctionParts): Functions {
  return mapValues<FunctionName, FunctionEntry, sst.aws.Function>(functionCatalogue, (entry, name) =>
    declareFunction(parts, name, entry),
  );
}

function declareFunction(
  { bundles, links, arns, deadLetters }: FunctionParts,
  name: FunctionName,
  { links: linked, timeoutSeconds }: FunctionEntry,
) {
  const { role, logGroup } = declareIdentity(name, arns);
  const declared = new sst.aws.Function(logical(name), {
    name: named(name),
    bundle: bundles.functionDirectory(name),
    handler: "index.handler",
    runtime: "nodejs24.x",
    architecture: "arm64",
    memory: "1024 MB",
    timeout: `${timeoutSeconds} seconds`,
    role: role.arn,
    link: linked.map(link => links[link]),
    logging: { logGroup: logGroup.name, format: "text" },
    environment: { POWERTOOLS_METRICS_NAMESPACE: named("metrics") },
    // `sst dev` would put a stub in its place, which needs rights that no role here has. The local cloud is for that.
    dev: false,
  });
  if (asynchronousFunctions.has(name)) {
    new aws.lambda.FunctionEventInvokeConfig(`${logical(name)}Invoke`, {
      functionName: declared.name,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: deadLetters.arn } },
    });
  }
  return declared;
}
