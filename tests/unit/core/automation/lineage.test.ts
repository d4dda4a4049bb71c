// What a thief may have renewed goes with what was stolen; what came before it, and whatever is another's, does not.
import { expect, it } from "vitest";
import { withSuccessors } from "#core/automation/lineage.ts";
import { certificateId } from "#core/certificate/certificate.ts";
import { aCertificate, aSerial } from "#support/records.ts";

const id = (serial: string) => certificateId("m1", aSerial(serial));
const one = (serial: string, renews?: string) =>
  aCertificate({ serial: aSerial(serial), ...(renews === undefined ? {} : { renews: id(renews) }) });

const first = one("01");
const second = one("02", "01");
const third = one("03", "02");
// The holder never got it and renewed the second once more: no link leads from the second to it.
const unseen = one("04", "02");
const other = one("05");
const all = [first, second, third, unseen, other];
const idsOf = (certificates: readonly { id: string }[]) => certificates.map(each => each.id).sort();

it.each([
  { stolen: first, gone: ["m1-01", "m1-02", "m1-03", "m1-04"] },
  { stolen: second, gone: ["m1-02", "m1-03", "m1-04"] },
  { stolen: third, gone: ["m1-03"] },
  { stolen: other, gone: ["m1-05"] },
])("of $stolen.id $gone go", ({ stolen, gone }) => {
  expect(idsOf(withSuccessors([stolen], all))).toEqual(gone);
});

it("each goes once, in whatever order they are found", () => {
  expect(idsOf(withSuccessors([third, first], [...all].reverse()))).toEqual([
    "m1-01",
    "m1-02",
    "m1-03",
    "m1-04",
  ]);
});

it("a ring ends the walk", () => {
  const ring = [one("01", "02"), one("02", "01")];
  expect(idsOf(withSuccessors(ring.slice(0, 1), ring))).toEqual(["m1-01", "m1-02"]);
});
