// The two variables of an EST path. A label or an operation that is none of ours is a path that does not exist.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { fail } from "#core/error.ts";
import { type EstTarget, findTarget } from "#core/est/label.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";

export type EstPath<Operation extends string> = {
  readonly operation: Operation;
  readonly target: EstTarget;
};

/** Refuses with `resource.not_found`. */
export async function readEstPath<Operation extends string>(
  { profiles }: { readonly profiles: ProfileSource },
  { pathParameters }: APIGatewayProxyEventV2,
  operations: readonly Operation[],
): Promise<EstPath<Operation>> {
  const operation = operations.find(name => name === pathParameters?.["operation"]);
  const target = operation && (await findTarget(profiles, pathParameters?.["label"]));
  if (operation === undefined || target === undefined) fail("resource.not_found", { kind: "route" });
  return { operation, target };
}
