// A batch of records, in any order and twice over, comes to one sighting for each certificate.
import { expect, test } from "vitest";
import type { CertificateId } from "#core/certificate/certificate.ts";
import type { ConnectionRecord } from "#core/rotation/connection-record.ts";
import { gatherSightings } from "#core/rotation/sighting.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";

const now = fromNoon(100_000);
const record = (second: number, answer: ConnectionRecord["answer"] = "admitted", id = "m1-01") => ({
  certificateId: id as CertificateId, // As the parser makes it.
  at: fromNoon(second * 1000),
  answer,
});

test("first and last are those of the records, whatever their order and however often they come", () => {
  const records = [record(5), record(1), record(9), record(5), record(1)];
  const [sighting] = gatherSightings(records, now);
  expect(sighting).toEqual({
    certificateId: "m1-01",
    admitted: { first: fromNoon(1000), last: fromNoon(9000) },
    last: { at: fromNoon(9000), answer: "admitted" },
  });
});

test("a refused handshake is the last of all and no admission", () => {
  const [sighting] = gatherSightings([record(9, "refused"), record(1)], now);
  expect(sighting?.admitted).toEqual({ first: fromNoon(1000), last: fromNoon(1000) });
  expect(sighting?.last).toEqual({ at: fromNoon(9000), answer: "refused" });
});

test("a certificate that was only refused was not admitted", () => {
  const [sighting] = gatherSightings([record(9, "refused")], now);
  expect(sighting).not.toHaveProperty("admitted");
});

test("each certificate has its own", () => {
  const ids = gatherSightings([record(1), record(2, "admitted", "m1-02")], now).map(one => one.certificateId);
  expect(ids).toEqual(["m1-01", "m1-02"]);
});

test("a record of the future counts as of now", () => {
  const [sighting] = gatherSightings([record(500)], now);
  expect(sighting?.last.at).toEqual(now);
  expect(noon < now).toBe(true);
});
