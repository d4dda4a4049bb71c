// The presented chains that the edge must admit or refuse, each with the log's word for it; built once.
import {
  clientAuth,
  ecKeys,
  makeAuthority,
  makeCertificate,
  makeClient,
  rsaKeys,
  serverAuth,
  type TestCertificate,
} from "./test-authority.ts";
import { now } from "./test-edge.ts";

export const root = makeAuthority("root");
export const intermediate = makeAuthority("intermediate", { issuer: root });
export const other = makeAuthority("other");
const second = 1000;

/** `count` authorities, each under the one before, the first under `root`. */
function tower(count: number): readonly TestCertificate[] {
  const floors: TestCertificate[] = [];
  for (let level = 1; level <= count; level++) {
    floors.push(makeAuthority(`floor ${level}`, { issuer: floors.at(-1) ?? root }));
  }
  return floors;
}
const [floorOne = root, floorTwo = root, floorThree = root, floorFour = root] = tower(4);
const noKeyCertSign = makeAuthority("no keyCertSign", { issuer: root, keyUsage: 0x80 });
const notAuthority = makeAuthority("CA:FALSE", { issuer: root, ca: false });
const pathLengthZero = makeAuthority("pathLen 0", { issuer: root, pathLength: 0 });
const belowPathLength = makeAuthority("below pathLen 0", { issuer: pathLengthZero });
const shaOne = makeAuthority("SHA-1 intermediate", { issuer: root, signature: "ecdsa-sha1" });
const serverOnly = makeAuthority("serverAuth intermediate", { issuer: root, extendedKeyUsage: [serverAuth] });
const impostor = makeAuthority("root");
export const rsaRoot = makeAuthority("rsa root", { keys: rsaKeys() });
const bigExtension = (octets: number) => [Buffer.concat([Buffer.from([0x30, 0x82]), sizeOf(octets)])];

function sizeOf(octets: number): Buffer {
  const oid = Buffer.from("06032a0304", "hex");
  const value = Buffer.alloc(octets);
  const inner = Buffer.concat([Buffer.from([0x04, 0x82, octets >> 8, octets & 0xff]), value]);
  const length = oid.length + inner.length;
  return Buffer.concat([Buffer.from([length >> 8, length & 0xff]), oid, inner]);
}

type Row = {
  readonly name: string;
  readonly client: TestCertificate | undefined;
  readonly chain?: readonly TestCertificate[];
  readonly status: string;
};

