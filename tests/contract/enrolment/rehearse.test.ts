// The canary of a roll-over against a real registry and a real CA: what is proved, what is not, and that none is left.
import { GetCertificateAuthorityCertificateCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listAuthorities } from "#aws/registry/authority-registry.ts";
import { dynamoBlockRegistry } from "#aws/registry/block-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { findByHolder } from "#aws/registry/read-certificate.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { dynamoRollOverRegistry } from "#aws/registry/roll-over-registry.ts";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { EdgeVerdict } from "#core/roll-over/ports.ts";
import { type RehearseDeps, rehearse } from "#core/roll-over/rehearse.ts";
import * as x509 from "#core/x509.ts";
import { putAuthority, rowsOf, startTestRegistry, type TestRegistry } from "#support/registry-table.ts";
import { activeRoot, type Pca, startPca, stopPca, text } from "../pca/fixture.ts";
import { depsFor } from "./world.ts";

let registry: TestRegistry;
let pca: Pca;
let table: RegistryTable;
let presented: { readonly certificatePem: string; readonly privateKeyPem: string }[] = [];
let runs = 0;

beforeAll(async () => {
  [registry, pca] = await Promise.all([startTestRegistry(), startPca()]);
});
afterAll(async () => {
  await stopPca(pca);
  await registry.stop();
});
beforeEach(async () => {
  presented = [];
  table = await registry.table();
  const caArn = await activeRoot(pca);
  const { Certificate } = await pca.client.send(
    new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: caArn }),
  );
  await putAuthority(table, { caArn, certificatePem: text(Certificate), chainPem: "", state: "prepared" });
});

async function m1(): Promise<ManagedAuthority> {
  const [found] = await listAuthorities(table);
  if (found?.kind !== "managed") throw new Error("m1 is there");
  return found;
}

/** The edge answers as the list says, the last answer for good. */
async function run(verdicts: readonly EdgeVerdict[], more: Partial<RehearseDeps> = {}) {
  runs += 1;
  let asked = 0;
  const deps: RehearseDeps = {
    ...depsFor(pca, table, async () => ({ kind: "unknown_yet", retryAfterSeconds: 60 })),
    rollOver: dynamoRollOverRegistry(table),
    blocks: dynamoBlockRegistry(table),
    revocations: dynamoRevocationRegistry(table),
    probe: async identity => {
      presented.push(identity);
      asked += 1;
      return verdicts[Math.min(asked, verdicts.length) - 1] ?? "refused";
    },
    wait: async () => undefined,
    ...more,
  };
  return rehearse(deps, await m1(), { requestId: `run-${runs}`, mayGoOn: () => asked < 3 });
}

const canaries = () => findByHolder(table, "edgecert", "canary.m1");
const actions = async (): Promise<readonly unknown[]> =>
  (await rowsOf(table, "AUDIT#m1")).map(row => row["action"]);

test("a certificate that gets through is the proof, and is revoked", async () => {
  expect(await run(["refused", "other", "admitted"])).toBe("rehearsed");
  const [canary] = await canaries();
  expect(canary).toMatchObject({ state: "revoked", profile: "device", slot: 0 });
  expect((await m1()).rehearsal?.certificateId).toBe(canary?.id);
  expect((await m1()).state).toBe("prepared");
  expect(await actions()).toContain("authority.rehearsed");
  const [identity] = presented;
  expect(new x509.X509Certificate(identity?.certificatePem ?? "").subject).toContain("CN=canary.m1");
  expect(identity?.privateKeyPem).toContain("PRIVATE KEY");
});

test("one that does not get through in time proves nothing, is told, and is revoked too", async () => {
  expect(await run(["refused"])).toBe("refused");
  expect((await canaries()).map(({ state }) => state)).toEqual(["revoked"]);
  expect((await m1()).rehearsal).toBeUndefined();
  expect(await actions()).toContain("authority.rehearsal_failed");
});

test("what a run that died has left is revoked by the next", async () => {
  const dies = async (): Promise<never> => {
    throw new Error("the sandbox is gone");
  };
  await expect(run([], { probe: dies })).rejects.toThrow("the sandbox is gone");
  expect((await canaries()).map(({ state }) => state)).toEqual(["active"]);
  expect(await run(["admitted"])).toBe("rehearsed");
  expect((await canaries()).map(({ state }) => state)).toEqual(["revoked", "revoked"]);
});

test("without a permit, or a page at the edge, nothing is issued and no permit is kept", async () => {
  const permits = { ...depsFor(pca, table, async () => ({ kind: "absent" })).permits };
  expect(await run([], { permits: { ...permits, take: async () => undefined } })).toBe("not_issued");
  const givenBack: unknown[] = [];
  const outcome = await rehearse(
    {
      ...depsFor(pca, table, async () => ({ kind: "absent" })),
      permits: { ...permits, giveBack: permit => void givenBack.push(permit) },
      rollOver: dynamoRollOverRegistry(table),
      blocks: dynamoBlockRegistry(table),
      revocations: dynamoRevocationRegistry(table),
      probe: async () => "admitted",
      wait: async () => undefined,
    },
    { ...(await m1()), provisionedSlots: 0 },
    { requestId: "run-pageless", mayGoOn: () => true },
  );
  expect([outcome, givenBack.length, await canaries()]).toEqual(["no_pages", 1, []]);
});
