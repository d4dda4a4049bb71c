import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainCases, intermediate, other, root, rsaRoot } from "./chain-cases.ts";
import { makeClient } from "./test-authority.ts";
import { allowAll, now, type Stage, startStage, tryConnect, viewerTls } from "./test-edge.ts";

const day = 86_400_000;

describe.each(["TLSv1.2", "TLSv1.3"] as const)(
  "a distribution that requires certificates, over %s",
  version => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await startStage([root, rsaRoot], { connectionFunction: allowAll });
    });
    afterAll(() => stage.stop());

    it.each(chainCases)("$name", async ({ client, chain, status }) => {
      const tls = { ...viewerTls(client, chain), minVersion: version, maxVersion: version };
      const outcome = await tryConnect(stage.edge, tls);
      expect(outcome.status).toBe(status);
      if (status === "Success") expect(outcome.received).toMatch(/^HTTP\/1\.1 200 OK/);
      else
        expect(outcome).toMatchObject({ error: expect.stringMatching(/^(ECONNRESET|EPIPE)$/), received: "" });
    });
  },
);

describe("validity follows the clock of the edge", () => {
  it("refuses what was admitted once its notAfter has passed, and admits it with IgnoreCertificateExpiry", async () => {
    const client = makeClient(root, { notAfter: new Date(now.getTime() + day) });
    const strict = await startStage([root]);
    const lenient = await startStage([root], { ignoreCertificateExpiry: true });
    expect((await tryConnect(strict.edge, viewerTls(client))).status).toBe("Success");
    for (const stage of [strict, lenient]) stage.clock.set(new Date(now.getTime() + 2 * day));
    expect((await tryConnect(strict.edge, viewerTls(client))).status).toBe("Failed:ClientCertExpired");
    expect((await tryConnect(lenient.edge, viewerTls(client))).status).toBe("Success");
    expect((await tryConnect(lenient.edge, viewerTls(makeClient(other)))).status).toBe(
      "Failed:ClientCertUntrusted",
    );
    await Promise.all([strict.stop(), lenient.stop()]);
  });
});

describe("an intermediate in the store", () => {
  it("is an anchor for its own leaves, and does not vouch for its issuer's", async () => {
    const stage = await startStage([intermediate]);
    expect((await tryConnect(stage.edge, viewerTls(makeClient(intermediate)))).status).toBe("Success");
    expect((await tryConnect(stage.edge, viewerTls(makeClient(root)))).status).toBe(
      "Failed:ClientCertUntrusted",
    );
    await stage.stop();
  });
});

describe("the other modes", () => {
  it("optional lets a viewer without a certificate in, and refuses one with a wrong certificate", async () => {
    const stage = await startStage([root], { mode: "optional" });
    expect((await tryConnect(stage.edge, viewerTls(undefined))).status).toBe("Success");
    expect((await tryConnect(stage.edge, viewerTls(makeClient(root)))).status).toBe("Success");
    expect((await tryConnect(stage.edge, viewerTls(makeClient(other)))).status).toBe(
      "Failed:ClientCertUntrusted",
    );
    await stage.stop();
  });

  it("passthrough lets anyone in who holds the key of any certificate", async () => {
    const stage = await startStage([root], { mode: "passthrough" });
    expect((await tryConnect(stage.edge, viewerTls(undefined))).status).toBe("Success");
    expect((await tryConnect(stage.edge, viewerTls(makeClient(other)))).status).toBe("Success");
    await stage.stop();
  });
});

describe("a new trust store", () => {
  it("counts from the next connection on, and a bundle that is none leaves the old one", async () => {
    const stage = await startStage([root]);
    stage.edge.updateTrustStore(other.pem);
    expect((await tryConnect(stage.edge, viewerTls(makeClient(root)))).status).toBe(
      "Failed:ClientCertUntrusted",
    );
    expect((await tryConnect(stage.edge, viewerTls(makeClient(other)))).status).toBe("Success");
    for (const bundle of ["", makeClient(root).pem, root.pem.repeat(26)]) {
      expect(() => stage.edge.updateTrustStore(bundle)).toThrow();
    }
    stage.edge.updateTrustStore(root.pem.repeat(25));
    expect((await tryConnect(stage.edge, viewerTls(makeClient(root)))).status).toBe("Success");
    await stage.stop();
  });

  it("waits for the roll-out delay when there is one", async () => {
    const stage = await startStage([root], {}, { rolloutDelayMilliseconds: 60_000 });
    stage.edge.updateTrustStore(other.pem);
    stage.clock.set(new Date(now.getTime() + 59_999));
    expect((await tryConnect(stage.edge, viewerTls(makeClient(root)))).status).toBe("Success");
    stage.clock.set(new Date(now.getTime() + 60_000));
    expect((await tryConnect(stage.edge, viewerTls(makeClient(root)))).status).toBe(
      "Failed:ClientCertUntrusted",
    );
    await stage.stop();
  });
});