export const chainCases: readonly Row[] = [
  { name: "admits a leaf of an authority in the store", client: makeClient(root), status: "Success" },
  { name: "refuses a viewer without a certificate", client: undefined, status: "Failed:ClientCertMissing" },
  {
    name: "refuses a leaf of an authority that is not in the store",
    client: makeClient(other),
    status: "Failed:ClientCertUntrusted",
  },
  {
    name: "refuses a self-signed leaf",
    client: makeCertificate({ subject: ["CN=self"] }),
    status: "Failed:ClientCertUntrusted",
  },
  {
    name: "refuses a leaf of an authority with the trusted name and another key",
    client: makeClient(impostor),
    status: "Failed:ClientCertUntrusted",
  },
  {
    name: "admits through a presented intermediate",
    client: makeClient(intermediate),
    chain: [intermediate],
    status: "Success",
  },
  {
    name: "refuses when the intermediate is not presented",
    client: makeClient(intermediate),
    status: "Failed:ClientCertUntrusted",
  },
  {
    name: "admits with a stranger's certificate before the intermediate",
    client: makeClient(intermediate),
    chain: [other, intermediate],
    status: "Success",
  },
  {
    name: "admits when the anchor is presented too",
    client: makeClient(intermediate),
    chain: [intermediate, root],
    status: "Success",
  },
  {
    name: "admits a leaf and three intermediates",
    client: makeClient(floorThree),
    chain: [floorThree, floorTwo, floorOne],
    status: "Success",
  },
  {
    name: "refuses a leaf and four intermediates",
    client: makeClient(floorFour),
    chain: [floorFour, floorThree, floorTwo, floorOne],
    status: "Failed:ClientCertMaxChainDepthExceeded",
  },
  {
    name: "admits in the last second of validity",
    client: makeClient(root, { notAfter: now }),
    status: "Success",
  },
  {
    name: "refuses a second after it",
    client: makeClient(root, { notAfter: new Date(now.getTime() - second) }),
    status: "Failed:ClientCertExpired",
  },
  {
    name: "admits in the first second of validity",
    client: makeClient(root, { notBefore: now }),
    status: "Success",
  },
  {
    name: "refuses a second before it",
    client: makeClient(root, { notBefore: new Date(now.getTime() + second) }),
    status: "Failed:ClientCertNotYetValid",
  },
  {
    name: "admits without EKU and keyUsage",
    client: makeCertificate({ subject: ["CN=plain"], issuer: root }),
    status: "Success",
  },
  {
    name: "refuses an EKU of serverAuth alone",
    client: makeClient(root, { extendedKeyUsage: [serverAuth] }),
    status: "Failed:ClientCertIntentInvalid",
  },
  {
    name: "admits an EKU of both",
    client: makeClient(root, { extendedKeyUsage: [serverAuth, clientAuth] }),
    status: "Success",
  },
  {
    name: "refuses a keyUsage of keyEncipherment alone",
    client: makeClient(root, { keyUsage: 0x20 }),
    status: "Failed:ClientCertIntentInvalid",
  },
  {
    name: "refuses an intermediate whose EKU excludes clients",
    client: makeClient(serverOnly),
    chain: [serverOnly],
    status: "Failed:ClientCertIntentInvalid",
  },
  {
    name: "refuses an issuer that is not a CA",
    client: makeClient(notAuthority),
    chain: [notAuthority],
    status: "Failed:ClientCertInvalid",
  },
  {
    name: "refuses an issuer without keyCertSign",
    client: makeClient(noKeyCertSign),
    chain: [noKeyCertSign],
    status: "Failed:ClientCertUntrusted",
  },
  {
    name: "admits directly below pathLen 0",
    client: makeClient(pathLengthZero),
    chain: [pathLengthZero],
    status: "Success",
  },
  {
    name: "refuses an authority below pathLen 0",
    client: makeClient(belowPathLength),
    chain: [belowPathLength, pathLengthZero],
    status: "Failed:ClientCertInvalid",
  },
  {
    name: "refuses a leaf signed with SHA-1",
    client: makeClient(root, { signature: "ecdsa-sha1" }),
    status: "Failed:ClientCertTypeUnsupported",
  },
  {
    name: "refuses an intermediate signed with SHA-1",
    client: makeClient(shaOne),
    chain: [shaOne],
    status: "Failed:ClientCertTypeUnsupported",
  },
  {
    name: "refuses a leaf signed with MD5",
    client: makeClient(rsaRoot, { signature: "rsa-md5" }),
    status: "Failed:ClientCertTypeUnsupported",
  },
  {
    name: "admits RSASSA-PSS with SHA-256",
    client: makeClient(rsaRoot, { signature: "rsa-pss-sha256" }),
    status: "Success",
  },
  {
    name: "admits an RSA key of 2048 bits",
    client: makeClient(root, { keys: rsaKeys(2048) }),
    status: "Success",
  },
  {
    name: "refuses an RSA key of 2560 bits",
    client: makeClient(root, { keys: rsaKeys(2560) }),
    status: "Failed:ClientCertTypeUnsupported",
  },
  { name: "admits a P-384 key", client: makeClient(root, { keys: ecKeys("P-384") }), status: "Success" },
  {
    name: "refuses a P-521 key",
    client: makeClient(root, { keys: ecKeys("P-521") }),
    status: "Failed:ClientCertTypeUnsupported",
  },
  {
    name: "admits a certificate of just under 16 KB",
    client: makeClient(root, { extraExtensions: bigExtension(15_800) }),
    status: "Success",
  },
  {
    name: "refuses a certificate of over 16 KB",
    client: makeClient(root, { extraExtensions: bigExtension(16_384) }),
    status: "Failed:ClientCertMaxSizeExceeded",
  },
];
