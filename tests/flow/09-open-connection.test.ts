// A revocation reaches connections that are already open: the viewer-request function judges every request anew (G4).

import { type ClientHttp2Session, connect, constants } from "node:http2";
import { Agent, request } from "node:https";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import {
  enrolHolder,
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

let cloud: TestCloud;
let devices: readonly TestHolder[];
beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  const factory = await factoryAccess(cloud);
  devices = [await enrolHolder(factory, "over-http1"), await enrolHolder(factory, "over-http2")];
});
afterAll(() => cloud.stop());

const tlsOf = ({ identity }: TestHolder) => ({
  ca: cloud.access.serverCa,
  key: identity.key,
  cert: identity.certificate,
});

async function report({ certificate }: TestHolder): Promise<void> {
  const bus = new EventBridgeClient({
    endpoint: cloud.urls.eventBus,
    region,
    credentials: operatorCredentials,
  });
  const detail = { version: "1", certificate: { serial: certificate.serial } };
  await bus.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: "security.automation",
          DetailType: "Certificate Compromise Reported",
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
}

/** One request; answers its status and the client port it went out from. */
function getOverHttp1(agent: Agent): Promise<{ readonly status: number; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${cloud.urls.content}${firmwarePath}`, { agent }, response => {
      const port = response.socket.localPort ?? 0;
      response.resume().on("end", () => resolve({ status: response.statusCode ?? 0, port }));
    });
    outgoing.on("error", reject).end();
  });
}

function getOverHttp2(session: ClientHttp2Session): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: firmwarePath });
    stream.on("response", headers => {
      stream.resume();
      resolve(Number(headers[constants.HTTP2_HEADER_STATUS]));
    });
    stream.on("error", reject).end();
  });
}

describe("a connection that was open before the revocation", () => {
  test("over HTTP/1.1 keep-alive gets 403 on its next request, on the same connection", async () => {
    const [device] = devices;
    if (device === undefined) throw new Error("no device");
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...tlsOf(device) });
    const before = await getOverHttp1(agent);
    expect(before.status).toBe(200);
    await report(device);
    let after = before;
    await until(async () => {
      after = await getOverHttp1(agent);
      return after.status === 403;
    });
    expect(after.port).toBe(before.port);
    agent.destroy();
  });

  test("over HTTP/2 gets 403 on its next stream, while the session stands", async () => {
    const [, device] = devices;
    if (device === undefined) throw new Error("no device");
    const session = connect(cloud.urls.content, tlsOf(device));
    expect(await getOverHttp2(session)).toBe(200);
    await report(device);
    await until(async () => (await getOverHttp2(session)) === 403);
    expect(session.destroyed).toBe(false);
    session.close();
  });
});
