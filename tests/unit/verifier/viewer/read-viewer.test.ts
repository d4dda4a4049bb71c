// Nobody is identified by a header that somebody else could have written, or by two that disagree (threat H1).
import { beforeAll, describe, expect, it } from "vitest";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { type Trust, trustViewers } from "#verifier/chain/trust.ts";
import type { HeaderPair } from "#verifier/viewer/headers.ts";
import { readViewer } from "#verifier/viewer/read-viewer.ts";
import {
  makeAuthority,
  makeClient,
  sha256,
  type TestCertificate,
} from "../../../contract/edge/test-authority.ts";

let client: TestCertificate;
let headers: Record<string, string>;
beforeAll(() => {
  const authority = makeAuthority("Device CA");
  client = makeClient(authority, { subject: ["O=acme", "OU=ec-1a2f3", "CN=device-1"], serialHex: "009e2a" });
  headers = {
    "CloudFront-Viewer-Cert-Present": "1",
    "CloudFront-Viewer-Cert-Serial-Number": "00:9e:2a",
    "CloudFront-Viewer-Cert-Issuer": "CN=Device CA,O=Edgecert Test,C=US",
    "CloudFront-Viewer-Cert-Subject": "CN=device-1,OU=ec-1a2f3,O=acme",
    "CloudFront-Viewer-Cert-Sha256": sha256(client.der),
    "CloudFront-Viewer-Cert-Validity": "NotBefore=2026-01-01T00:00:00Z;NotAfter=2036-01-01T00:00:00Z",
    "CloudFront-Viewer-Cert-Pem": encodeURIComponent(client.pem),
    "x-edgecert-authority": "m1",
    "x-edgecert-serial": "9e2a",
    "x-edgecert-tenant": "acme",
    "x-edgecert-holder": "device-1",
  };
});

const required = [
  "CloudFront-Viewer-Cert-Present",
  "CloudFront-Viewer-Cert-Serial-Number",
  "CloudFront-Viewer-Cert-Issuer",
  "CloudFront-Viewer-Cert-Subject",
  "CloudFront-Viewer-Cert-Sha256",
  "x-edgecert-authority",
  "x-edgecert-serial",
];
const optional = ["CloudFront-Viewer-Cert-Validity", "CloudFront-Viewer-Cert-Pem"];

const read = (pairs: readonly HeaderPair[], edgeHeaders: "required" | "ignored" = "required", now = noon) =>
  readViewer(pairs, { edgeHeaders, now, passthrough: undefined });
const sent = (changes: Readonly<Record<string, string | undefined>> = {}): readonly HeaderPair[] =>
  Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
const refusal = (code: string, header: string) => ({
  kind: "refused",
  reasons: expect.arrayContaining([{ code, header: header.toLowerCase() }]),
});

