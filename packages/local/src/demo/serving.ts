// What `npm start` prints once it serves: where everything is, and lines to paste that work.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { busName, tableName } from "../cloud/settings.ts";
import { writeStackFiles } from "../cloud/stack-file.ts";
import { type Device, firmwarePath, type LifecycleResult } from "./lifecycle.ts";

export async function describeServing(
  cloud: LocalCloud,
  stateDirectory: string,
  result: LifecycleResult | undefined,
): Promise<readonly string[]> {
  const here = (path: string): string => quoted(relative(process.cwd(), path));
  const ca = here(cloud.files.serverCa);
  const content = `${cloud.urls.content}${firmwarePath}`;
  const devices = result === undefined ? [] : describeDevices(stateDirectory, result, here, ca, content);
  const tokenFile = join(stateDirectory, "operator-token");
  writeFileSync(tokenFile, await cloud.operatorToken(), { mode: 0o600 });
  const approverFile = join(stateDirectory, "approver-token");
  writeFileSync(approverFile, await cloud.operatorToken(undefined, "approver"), { mode: 0o600 });
  const stack = writeStackFiles(cloud, stateDirectory, firmwarePath);
  return [
    "",
    "Serving. Ctrl-C stops everything; the next start finds this data (npm run local -- --fresh forgets it).",
    "",
    `  firmware through viewer mTLS   ${content}`,
    `  provisioning API               ${cloud.urls.api}/v1/health`,
    `  renewal of expired ones        ${cloud.urls.renewal}`,
    `  trust bundle (client CAs)      ${here(cloud.files.trustBundle)}`,
    `  server CA for curl and openssl ${ca}`,
    `  connection log, function logs  ${here(cloud.files.logs)}`,
    `  an operator's token, one hour  ${here(tokenFile)}`,
    `  a second operator's, to approve ${here(approverFile)}`,
    "",
    ...devices,
    "The registry, the bus and the CA answer the AWS CLI:",
    "",
    "  export AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1",
    `  aws dynamodb describe-table --table-name ${tableName} --endpoint-url ${cloud.urls.dynamodb} --query Table.ItemCount`,
    `  aws acm-pca list-certificate-authorities --endpoint-url ${cloud.urls.pca} --query 'CertificateAuthorities[].Arn'`,
    ...(result === undefined ? [] : [compromiseLine(cloud, result.good)]),
    "",
    "Is everything as it should be? The doctor looks, through the same APIs as on AWS:",
    "",
    `  (. ${here(stack.endpoints)}; npm run doctor -- --stack ${here(stack.stack)})`,
    "",
  ];
}

/** As a shell takes it: a home directory may hold a blank. */
function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function describeDevices(
  stateDirectory: string,
  result: LifecycleResult,
  here: (path: string) => string,
  ca: string,
  content: string,
): readonly string[] {
  const directory = join(stateDirectory, "devices");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (name: string, device: Device): { readonly key: string; readonly cert: string } => {
    const files = { key: join(directory, `${name}.key`), cert: join(directory, `${name}.pem`) };
    writeFileSync(files.key, device.identity.key, { mode: 0o600 });
    writeFileSync(files.cert, device.identity.certificate);
    return { key: here(files.key), cert: here(files.cert) };
  };
  const good = write("good", result.good);
  const revoked = write("revoked", result.revoked);
  const { port } = new URL(content);
  return [
    "A device that gets in, the same as openssl sees it, and one that is refused:",
    "",
    `  curl --cacert ${ca} --cert ${good.cert} --key ${good.key} ${content}`,
    `  echo | openssl s_client -connect localhost:${port} -servername localhost -CAfile ${ca} -cert ${good.cert} -key ${good.key} -brief`,
    `  curl --cacert ${ca} --cert ${revoked.cert} --key ${revoked.key} ${content}`,
    "",
  ];
}

function compromiseLine(cloud: LocalCloud, device: Device): string {
  const detail = JSON.stringify({
    version: "1",
    certificate: { serial: device.certificate.serial },
    reason: "keyCompromise",
  });
  const entry = JSON.stringify([
    {
      Source: "security.automation",
      DetailType: "Certificate Compromise Reported",
      EventBusName: busName,
      Detail: detail,
    },
  ]);
  return `  aws events put-events --endpoint-url ${cloud.urls.eventBus} --entries '${entry}'   # then repeat the first curl`;
}
