// Keeps the edges' trust store at the registry's authorities, as a deployment's control plane does on AWS with
// UpdateTrustStore. It looks once a second: authorities change a few times a year.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { listAuthorities } from "#aws/registry/authority-registry.ts";
import { hasStanding } from "#core/authority/authority.ts";
import { trustBundleOf } from "#core/authority/trust-bundle.ts";
import { operatorCredentials, region, tableName } from "./settings.ts";

export type TrustBundleWatch = { readonly stop: () => Promise<void> };

const lookEveryMs = 1_000;

/** Calls `onChange` with each new bundle; the one given holds until an authority has standing. */
export function watchTrustBundle(
  dynamodbUrl: string,
  initialBundle: string,
  onChange: (bundle: string) => void,
): TrustBundleWatch {
  const client = new DynamoDBClient({ endpoint: dynamodbUrl, region, credentials: operatorCredentials });
  const table = { documents: DynamoDBDocumentClient.from(client), tableName };
  let current = initialBundle;
  const look = async (): Promise<void> => {
    try {
      const authorities = await listAuthorities(table);
      const bundle = authorities.some(hasStanding) ? trustBundleOf(authorities) : initialBundle;
      if (bundle === current) return;
      onChange(bundle);
      current = bundle;
    } catch (error) {
      // The edges keep the bundle they have, as CloudFront does when an update is refused.
      console.error("the trust bundle was not renewed:", error);
    }
  };
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookEveryMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
      client.destroy();
    },
  };
}
