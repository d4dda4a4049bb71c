import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectionEvent } from "#local/edge/connection/connection-event.ts";
import { extension, makeAuthority, makeClient, ocspExtension, sha256 } from "./test-authority.ts";
import {
  allowAll,
  nextEntry,
  now,
  replicaOf,
  type Stage,
  startStage,
  tryConnect,
  viewerTls,
} from "./test-edge.ts";

const root = makeAuthority("root");
const intermediate = makeAuthority("intermediate", { issuer: root });
const client = makeClient(root);
const name = "function-under-test";

describe("the verdict of a connection function", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(
      [root],
      { connectionFunction: allowAll },
      { replica: replicaOf({ "device-1": "r" }) },
    );
  });
  afterAll(() => stage.stop());

  const lookup = `import cf from 'cloudfront';
async function connectionHandler(connection) {
  const revoked = await cf.kvs().exists(connection.clientCertificate.certificates.leaf.subject.split('CN=')[1]);
  if (revoked) return connection.deny();
  connection.allow();
}`;
  const deepRecursion =
    "function f(a) { return [f(a)].map(f); } try { f(1); } catch (e) { JSON.stringify(e.message); }";
  const rows = [
    { guarantee: "allow() admits", body: "connection.allow();", status: "Success" },
    { guarantee: "deny() refuses", body: "connection.deny();", status: "Failed:ConnectionFunctionDenied" },
    { guarantee: "calling neither refuses", body: "", status: "Failed:ConnectionFunctionDenied" },
    {
      guarantee: "a denial stands against a later allow()",
      body: "connection.deny(); connection.allow();",
      status: "Failed:ConnectionFunctionDenied",
    },
    {
      guarantee: "an exception refuses, after allow() too",
      body: "connection.allow(); throw new Error('x');",
      status: "Failed:ConnectionFunctionError",
    },
    {
      guarantee: "an endless loop refuses",
      body: "connection.allow(); while (true) {}",
      status: "Failed:ConnectionFunctionError",
    },
    {
      guarantee: "over 2 MB refuses",
      body: "connection.allow(); const a = []; while (true) { a.push('x' + a.length); }",
      status: "Failed:ConnectionFunctionError",
    },
    {
      guarantee: "a promise that never settles refuses",
      body: "connection.allow(); return new Promise(function () {});",
      status: "Failed:ConnectionFunctionError",
    },
    {
      guarantee: "bottomless recursion is an exception that can be caught",
      body: `${deepRecursion} connection.allow();`,
      status: "Success",
    },
    {
      guarantee: "a recursion that overflows the engine's own stack refuses",
      body: "var a = []; for (var i = 0; i < 10000; i++) a = [a]; connection.allow(); JSON.stringify(a);",
      status: "Failed:ConnectionFunctionError",
    },
    {
      guarantee: "a recursion that overflows the engine's own stack refuses",
      body: "var a = []; for (var i = 0; i < 10000; i++) { a = [a]; } connection.allow(); JSON.stringify(a);",
      status: "Failed:ConnectionFunctionError",
    },
    {
      guarantee: "under 2 MB is admitted",
      body: "new Uint8Array(1500000); connection.allow();",
      status: "Success",
    },
  ];

  it.each(rows)("$guarantee", async ({ body, status }) => {
    stage.edge.updateConnectionFunction({ name, code: `function connectionHandler(connection) { ${body} }` });
    expect(await tryConnect(stage.edge, viewerTls(client))).toMatchObject({ status });
    // Whatever the function did to its sandbox, the next connection finds a fresh one.
    stage.edge.updateConnectionFunction(allowAll);
    expect(await tryConnect(stage.edge, viewerTls(client))).toMatchObject({ status: "Success" });
  });

  it("follows the replica, asked in the function", async () => {
    stage.edge.updateConnectionFunction({ name, code: lookup });
    expect((await tryConnect(stage.edge, viewerTls(client))).status).toBe("Failed:ConnectionFunctionDenied");
    const good = makeClient(root, { subject: ["CN=device-2"] });
    expect((await tryConnect(stage.edge, viewerTls(good))).status).toBe("Success");
  });

  it("leaves nothing in the globals for the next connection", async () => {
    const code =
      "function connectionHandler(connection) { if (globalThis.before) { connection.deny(); } globalThis.before = 1; connection.allow(); }";
    stage.edge.updateConnectionFunction({ name, code });
    for (const _ of [1, 2, 3])
      expect((await tryConnect(stage.edge, viewerTls(client))).status).toBe("Success");
  });

  it("is not asked about a certificate that trust refuses", async () => {
    const asked: string[] = [];
    const code = "function connectionHandler(connection) { console.log('asked'); connection.allow(); }";
    const own = await startStage(
      [root],
      { connectionFunction: { name, code } },
      { onFunctionLog: (_name, line) => asked.push(line) },
    );
    expect((await tryConnect(own.edge, viewerTls(makeClient(makeAuthority("other"))))).status).toBe(
      "Failed:ClientCertUntrusted",
    );
    expect(asked).toEqual([]);
    await tryConnect(own.edge, viewerTls(client));
    expect(asked).toEqual(["asked"]);
    await own.stop();
  });

  it("keeps the old function when the new one cannot be published", () => {
    for (const code of [
      "class A {}",
      "function connectionHandler(c) { c?.allow(); }",
      `//${"x".repeat(10_240)}`,
    ]) {
      expect(() => stage.edge.updateConnectionFunction({ name, code })).toThrow("cannot be published");
    }
  });

  it("accepts 10,240 bytes of source and refuses one more", () => {
    const pad = (size: number) => allowAll.code + " ".repeat(size - allowAll.code.length);
    stage.edge.updateConnectionFunction({ name, code: pad(10_240) });
    expect(() => stage.edge.updateConnectionFunction({ name, code: pad(10_241) })).toThrow("10241 bytes");
  });
});

