// Vectors that depend on what the distribution was told: identity rules, OCSP policy, connections without a certificate.

import type { EdgeConfiguration } from "#edge/function/configuration.ts";
import { aConnection, noCertificate, subjectOf } from "./events.ts";
import type { Vector } from "./vector.ts";
import { firstLiveSlot, goodSlot, issuers, revokedSlot } from "./world.ts";

export type ConfiguredVectors = {
  readonly name: string;
  readonly configuration: EdgeConfiguration;
  readonly vectors: readonly Vector[];
};

export const plain: EdgeConfiguration = {
  admitWithoutCertificate: false,
  ocsp: "refuse-revoked",
  identities: "any",
};

type Client = readonly [holder: string, tenant: string, reason: string];

const clients: readonly Client[] = [
  ["device-7", "acme", "good"],
  ["device-", "acme", "good"],
  ["device-7", "other", "identity"],
  ["device", "acme", "identity"],
  ["xdevice-7", "acme", "identity"],
  ["Device-7", "acme", "identity"],
  ["", "acme", "identity"],
  ["device-7", "", "identity"],
  ["device-7", "acme-2", "identity"],
  ["gateway-eu-west", "other", "good"],
  ["gateway-west", "other", "identity"],
  ["gateway-eu-west-2", "other", "identity"],
];

const identities: ConfiguredVectors = {
  name: "identity rules",
  configuration: {
    ...plain,
    identities: [
      { tenant: "acme", holder: "device-*" },
      { holder: "gateway-*-west" },
      { authority: "p1", holder: "partner-1" },
    ],
  },
  vectors: [
    ...clients.map(([holder, tenant, reason]) => ({
      name: `holder "${holder}" of tenant "${tenant}"`,
      event: aConnection({ subject: subjectOf(goodSlot, holder, tenant) }),
      reason,
    })),
    admitted("a permitted holder, revoked", subjectOf(revokedSlot), issuers.managed, "revoked"),
    admitted("two CNs", `${subjectOf(goodSlot)}, CN=device-8`, issuers.managed, "identity"),
    admitted("two Os", `${subjectOf(goodSlot)}, O=acme`, issuers.managed, "identity"),
    // The rules for our own subjects must not be open to whatever a foreign CA writes.
    admitted("a foreign holder with a device's name", subjectOf(goodSlot), issuers.foreign, "identity"),
    admitted("the foreign holder that is named", "O=Partner, CN=partner-1", issuers.foreign, "good"),
    admitted("another foreign holder", "O=Partner, CN=partner-2", issuers.foreign, "identity"),
    admitted(
      "a foreign holder behind an escape",
      "O=Partner\\, CN=x, CN=partner-1",
      issuers.foreign,
      "identity",
    ),
    admitted(
      "our own holder under the foreign rule's name",
      subjectOf(goodSlot, "partner-1"),
      issuers.managed,
      "identity",
    ),
  ],
};

const optional: ConfiguredVectors = {
  name: "mode optional",
  configuration: { ...plain, admitWithoutCertificate: true },
  vectors: [
    { name: "no certificate", event: noCertificate, reason: "anonymous" },
    { name: "a good certificate", event: aConnection(), reason: "good" },
    {
      name: "a revoked certificate",
      event: aConnection({ subject: subjectOf(revokedSlot) }),
      reason: "revoked",
    },
    {
      name: "an unreadable certificate",
      event: { ...noCertificate, clientCertificate: {} },
      reason: "exception",
    },
    { name: "a certificate without a leaf", event: withoutLeaf(), reason: "exception" },
    { name: "no certificate and no store", event: noCertificate, fault: "no-store", reason: "exception" },
  ],
};

type Chain = readonly [
  chainValidity: string,
  leaf: string,
  intermediates: readonly string[],
  soft: string,
  hard: string,
  /** What the responder does not know is refused, a responder that is down is passed by. */
  mixed: string,
];

