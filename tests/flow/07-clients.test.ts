// The lines that `npm start` prints are pasted into a shell, as a reader would: curl, openssl s_client and the AWS CLI.
import { exec, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tableName } from "#local/cloud/settings.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { firmwarePath, type LifecycleResult, runLifecycle } from "#local/demo/lifecycle.ts";
import { narrator } from "#local/demo/narrator.ts";
import { describeServing } from "#local/demo/serving.ts";
import { startTestCloud, type TestCloud, until } from "#support/local-cloud.ts";

// A blank in the path, as in many a home directory.
const directory = mkdtempSync(join(tmpdir(), "edgecert clients "));
let cloud: TestCloud;
let printed: readonly string[];
let result: LifecycleResult;
beforeAll(async () => {
  cloud = await startTestCloud({ directory });
  result = await runLifecycle(
    cloud,
    narrator(() => {}),
    "clients",
  );
  printed = await describeServing(cloud, directory, result);
});
afterAll(async () => {
  await cloud?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const hasAws = (() => {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.log("07-clients: the AWS CLI is not installed, so its tests are skipped");
    return false;
  }
})();

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** In the background: the servers that it talks to run in this process. */
function shell(line: string): Promise<Ran> {
  return new Promise(resolve => {
    exec(line, { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

function lines(start: string): readonly string[] {
  return printed.map(line => line.trim()).filter(line => line.startsWith(start));
}

function line(start: string, at = 0): string {
  const found = lines(start)[at];
  if (found === undefined) throw new Error(`nothing printed starts with ${start}`);
  return found;
}

const aws = (command: string): string => `${line("export")} && ${command}`;

test("curl downloads with the good device's files and is refused with the revoked one's", async () => {
  const good = await shell(line("curl"));
  expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining("edgecert sample firmware") });
  const revoked = await shell(line("curl", 1));
  expect(revoked.code).not.toBe(0);
  expect(revoked.stdout).toBe("");
});

test("openssl verifies the edge and is let in", async () => {
  const { stdout, stderr } = await shell(line("echo | openssl"));
  expect(`${stdout}${stderr}`).toMatch(/Verification: OK/);
  expect((await shell(downloadByOpenssl())).stdout).toContain("edgecert sample firmware");
});

/** TLS 1.3 lets a client believe for a moment that it is in; a request tells. */
function downloadByOpenssl(): string {
  const request = `printf 'GET ${firmwarePath} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'`;
  return line("echo | openssl").replace(/^echo/, request).replace("-brief", "-quiet");
}

test("curl reaches the API with the operator's token that was printed", async () => {
  const url = /https:\S+\/v1\/health/.exec(printed.join("\n"))?.[0];
  const ca = /--cacert ('[^']*'|\S+)/.exec(line("curl"))?.[1];
  const health = await shell(`curl -s --cacert ${ca} ${url}`);
  expect(JSON.parse(health.stdout)).toEqual({ status: "ok" });
});

describe.skipIf(!hasAws)("the AWS CLI", () => {
  test("describes the table and lists the authorities, as printed, and scans the table", async () => {
    const described = await shell(aws(line("aws dynamodb")));
    expect(Number(described.stdout)).toBeGreaterThan(0);
    const authorities = await shell(aws(line("aws acm-pca")));
    expect(authorities.stdout).toContain(cloud.hierarchy.issuing.arn);
    const scan = `aws dynamodb scan --table-name ${tableName} --endpoint-url ${cloud.urls.dynamodb} --output json --query 'Items[].pk.S'`;
    const { stdout } = await shell(aws(scan));
    expect(JSON.parse(stdout)).toContain(`CERTIFICATE#${result.good.certificate.id}`);
  });

  test("issues a certificate against Private CA", async () => {
    const csrPath = join(directory, "request.pem");
    writeFileSync(csrPath, (await makeKeyAndCsr("by-hand")).csr);
    const pca = `--certificate-authority-arn ${cloud.hierarchy.issuing.arn} --endpoint-url ${cloud.urls.pca} --output text`;
    const issue = await shell(
      aws(
        `aws acm-pca issue-certificate ${pca} --csr 'fileb://${csrPath}' --signing-algorithm SHA256WITHECDSA --validity Value=1,Type=DAYS`,
      ),
    );
    expect(issue.stdout).toMatch(/^arn:aws:acm-pca:/);
    const get = aws(
      `aws acm-pca get-certificate ${pca} --certificate-arn ${issue.stdout.trim()} --query Certificate`,
    );
    expect((await shell(get)).stdout).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  // Last: from here on the good device is refused.
  test("puts the compromise event as printed; then curl and openssl are refused with the same files", async () => {
    const put = await shell(aws(line("aws events")));
    expect(JSON.parse(put.stdout)).toMatchObject({ FailedEntryCount: 0 });
    await until(async () => (await shell(line("curl"))).code !== 0);
    expect((await shell(downloadByOpenssl())).stdout).toBe("");
  });
});