describe("the event of a connection function", () => {
  const dump =
    "function connectionHandler(connection) { console.log(JSON.stringify(connection)); connection.allow(); }";

  async function eventOf(
    tls: ReturnType<typeof viewerTls>,
    distribution: Parameters<typeof startStage>[1] = {},
  ): Promise<ConnectionEvent> {
    const lines: string[] = [];
    const stage = await startStage(
      [root],
      { connectionFunction: { name, code: dump }, ...distribution },
      { onFunctionLog: (_name, line) => lines.push(line) },
    );
    const logged = nextEntry(stage.edge);
    await tryConnect(stage.edge, tls);
    const event = JSON.parse(lines[0] ?? "") as ConnectionEvent; // Printed by the function above.
    expect((await logged).connectionId).toBe(event.connectionId);
    await stage.stop();
    return event;
  }

  it("spells a certificate as documented", async () => {
    const leaf = makeClient(intermediate, {
      serialHex: "009e2aaf",
      subject: ["C=US", "O=Ram, Inc", "OU=ec-1a2f3", "CN=x"],
      notAfter: new Date("2027-09-10T23:43:10Z"),
      alternativeNames: ["DNS:device.example", "URI:urn:device:1"],
      extraExtensions: [ocspExtension("http://ocsp.example/")],
    });
    const event = await eventOf(viewerTls(leaf, [intermediate, root]));
    expect(event).toMatchObject({
      clientIp: "127.0.0.1",
      endpoint: "d111111abcdef8.cloudfront.net",
      distributionId: "E2EXAMPLE",
    });
    expect(event.connectionId).toMatch(/^[A-Za-z0-9_-]+==$/);
    expect(event.clientCertificate?.certificates.leaf).toEqual({
      serialNumber: "00:9e:2a:af",
      issuer: "C=US, O=Edgecert Test, CN=intermediate",
      subject: "C=US, O=Ram\\, Inc, OU=ec-1a2f3, CN=x",
      validity: { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-09-10T23:43:10Z" },
      sha256Fingerprint: `${Buffer.from(sha256(leaf.der), "hex").toString("base64url")}=`,
      ocspEndpoint: "http://ocsp.example/",
      san: "DNS:device.example, URI:urn:device:1",
      spki: leaf.publicKey.export({ type: "spki", format: "der" }).toString("hex"),
      sanHex: expect.stringMatching(/^30[0-9a-f]+$/),
    });
    const { intermediates } = event.clientCertificate?.certificates ?? {};
    expect(intermediates?.map(one => one.subject)).toEqual(["C=US, O=Edgecert Test, CN=intermediate"]);
  });

  it("renders names as RFC 2253 on request", async () => {
    const event = await eventOf(viewerTls(client), { eventNameForm: "rfc2253" });
    expect(event.clientCertificate?.certificates.leaf.subject).toBe(
      "CN=device-1,OU=ec-1a2f3,O=Edgecert Test,C=US",
    );
  });

  it.each(["04", "7f", "0080", "00ff".padEnd(42, "a")])(
    "gives the raw octets of serial %s",
    async serialHex => {
      const event = await eventOf(viewerTls(makeClient(root, { serialHex })));
      expect(event.clientCertificate?.certificates.leaf.serialNumber.replaceAll(":", "")).toBe(serialHex);
    },
  );

  it("has no clientCertificate in optional mode without a certificate, and is still made", async () => {
    const event = await eventOf(viewerTls(undefined), { mode: "optional" });
    expect(event).not.toHaveProperty("clientCertificate");
  });

  it("lists everything presented after the leaf in passthrough mode", async () => {
    const event = await eventOf(viewerTls(makeClient(intermediate), [intermediate, root]), {
      mode: "passthrough",
    });
    expect(event.clientCertificate?.certificates.intermediates).toHaveLength(2);
  });

  it("survives hostile names: one line, and no second attribute", async () => {
    const hostile = makeClient(root, {
      subject: ["CN=x, OU=ec-1\r\nX: y\u001b[2J"],
      extraExtensions: [extension("1.2.3.4", Buffer.from("0500", "hex"))],
    });
    const event = await eventOf(viewerTls(hostile));
    expect(event.clientCertificate?.certificates.leaf.subject).toBe("CN=x\\, OU=ec-1\\0D\\0AX: y\\1B[2J");
  });

  it("refuses a certificate with a critical extension that nobody here knows", async () => {
    const stage = await startStage([root]);
    const strange = makeClient(root, {
      extraExtensions: [extension("1.2.3.4", Buffer.from("0500", "hex"), true)],
    });
    expect((await tryConnect(stage.edge, viewerTls(strange))).status).toBe("Failed:ClientCertInvalid");
    await stage.stop();
  });
});

describe("the connection log", () => {
  it("has the documented fields, and custom data cut at 800 bytes between characters", async () => {
    const code =
      "function connectionHandler(connection) { connection.logCustomData('x' + 'é'.repeat(500)); connection.allow(); }";
    const stage = await startStage([root], { connectionFunction: { name, code } });
    const logged = nextEntry(stage.edge);
    await tryConnect(stage.edge, viewerTls(client));
    expect(await logged).toMatchObject({
      eventTimestamp: now.getTime(),
      connectionStatus: "Success",
      clientIp: "127.0.0.1",
      serverIp: "127.0.0.1",
      distributionId: "E2EXAMPLE",
      distributionTenantId: "-",
      tlsProtocol: "TLSv1.3",
      tlsSni: "localhost",
      clientLeafCertSubject: "C=US, O=Edgecert Test, OU=ec-1a2f3, CN=device-1",
      clientLeafCertIssuer: "C=US, O=Edgecert Test, CN=root",
      clientLeafCertValidity: "NotBefore=2026-01-01T00:00:00Z;NotAfter=2036-01-01T00:00:00Z",
      connectionLogCustomData: `x${"é".repeat(399)}`,
    });
    await stage.stop();
  });

  it("names a viewer that gives up during the handshake", async () => {
    const stage = await startStage([root]);
    const logged = nextEntry(stage.edge);
    const { connect } = await import("node:net");
    const socket = connect(stage.edge.port, "127.0.0.1", () => socket.destroy());
    expect((await logged).connectionStatus).toBe("Failed:TcpError");
    await stage.stop();
  });
});
