// What docs/deploy.md has an operator run first, against servers with AWS's own limits on.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AcmServer, startAcmServer } from "#local/acm/server.ts";
import { type PcaServer, startPcaServer } from "#local/pca/server.ts";

const root = join(import.meta.dirname, "../../..");
const directory = mkdtempSync(join(tmpdir(), "edgecert-account-"));
const account = {
  accountId: "123456789012",
  region: "us-east-1",
  stateDirectory: undefined,
  port: 0,
} as const;
let pca: PcaServer;
let acm: AcmServer;

beforeAll(async () => {
  pca = await startPcaServer(account);
  acm = await startAcmServer(account);
});

afterAll(async () => {
  await pca.stop();
  await acm.stop();
});

async function prepare(): Promise<string> {
  const script = join(root, "scripts/prepare-account.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, "--organization", "Example Works", "--directory", directory],
    {
      cwd: root,
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: "operator",
        AWS_SECRET_ACCESS_KEY: "local",
        AWS_ENDPOINT_URL_ACM_PCA: pca.url,
        AWS_ENDPOINT_URL_ACM: acm.url,
      },
    },
  );
  return stdout;
}

it("an account is prepared once: the second run makes nothing and says the same", async () => {
  const first = await prepare();
  for (const name of ["ISSUING_CAS", "ORIGIN_CA"])
    expect(first).toMatch(
      new RegExp(
        `^EDGECERT_${name}=arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/[0-9a-f-]{36}$`,
        "m",
      ),
    );
  for (const name of ["ORIGIN_CERTIFICATE", "REHEARSAL_CERTIFICATE"])
    expect(first).toMatch(
      new RegExp(`^EDGECERT_${name}=arn:aws:acm:us-east-1:123456789012:certificate/[0-9a-f-]{36}$`, "m"),
    );
  expect(await prepare()).toBe(first);
});

it("no private key is left on the operator's machine", () => {
  for (const file of readdirSync(directory))
    expect(readFileSync(join(directory, file), "utf8")).not.toContain("PRIVATE KEY");
});
