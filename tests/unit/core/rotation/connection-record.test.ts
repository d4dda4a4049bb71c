// What one line of a connection log proves, and what it does not: nobody can make a certificate look seen or stolen
// without its key.
import { describe, expect, it } from "vitest";
import { readConnectionLog } from "#core/rotation/connection-record.ts";

const verdict = (parts: object = {}): string =>
  JSON.stringify({ reason: "good", authority: "m1", serial: "00".concat("9e2aaf"), ...parts });

const line = (parts: object = {}): string =>
  JSON.stringify({
    eventTimestamp: 1_731_620_046_814,
    connectionId: "oLHiEKbQSn8lkvJfA3D4gFowK3_iZ0g4i5nMUjE1Akod8TuAzn5nzg==",
    connectionStatus: "Success",
    clientIp: "192.0.2.1",
    clientLeafCertSerialNumber: "00:9e:2a:af",
    clientLeafCertIssuer: "CN=Device CA,O=Edgecert Test",
    connectionLogCustomData: verdict(),
    ...parts,
  });

const read = (...lines: readonly string[]) => readConnectionLog(lines);
const proof = { certificateId: "m1-9e2aaf", at: new Date(1_731_620_046_814), answer: "admitted" };

describe("a line of the connection log", () => {
  it("proves an admitted certificate, by the canonical serial", () => {
    expect(read(line())).toEqual({ records: [proof], malformed: 0 });
  });

  it("proves a refused one, when it was refused for being revoked", () => {
    const refused = line({
      connectionStatus: "Failed:ConnectionFunctionDenied",
      connectionLogCustomData: verdict({ reason: "revoked", generation: "1731620046814" }),
    });
    expect(read(refused).records).toEqual([{ ...proof, answer: "refused" }]);
  });

  it.each([
    { form: "ISO 8601", eventTimestamp: "2024-11-14T21:34:06.814Z" },
    { form: "ISO 8601 with an offset", eventTimestamp: "2024-11-14T22:34:06.814+01:00" },
    { form: "milliseconds as text", eventTimestamp: "1731620046814" },
  ])("is read with its time as $form", ({ eventTimestamp }) => {
    expect(read(line({ eventTimestamp })).records).toEqual([proof]);
  });

  it("is read without the fields that it can do without, and with those that nobody knows yet", () => {
    const { clientLeafCertSerialNumber: _, ...rest } = JSON.parse(line({ newField: { nested: true } }));
    expect(read(JSON.stringify(rest)).records).toEqual([proof]);
  });

  it.each([
    { what: "no certificate", parts: { clientLeafCertSerialNumber: "-", connectionLogCustomData: "-" } },
    { what: "no verdict of our function", parts: { connectionLogCustomData: "hello" } },
    { what: "another serial than the verdict's", parts: { clientLeafCertSerialNumber: "9e:2a:b0" } },
    {
      what: "an admission and a verdict that refuses",
      parts: { connectionLogCustomData: verdict({ reason: "revoked" }) },
    },
    { what: "a chain that nobody trusts", parts: { connectionStatus: "Failed:ClientCertUntrusted" } },
    { what: "a certificate that has expired", parts: { connectionStatus: "Failed:ClientCertExpired" } },
    {
      what: "a partner's CA under our CA's name",
      parts: {
        connectionStatus: "Failed:ConnectionFunctionDenied",
        connectionLogCustomData: verdict({ reason: "intermediate_unpinned" }),
      },
    },
    {
      what: "an authority that no id fits",
      parts: { connectionLogCustomData: verdict({ authority: "m1-9e" }) },
    },
    { what: "a serial that is none", parts: { connectionLogCustomData: verdict({ serial: "x" }) } },
  ])("proves nothing with $what, and is not malformed", ({ parts }) => {
    expect(read(line(parts))).toEqual({ records: [], malformed: 0 });
  });

  it.each([
    { what: "no JSON", text: "2024-11-14 Success" },
    { what: "no object", text: "[]" },
    { what: "no time", text: line({ eventTimestamp: "-" }) },
    { what: "seconds for a time", text: line({ eventTimestamp: 1_731_620_046 }) },
    { what: "a time beyond all dates", text: line({ eventTimestamp: 9e15 }) },
    { what: "no status", text: line({ connectionStatus: undefined }) },
  ])("with $what is counted, and the others are read", ({ text }) => {
    expect(read(text, line())).toEqual({ records: [proof], malformed: 1 });
  });
});
