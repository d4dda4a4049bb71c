// The cidr operator: `10.0.0.0/24`, `2001:db8::/32`. Pure.
import { BlockList, isIP } from "node:net";

/** The test that `cidr` spells. Throws what `invalid` makes of the reason. */
export function parseAddressRange(
  cidr: string,
  invalid: (reason: string) => Error,
): (text: string) => boolean {
  const [address = "", mask, extra] = cidr.split("/");
  if (mask === undefined || extra !== undefined) throw invalid("Malformed CIDR, one '/' required");
  if (!/^\d+$/.test(mask)) throw invalid("Malformed CIDR, mask bits must be an integer");
  const version = isIP(address);
  if (version === 0) throw invalid(`Nonstandard IP address: ${address}`);
  const bits = Number(mask);
  if (bits > (version === 4 ? 32 : 128))
    throw invalid(`${version === 4 ? "IPv4" : "IPv6"} mask bits must be < ${version === 4 ? 32 : 128}`);
  const range = new BlockList();
  range.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6");
  // Only addresses of the same family: BlockList would also look into IPv4-mapped IPv6 addresses.
  return text => isIP(text) === version && range.check(text, version === 4 ? "ipv4" : "ipv6");
}
