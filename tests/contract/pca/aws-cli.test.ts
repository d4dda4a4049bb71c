import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activeRoot, DEVICE_CSR, type Pca, startPca, stopPca, TEMPLATE } from "./fixture.ts";

const cliVersion = (() => {
  try {
    return execFileSync("aws", ["--version"], { stdio: ["ignore", "pipe", "pipe"] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
})();
if (cliVersion === undefined) console.log("skipped: the AWS CLI is not installed on this machine");

describe.skipIf(cliVersion === undefined)("the AWS CLI", () => {
  let pca: Pca;
  let directory: string;
  let root: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "pca-cli-"));
    writeFileSync(join(directory, "device.csr"), DEVICE_CSR);
    pca = await startPca();
    root = await activeRoot(pca);
  });
  afterAll(async () => {
    await stopPca(pca);
    rmSync(directory, { recursive: true });
  });

  // Not the synchronous form: the server that answers lives in this process.
  async function aws(operation: string, ...args: readonly string[]): Promise<unknown> {
    const credentials = {
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const { stdout } = await promisify(execFile)(
      "aws",
      [
        "acm-pca",
        operation,
        "--endpoint-url",
        pca.server.url,
        "--output",
        "json",
        "--certificate-authority-arn",
        root,
        ...args,
      ],
      {
        env: {
          ...process.env,
          ...credentials,
          AWS_CONFIG_FILE: "/dev/null",
          AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        },
      },
    );
    return stdout.trim() === "" ? undefined : JSON.parse(stdout);
  }

  it("describes, issues, fetches and revokes against the local endpoint", async () => {
    expect(await aws("describe-certificate-authority")).toMatchObject({
      CertificateAuthority: { Status: "ACTIVE" },
    });
    const template = TEMPLATE("EndEntityClientAuthCertificate");
    const options = [
      "--signing-algorithm",
      "SHA256WITHECDSA",
      "--validity",
      "Value=30,Type=DAYS",
      "--template-arn",
      template,
    ];
    const issued = await aws(
      "issue-certificate",
      "--csr",
      `fileb://${join(directory, "device.csr")}`,
      ...options,
    );
    const certificateArn = pca.server.ledger().at(-1)?.certificateArn ?? "";
    expect(issued).toEqual({ CertificateArn: certificateArn });
    expect(await aws("get-certificate", "--certificate-arn", certificateArn)).toMatchObject({
      Certificate: expect.stringContaining("BEGIN CERTIFICATE"),
      CertificateChain: expect.stringContaining("BEGIN CERTIFICATE"),
    });
    const serial = certificateArn.slice(-32);
    await aws("revoke-certificate", "--certificate-serial", serial, "--revocation-reason", "KEY_COMPROMISE");
    expect(pca.server.ledger().at(-1)?.reason).toBe("KEY_COMPROMISE");
    const again = aws(
      "revoke-certificate",
      "--certificate-serial",
      serial,
      "--revocation-reason",
      "KEY_COMPROMISE",
    );
    await expect(again).rejects.toThrow("RequestAlreadyProcessedException");
  });
});
