// What `npm run doctor` needs to look at the local cloud as it looks at AWS: where each service is, as the SDK's own
// endpoint variables, and which distributions there are.
import { existsSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { distributionIds } from "./front.ts";
import type { LocalCloud } from "./local-cloud.ts";
import { operatorCredentials, region, tableName } from "./settings.ts";

export type StackFiles = { readonly endpoints: string; readonly stack: string };

/** `contentPath`: of a resource that every device may get. Canaries are taken from `devices`, where there are any. */
export function writeStackFiles(cloud: LocalCloud, directory: string, contentPath: string): StackFiles {
  const files = { endpoints: join(directory, "endpoints.env"), stack: join(directory, "stack.json") };
  const { urls } = cloud;
  const variables = {
    AWS_ACCESS_KEY_ID: operatorCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorCredentials.secretAccessKey,
    AWS_REGION: region,
    AWS_ENDPOINT_URL_CLOUDFRONT: urls.cloudfront,
    AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: urls.keyValueStore,
    AWS_ENDPOINT_URL_ACM: urls.acm,
    AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}\n`);
  writeFileSync(files.endpoints, lines.join(""));
  const stack = {
    registryTable: tableName,
    distributions: [
      { id: distributionIds.content, purpose: "content", url: `${urls.content}${contentPath}` },
      { id: distributionIds.api, purpose: "api", url: `${urls.api}/v1/health` },
      { id: distributionIds.renewal, purpose: "renewal", url: `${urls.renewal}/` },
    ],
    canaries: {
      ...canary("admitted", directory, "good"),
      ...canary("refused", directory, "revoked"),
    },
    serverCa: relative(directory, cloud.files.serverCa),
  };
  writeFileSync(files.stack, `${JSON.stringify(stack, undefined, 2)}\n`);
  return files;
}

function canary(name: string, directory: string, device: string): object {
  const files = { certificate: join("devices", `${device}.pem`), key: join("devices", `${device}.key`) };
  return existsSync(join(directory, files.certificate)) ? { [name]: files } : {};
}