describe("a viewer", () => {
  it("is whom all headers agree on, with its certificate", () => {
    const verdict = read([["Host", "example.com"], ...sent()]);
    expect(verdict).toMatchObject({
      kind: "identified",
      viewer: {
        serial: "9e2a",
        sha256: sha256(client.der),
        issuerText: "CN=Device CA,O=Edgecert Test,C=US",
        subject: [
          [{ type: "CN", value: "device-1" }],
          [{ type: "OU", value: "ec-1a2f3" }],
          [{ type: "O", value: "acme" }],
        ],
        authority: "m1",
        tenant: "acme",
        holder: "device-1",
        slot: 0x1a2f3,
        renewalOnly: false,
        validity: { notAfter: new Date("2036-01-01T00:00:00Z") },
      },
    });
    expect(verdict.kind === "identified" && verdict.viewer.certificate?.raw.equals(client.der)).toBe(true);
  });

  it("may have its headers in lower case throughout", () => {
    const lower = sent().map(([name, value]) => [name.toLowerCase(), value] as const);
    expect(read(lower).kind).toBe("identified");
  });

  it("of a foreign authority has no tenant, holder or slot, whatever its subject says", () => {
    const foreign = sent({ "x-edgecert-tenant": undefined, "x-edgecert-holder": undefined });
    expect(read(foreign)).toMatchObject({
      kind: "identified",
      viewer: { authority: "m1", tenant: undefined, holder: undefined, slot: undefined },
    });
  });

  it("is not named by the edge's headers where no edge function keeps viewers from writing them", () => {
    expect(read(sent({ "x-edgecert-tenant": "umbrella" }), "ignored")).toMatchObject({
      kind: "identified",
      viewer: { serial: "9e2a", authority: undefined, tenant: undefined, holder: undefined, slot: undefined },
    });
  });

  it("without a certificate is anonymous, and only if no header says otherwise", () => {
    const none: readonly HeaderPair[] = [["CloudFront-Viewer-Cert-Present", "0"]];
    expect(read(none)).toEqual({ kind: "anonymous" });
    expect(read([...none, ["x-edgecert-tenant", "acme"]], "ignored")).toEqual({ kind: "anonymous" });
    for (const name of [...required.slice(1), ...optional]) {
      expect(read([...none, [name, headers[name] ?? ""]])).toEqual(refusal("header_disagrees", name));
    }
    expect(read([])).toEqual(refusal("header_missing", "cloudfront-viewer-cert-present"));
  });
});

describe("validity", () => {
  it("includes its last second, and no instant more", () => {
    const until = (notAfter: Date) => ({
      "CloudFront-Viewer-Cert-Pem": undefined,
      "CloudFront-Viewer-Cert-Validity": `NotBefore=2026-01-01T00:00:00Z;NotAfter=${notAfter.toISOString().slice(0, 19)}Z`,
    });
    expect(read(sent(until(noon))).kind).toBe("identified");
    const expired = sent(until(fromNoon(-1000)));
    expect(read(expired)).toEqual(refusal("viewer_certificate_expired", "cloudfront-viewer-cert-validity"));
    expect(read([...expired, ["x-edgecert-listener", "renewal"]])).toMatchObject({
      kind: "identified",
      viewer: { renewalOnly: true },
    });
    expect(read([...expired, ["x-edgecert-listener", "renewal"]], "ignored").kind).toBe("refused");
  });
});

