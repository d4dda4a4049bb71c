// Named curves only. Explicit parameters let an attacker choose a generator for somebody else's key (CVE-2020-0601).

import { curveOf } from "../number/curve.ts";
import type { RequestRule } from "./rule.ts";

export const ecCurve: RequestRule = {
  name: "ec-curve",
  citation: "RFC 5480 §2.1.1 (namedCurve), FIPS 186-4 D.1.2; threat B5",
  applies: ({ key }) => key.kind === "ec",
  check: ({ key }) => {
    if (key.kind !== "ec" || curveOf(key.curveOid) !== undefined) return [];
    return key.curveOid === undefined
      ? [{ code: "key.curve_explicit", detail: "the EC key does not name its curve" }]
      : [{ code: "key.curve_unsupported", detail: `the curve ${key.curveOid} is not P-256, P-384 or P-521` }];
  },
};
