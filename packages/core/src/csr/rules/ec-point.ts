// Full validation of the public point. The cofactor is 1, so a finite point on the curve is in the right group.

import { type Bytes, toUnsigned } from "../bytes.ts";
import type { Finding } from "../finding.ts";
import { type Curve, curveOf } from "../number/curve.ts";
import type { RequestRule } from "./rule.ts";

export const ecPoint: RequestRule = {
  name: "ec-point",
  citation: "NIST SP 800-56A r3 §5.6.2.3.3; SEC 1 §2.3.4; threat B5",
  applies: ({ key }) => key.kind === "ec" && curveOf(key.curveOid) !== undefined,
  check: ({ key }) => {
    const curve = key.kind === "ec" ? curveOf(key.curveOid) : undefined;
    return key.kind === "ec" && curve !== undefined ? checkPoint(curve, key.point) : [];
  },
};

function checkPoint(curve: Curve, point: Bytes): readonly Finding[] {
  const [form] = point;
  if (form === 0 && point.length === 1)
    return [finding("key.point_infinity", "the EC key is the point at infinity")];
  // RFC 5480 §2.2 makes the compressed form optional: not every verifier down the line reads it.
  if (form === 2 || form === 3) return [finding("key.point_compressed", "the EC point is compressed")];
  if (form !== 4 || point.length !== 1 + 2 * curve.octets)
    return [finding("key.point_malformed", `the EC point is not the uncompressed form of ${curve.name}`)];
  const x = toUnsigned(point.subarray(1, 1 + curve.octets));
  const y = toUnsigned(point.subarray(1 + curve.octets));
  return isOnCurve(curve, x, y)
    ? []
    : [finding("key.point_off_curve", `the EC point is not on ${curve.name}`)];
}

function isOnCurve({ p, b }: Curve, x: bigint, y: bigint): boolean {
  // A coordinate of p or more would be a second spelling of the same point.
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

function finding(code: Finding["code"], detail: string): Finding {
  return { code, detail };
}
