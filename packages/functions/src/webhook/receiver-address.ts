// Which receivers a webhook may call: public addresses over HTTPS. An operator's URL must not make our functions talk to
// themselves, to the instance metadata or to a private network (server-side request forgery).
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Written out by whoever deploys; the local cloud has its own machine in it. Such hosts may be plain HTTP too. */
export type InsecureHosts = readonly string[];

// The special-purpose registries of IANA: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-.
const notPublic = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  notPublic.addSubnet(network, prefix, "ipv4");
// What tunnels IPv4 (Teredo within 2001::/23, 6to4), and documentation.
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  notPublic.addSubnet(network, prefix, "ipv6");

/** All of IPv6 that is routed on the internet; IPv4-mapped and NAT64 addresses lie outside. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

export function isPublicAddress(address: string): boolean {
  // A zone names a link, and the list takes none.
  if (address.includes("%")) return false;
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, "ipv4");
    case 6:
      return globalUnicast.check(address, "ipv6") && !notPublic.check(address, "ipv6");
    default:
      return false;
  }
}

/** As the URL's own parser spells the host: `0x7f.1` and `2130706433` are `127.0.0.1` by then. */
export function judgeUrl(text: string, insecureHosts: InsecureHosts): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return "it is no URL";
  if (url.username !== "" || url.password !== "") return "it holds a user name or a password";
  if (url.hash !== "") return "it holds a fragment";
  if (insecureHosts.includes(url.hostname)) {
    return ["http:", "https:"].includes(url.protocol) ? undefined : "only http and https are spoken";
  }
  if (url.protocol !== "https:") return "only https is spoken";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) !== 0 && !isPublicAddress(host) ? "its address is not a public one" : undefined;
}

export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>;

/** Looks its name up too: every address of it must be public. Never rejects. */
export async function judgeReceiver(
  text: string,
  insecureHosts: InsecureHosts,
  resolve: Resolve = host => lookup(host, { all: true }),
): Promise<string | undefined> {
  const refusal = judgeUrl(text, insecureHosts);
  if (refusal !== undefined) return refusal;
  const host = new URL(text).hostname;
  if (insecureHosts.includes(host) || isIP(host.replace(/^\[|\]$/g, "")) !== 0) return undefined;
  try {
    const found = await resolve(host);
    return found.length > 0 && found.every(({ address }) => isPublicAddress(address))
      ? undefined
      : "its address is not a public one";
  } catch {
    return "its name does not resolve";
  }
}