describe("a request is refused", () => {
  it.each(required)("without %s", name => {
    expect(read(sent({ [name]: undefined }))).toEqual(refusal("header_missing", name));
  });

  it.each([...required, ...optional, "x-edgecert-tenant"])(
    "when %s came twice, even with one value",
    name => {
      const value = headers[name] ?? "";
      expect(read([...sent(), [name, value]])).toEqual(refusal("header_repeated", name));
      expect(read([[name, value], ...sent()])).toEqual(refusal("header_repeated", name));
      // As gateways join them.
      expect(read(sent({ [name]: `${value},${value}` })).kind).toBe("refused");
    },
  );

  it.each([...required, ...optional])("with %s in a spelling that some server folds into it", name => {
    const value = headers[name] ?? "";
    const spellings = [
      name.toUpperCase(),
      name.replace(/-/g, "_"),
      name.replace("-", "."),
      name.replace("C", "c").replace("x", "X"),
    ];
    for (const spelling of spellings) {
      const alone = Object.entries(headers).map(
        ([key, own]) => [key === name ? spelling : key, own] as const,
      );
      expect(read(alone)).toEqual(refusal("header_misspelled", name));
      expect(read([...sent(), [spelling, value]])).toEqual(refusal("header_repeated", name));
    }
  });

  it.each<readonly [string, string, string]>([
    ["CloudFront-Viewer-Cert-Present", "true", "header_malformed"],
    ["CloudFront-Viewer-Cert-Serial-Number", "x", "header_malformed"],
    ["CloudFront-Viewer-Cert-Serial-Number", "9e2a ", "header_malformed"],
    ["CloudFront-Viewer-Cert-Serial-Number", "9e2b", "header_disagrees"],
    ["CloudFront-Viewer-Cert-Sha256", "c5".repeat(31), "header_malformed"],
    ["CloudFront-Viewer-Cert-Sha256", "C5".repeat(32), "header_malformed"],
    ["CloudFront-Viewer-Cert-Sha256", "c5".repeat(32), "header_disagrees"],
    ["CloudFront-Viewer-Cert-Issuer", "Device CA", "header_malformed"],
    ["CloudFront-Viewer-Cert-Issuer", "CN=Device CA", "header_disagrees"],
    ["CloudFront-Viewer-Cert-Subject", "", "header_malformed"],
    ["CloudFront-Viewer-Cert-Subject", "CN=device-1,OU=ec-1a2f4,O=acme", "header_disagrees"],
    ["CloudFront-Viewer-Cert-Subject", "CN=device-1\\,OU=ec-1a2f3\\,O=acme", "header_disagrees"],
    ["CloudFront-Viewer-Cert-Validity", "NotAfter=2036-01-01T00:00:00Z", "header_malformed"],
    [
      "CloudFront-Viewer-Cert-Validity",
      "NotBefore=2026-13-01T00:00:00Z;NotAfter=2036-01-01T00:00:00Z",
      "header_malformed",
    ],
    ["CloudFront-Viewer-Cert-Pem", "%zz", "header_malformed"],
    ["CloudFront-Viewer-Cert-Pem", "-----BEGIN CERTIFICATE-----", "header_malformed"],
    ["x-edgecert-authority", "M1", "header_malformed"],
    ["x-edgecert-serial", "9E2A", "header_disagrees"],
    ["x-edgecert-tenant", "umbrella", "header_disagrees"],
    ["x-edgecert-holder", "device-2", "header_disagrees"],
    ["x-edgecert-listener", "admin", "header_malformed"],
  ])("with %s: %s", (name, value, code) => {
    expect(read(sent({ [name]: value }))).toEqual(refusal(code, name));
  });

  it.each([
    "CN=device-1,OU=ec-1a2f3,OU=ec-1,O=acme",
    "CN=device-1,OU=ec-01a2f3,O=acme",
    "CN=device-1,O=acme",
    "CN=device-1,OU=ec-1a2f3,O=acme,CN=device-1",
    "CN=device-1,OU=ec-1a2f3,O=acme+O=umbrella",
    "CN=device-1,OU=ec-1a2f3,O=acme,2.5.4.10=umbrella",
  ])("when the edge names a tenant that this subject does not have: %s", subject => {
    const changes = { "CloudFront-Viewer-Cert-Pem": undefined, "CloudFront-Viewer-Cert-Subject": subject };
    expect(read(sent(changes)).kind).toBe("refused");
  });

  it("with a certificate of somebody else in one header", () => {
    const other = makeClient(makeAuthority("Device CA"), {
      subject: ["O=acme", "OU=ec-1a2f3", "CN=device-1"],
      serialHex: "009e2a",
    });
    expect(read(sent({ "CloudFront-Viewer-Cert-Pem": encodeURIComponent(other.pem) }))).toEqual(
      refusal("header_disagrees", "cloudfront-viewer-cert-sha256"),
    );
    expect(read(sent({ "CloudFront-Viewer-Cert-Pem": encodeURIComponent(client.pem + other.pem) }))).toEqual(
      refusal("header_malformed", "cloudfront-viewer-cert-pem"),
    );
  });
});

