// What the edge judges by: the store, and the functions of each distribution. Who fills the store: the publisher.
import type { Bundles } from "./bundles.ts";
import type { Listener } from "./listeners.ts";
import { logical, named, outlives } from "./names.ts";

/** Its keys are the publisher's alone. An empty one refuses everybody. */
export function declareEdgeStore() {
  return new aws.cloudfront.KeyValueStore(
    "EdgeStore",
    { name: named("edge"), comment: "edgecert: who is refused" },
    { retainOnDelete: outlives() },
  );
}

export type EdgeFunctions = {
  readonly connection: aws.cloudfront.ConnectionFunction;
  readonly viewerRequest: aws.cloudfront.Function;
};

/** Both read the one store, so that a request is judged as its connection was. */
export function declareEdgeFunctions(
  { name }: Listener,
  store: aws.cloudfront.KeyValueStore,
  { edgeSource }: Bundles,
): EdgeFunctions {
  const runtime = "cloudfront-js-2.0";
  return {
    connection: new aws.cloudfront.ConnectionFunction(`${logical(name)}Connection`, {
      name: named(`${name}-connection`),
      connectionFunctionCode: edgeSource(name, "connection"),
      connectionFunctionConfig: {
        comment: `edgecert: every handshake of ${name}`,
        runtime,
        keyValueStoreAssociation: { keyValueStoreArn: store.arn },
      },
      publish: true,
    }),
    viewerRequest: new aws.cloudfront.Function(`${logical(name)}ViewerRequest`, {
      name: named(`${name}-viewer-request`),
      comment: `edgecert: every request of ${name}`,
      runtime,
      code: edgeSource(name, "viewer-request"),
      keyValueStoreAssociations: [store.arn],
      publish: true,
    }),
  };
}