const chains: readonly Chain[] = [
  ["Valid", "Good", [], "good", "good", "good"],
  ["Valid", "Good", ["Good", "Good"], "good", "good", "good"],
  ["Invalid", "Revoked", [], "ocsp", "ocsp", "ocsp"],
  ["Invalid", "Good", ["Revoked"], "ocsp", "ocsp", "ocsp"],
  ["Invalid", "Good", [], "ocsp", "ocsp", "ocsp"],
  ["Valid", "Revoked", [], "ocsp", "ocsp", "ocsp"],
  ["Valid", "Good", ["Revoked"], "ocsp", "ocsp", "ocsp"],
  ["Unknown", "Unknown", [], "good", "ocsp", "ocsp"],
  ["Unknown", "Error", [], "good", "ocsp", "good"],
  ["Unknown", "Good", ["Error"], "good", "ocsp", "good"],
  ["Valid", "Unknown", [], "good", "ocsp", "ocsp"],
  ["Unknown", "Good", [], "good", "ocsp", "ocsp"],
  ["Valid", "Undocumented", [], "good", "ocsp", "ocsp"],
  ["Invalid", "Error", [], "ocsp", "ocsp", "ocsp"],
];

const softOcsp: ConfiguredVectors = {
  name: "OCSP, soft",
  configuration: plain,
  vectors: ocspVectors(chain => chain[3], "good"),
};
const hardOcsp: ConfiguredVectors = {
  name: "OCSP, hard",
  configuration: { ...plain, ocsp: "require-good" },
  vectors: ocspVectors(chain => chain[4], "ocsp"),
};

const mixedOcsp: ConfiguredVectors = {
  name: "OCSP, a word for each status",
  configuration: { ...plain, ocsp: { off: "admit", unknown: "refuse", error: "admit" } },
  vectors: ocspVectors(chain => chain[5], "good"),
};

const expired = { notAfter: "2026-03-01T10:00:00Z" };

const renewal: ConfiguredVectors = {
  name: "expired certificates admitted to renew",
  configuration: { ...plain, admitExpired: "to-renew" },
  vectors: [
    { name: "one that is valid", event: aConnection(), reason: "good" },
    { name: "one that expired", event: aConnection(expired), reason: "good" },
    { name: "notAfter of no date", event: aConnection({ notAfter: "never" }), reason: "expired" },
    { name: "no notAfter", event: aConnection({ notAfter: null }), reason: "expired" },
    {
      name: "below the first live slot",
      event: aConnection({ ...expired, subject: subjectOf(firstLiveSlot - 1) }),
      reason: "good",
    },
    {
      name: "of a page that is gone",
      event: aConnection({ ...expired, subject: subjectOf(0x7000) }),
      reason: "good",
    },
    {
      name: "one that is revoked",
      event: aConnection({ ...expired, subject: subjectOf(revokedSlot) }),
      reason: "revoked",
    },
    {
      name: "issued before the floor",
      event: aConnection({ ...expired, notBefore: "2025-12-31T23:59:59Z" }),
      reason: "not_before_floor",
    },
    { name: "no certificate", event: noCertificate, reason: "no_certificate" },
    { name: "no store", event: aConnection(expired), fault: "no-store", reason: "exception" },
  ],
};

export const configuredVectors: readonly ConfiguredVectors[] = [
  identities,
  optional,
  softOcsp,
  hardOcsp,
  mixedOcsp,
  renewal,
];

function admitted(name: string, subject: string, issuer: string, reason: string): Vector {
  return { name, event: aConnection({ subject, issuer }), reason };
}

function withoutLeaf(): unknown {
  return { ...noCertificate, clientCertificate: { certificates: { intermediates: [] } } };
}

function ocspVectors(expected: (chain: Chain) => string, whenOff: string): readonly Vector[] {
  const vectors = chains.map(chain => {
    const [chainValidity, leaf, intermediates] = chain;
    const certificates = { leaf: { status: leaf }, intermediates: intermediates.map(status => ({ status })) };
    const event = aConnection({}, { revocationStatus: { chainValidity, certificates } });
    return { name: `${chainValidity}: ${leaf}, ${intermediates.join(" ")}`, event, reason: expected(chain) };
  });
  return [...vectors, { name: "OCSP off", event: aConnection(), reason: whenOff }];
}