it("reads names with escapes, several values and foreign letters as the certificate has them", () => {
  const subject = ["C=US", "O=A, B + C", "CN= müller ☃\n"];
  const odd = makeClient(makeAuthority("Device CA"), { subject, serialHex: "04" });
  const changes = {
    "CloudFront-Viewer-Cert-Serial-Number": "04",
    "CloudFront-Viewer-Cert-Sha256": sha256(odd.der),
    "CloudFront-Viewer-Cert-Pem": encodeURIComponent(odd.pem),
    "CloudFront-Viewer-Cert-Subject": "CN=\\ m\\C3\\BCller \\E2\\98\\83\\0A,O=A\\, B \\+ C,C=US",
  };
  expect(read(sent(changes), "ignored")).toMatchObject({
    kind: "identified",
    viewer: { subject: [[{ value: " müller ☃\n" }], [{ value: "A, B + C" }], [{ value: "US" }]] },
  });
});

describe("in passthrough mode", () => {
  const root = makeAuthority("Device CA");
  const below = makeAuthority("Below", { issuer: root });
  const leaf = makeClient(below, { subject: ["O=acme", "OU=ec-1a2f3", "CN=device-1"], serialHex: "009e2a" });
  const item = ({ der }: TestCertificate) => `:${der.toString("base64")}:`;
  const passed: readonly HeaderPair[] = [
    ["CloudFront-Viewer-Cert-Present", "1"],
    ["CloudFront-Viewer-Cert-Serial-Number", "00:9e:2a"],
    ["CloudFront-Viewer-Cert-Issuer", "CN=Below,O=Edgecert Test,C=US"],
    ["CloudFront-Viewer-Cert-Subject", "CN=device-1,OU=ec-1a2f3,O=acme"],
  ];
  const clientCert = ["Client-Cert", item(leaf)] as const;
  const chain = ["Client-Cert-Chain", item(below)] as const;
  const judge = (extra: readonly HeaderPair[], passthrough: Trust | undefined = trustViewers(root.pem)) =>
    readViewer([...passed, ...extra], { edgeHeaders: "ignored", now: noon, passthrough });

  it("a viewer is whose chain leads to a trusted authority, in one line or several", () => {
    const whole = { kind: "identified", viewer: { serial: "9e2a", sha256: sha256(leaf.der) } };
    expect(judge([clientCert, chain])).toMatchObject(whole);
    expect(judge([clientCert, ["Client-Cert-Chain", `${item(root)}, ${item(below)}`]])).toMatchObject(whole);
    expect(judge([clientCert, chain, ["client-cert-chain", item(root)]])).toMatchObject(whole);
  });

  it.each<readonly [string, () => readonly HeaderPair[], string]>([
    ["without its certificate", () => [chain], "header_missing"],
    ["without its chain", () => [clientCert], "viewer_certificate_untrusted"],
    [
      "with two certificates",
      () => [["Client-Cert", `${item(leaf)}, ${item(below)}`], chain],
      "header_malformed",
    ],
    ["with the header twice", () => [clientCert, clientCert, chain], "header_repeated"],
    ["with no base64", () => [["Client-Cert", ":x:"], chain], "header_malformed"],
    ["with what is no certificate", () => [["Client-Cert", ":AAAA:"], chain], "viewer_certificate_malformed"],
  ])("nobody is identified %s", (_, extra, code) => {
    expect(judge(extra())).toEqual(refusal(code, "client-cert"));
  });

  it("nobody is identified by another's certificate, by a malformed chain, or where the origin was not told", () => {
    const other = makeClient(below, { subject: ["O=acme", "OU=ec-1a2f3", "CN=device-1"], serialHex: "01" });
    expect(judge([["Client-Cert", item(other)], chain])).toEqual(
      refusal("header_disagrees", "cloudfront-viewer-cert-serial-number"),
    );
    expect(judge([clientCert, ["Client-Cert-Chain", "x"]])).toEqual(
      refusal("header_malformed", "client-cert-chain"),
    );
    const digest = ["CloudFront-Viewer-Cert-Sha256", sha256(leaf.der)] as const;
    expect(
      readViewer([...passed, clientCert, digest], {
        edgeHeaders: "ignored",
        now: noon,
        passthrough: undefined,
      }),
    ).toEqual(refusal("header_unexpected", "client-cert"));
  });
});
