import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFirmwareOrigin } from "#local/firmware-origin/start-firmware-origin.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { makeAuthority, makeClient, makeServer } from "./test-authority.ts";
import { readText, servers, viewerTls } from "./test-edge.ts";

const authority = makeAuthority("origin client authority");
const edge = makeClient(authority);
const stranger = makeClient(makeAuthority("other"));

describe("the firmware origin", () => {
  let directory: string;
  let origin: RunningServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "firmware-"));
    mkdirSync(join(directory, "files", "v1"), { recursive: true });
    writeFileSync(join(directory, "files", "v1", "image.bin"), "firmware");
    writeFileSync(join(directory, "secret"), "secret");
    symlinkSync(join(directory, "secret"), join(directory, "files", "link"));
    const { keyPem: key, pem: certificate } = makeServer(servers);
    origin = await startFirmwareOrigin({
      port: 0,
      tls: { key, certificate },
      clientCa: authority.pem,
      directory: join(directory, "files"),
    });
  });
  afterAll(async () => {
    await origin.stop();
    rmSync(directory, { recursive: true });
  });

  function fetchPath(path: string, client = edge, method = "GET"): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const options = { ...viewerTls(client), port: origin.port, path, method, agent: false } as const;
      const outgoing = request(options as import("node:https").RequestOptions, answer => {
        readText(answer).then(body => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  it("serves a file below its directory to the edge", async () => {
    expect(await fetchPath("/v1/image.bin?x=1")).toEqual({ status: 200, body: "firmware" });
    expect(await fetchPath("/v1/image.bin", edge, "HEAD")).toEqual({ status: 200, body: "" });
  });

  it("closes the connection of anyone without the edge's certificate", async () => {
    await expect(fetchPath("/v1/image.bin", stranger)).rejects.toThrow();
  });

  it.each([
    "/../secret",
    "/%2e%2e/secret",
    "/v1/..%2f..%2fsecret",
    "/link",
    "/v1",
    "/none",
    "/%00",
    "/%zz",
    "/",
  ])("has nothing at %s", async path => {
    expect((await fetchPath(path)).status).toBe(404);
  });

  it("knows no method but GET and HEAD", async () => {
    expect((await fetchPath("/v1/image.bin", edge, "DELETE")).status).toBe(405);
  });
});
