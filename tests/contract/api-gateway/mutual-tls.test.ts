// Who gets through the custom domain's mutual TLS, and how the event shows the certificate.

import { afterEach, expect, it } from "vitest";
import { ExtendedKeyUsage } from "#core/x509.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { aGateway, anAuthority, anIdentity, call, type TestGateway } from "./gateway-fixture.ts";

const open: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.stop()));
});
async function start(overrides: Parameters<typeof aGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await aGateway(overrides);
  open.push(gateway.server);
  return gateway;
}

const day = 86_400_000;

it("admits a certificate of the truststore's CA and shows it in the event", async () => {
  const gateway = await start();
  const identity = await anIdentity(gateway.truststore, {
    subject: "C=DE, O=Example, CN=edge",
    serialNumber: "0a1b2c",
    notBefore: new Date("2026-01-02T03:04:05Z"),
    notAfter: new Date("2046-01-02T03:04:05Z"),
  });
  expect((await call(gateway, "/", { identity })).status).toBe(200);
  expect(gateway.events[0]?.event.requestContext.authentication.clientCert).toEqual({
    clientCertPem: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n/),
    subjectDN: "C=DE,O=Example,CN=edge",
    issuerDN: "CN=Origin CA",
    serialNumber: "0a:1b:2c",
    validity: { notBefore: "Jan  2 03:04:05 2026 GMT", notAfter: "Jan  2 03:04:05 2046 GMT" },
  });
});

it.each<[string, (gateway: TestGateway) => ReturnType<typeof anIdentity> | undefined]>([
  ["no certificate", () => undefined],
  ["a certificate of another CA", async () => anIdentity(await anAuthority("CN=Other CA"))],
  [
    "a certificate of another CA with the same name",
    async () => anIdentity(await anAuthority("CN=Origin CA")),
  ],
  [
    "an expired certificate",
    gateway =>
      anIdentity(gateway.truststore, {
        notBefore: new Date(Date.now() - 2 * day),
        notAfter: new Date(Date.now() - 1000),
      }),
  ],
  [
    "a certificate that is not valid yet",
    gateway => anIdentity(gateway.truststore, { notBefore: new Date(Date.now() + day) }),
  ],
  [
    "a server's certificate",
    gateway => anIdentity(gateway.truststore, { usage: ExtendedKeyUsage.serverAuth }),
  ],
])("refuses %s before any request is read", async (_, make) => {
  const gateway = await start();
  await expect(call(gateway, "/", { identity: await make(gateway) })).rejects.toThrow();
  expect(gateway.events).toEqual([]);
});

it("judges validity by the stack's clock", async () => {
  let offsetMs = 0;
  const gateway = await start({ clock: { now: () => new Date(Date.now() + offsetMs) } });
  const later = await anIdentity(gateway.truststore, {
    notBefore: new Date(Date.now() + 50 * day),
    notAfter: new Date(Date.now() + 90 * day),
  });
  expect((await call(gateway, "/")).status).toBe(200);
  await expect(call(gateway, "/", { identity: later })).rejects.toThrow();
  offsetMs = 60 * day;
  await expect(call(gateway, "/")).rejects.toThrow();
  expect((await call(gateway, "/", { identity: later })).status).toBe(200);
});

it("refuses to start with a truststore that holds no CA", async () => {
  await expect(start({ truststorePem: "" })).rejects.toThrow();
});
