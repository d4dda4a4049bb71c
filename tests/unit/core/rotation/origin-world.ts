// An origin authority, ACM's two ARNs, an edge and the registry's row, each with a memory, for runs of the rotation.
import type { AuditRecord } from "#core/audit.ts";
import type { OriginState } from "#core/rotation/origin-state.ts";
import type { OriginUse, ProbeOutcome, RecordedOriginState } from "#core/rotation/ports.ts";
import {
  type RotateOriginDeps,
  type RotateOriginResult,
  rotateOriginCertificate,
} from "#core/rotation/rotate-origin-certificate.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { dayMs, fromNoon, type HandClock, handClock } from "#support/fixed-time.ts";
import { ecKeys, type IssueParts, issueFrom, makeTestCa, type TestCa } from "#support/test-ca.ts";

export type Held = {
  readonly certificatePem: string;
  readonly chainPem: string;
  readonly privateKeyPem?: string;
};

export type World = {
  readonly deps: RotateOriginDeps;
  readonly clock: HandClock;
  readonly ca: TestCa;
  readonly held: Record<OriginUse, Held>;
  readonly revoked: string[];
  readonly audit: AuditRecord[];
  readonly state: () => OriginState | undefined;
  /** What the CA does wrong from now on. */
  readonly caSigns: (parts: IssueParts) => void;
  /** What the edge answers from now on; undefined: by the certificate that it has. */
  readonly edgeAnswers: (use: OriginUse, outcome: ProbeOutcome | undefined) => void;
  readonly run: (force?: boolean, id?: string) => Promise<RotateOriginResult>;
};

const sha256Of = (pem: string) => sha256Hex(new Uint8Array(new x509.X509Certificate(pem).rawData));

const originNames: IssueParts = {
  subject: [{ CN: ["origin.edgecert.internal"] }],
  alternativeNames: [{ type: "dns", value: "origin.edgecert.internal" }],
};

/** A certificate of `ca` for the origin, ninety days from noon unless told otherwise. */
export async function originPair(ca: TestCa, parts: IssueParts = {}, keys = ecKeys()): Promise<Held> {
  const issued = { ...originNames, notAfter: fromNoon(90 * dayMs), serial: "5a", ...parts };
  return { certificatePem: await issueFrom(ca, await keys, issued), chainPem: ca.certificatePem };
}

export async function originWorld(first?: Partial<IssueParts>): Promise<World> {
  const clock = handClock();
  const ca = await makeTestCa({ name: "CN=Origin Root" });
  const pair = await originPair(ca, first);
  const held: Record<OriginUse, Held> = { live: pair, rehearsal: pair };
  const answers: Partial<Record<OriginUse, ProbeOutcome | undefined>> = {};
  const signed = new Map<string, Held>();
  const [revoked, audit]: [string[], AuditRecord[]] = [[], []];
  let row: RecordedOriginState | undefined;
  let wrong: IssueParts = {};
  const deps: RotateOriginDeps = {
    registry: {
      read: async () => row,
      save: async (state, records) => {
        if (state.version !== (row?.version ?? 0)) return undefined;
        audit.push(...records);
        // The brand is the registry's, which this stands for.
        row = { ...state, version: state.version + 1 } as RecordedOriginState;
        return row;
      },
    },
    ca: {
      describe: async () => {
        return {
          status: "ACTIVE",
          keyAlgorithm: "EC_prime256v1",
          certificatePem: ca.certificatePem,
          chainPem: "",
        };
      },
      ask: async ({ csrDer, notAfter }) => {
        const csr = new x509.Pkcs10CertificateRequest(new Uint8Array(csrDer));
        const serial = (0xc0 + signed.size).toString(16);
        const keys = { ...(await ecKeys()), publicKey: await csr.publicKey.export() };
        signed.set(
          `arn/${serial}`,
          await originPair(ca, { serial, notAfter, ...wrong }, Promise.resolve(keys)),
        );
        return `arn/${serial}`;
      },
      collect: async arn => signed.get(arn) ?? "pending",
      revoke: async serial => {
        revoked.push(serial);
      },
    },
    store: {
      read: async use => held[use],
      replace: async (use, material) => {
        held[use] = material;
      },
    },
    probe: async (use, sha256) =>
      answers[use] ?? ((await sha256Of(held[use].certificatePem)) === sha256 ? "seen" : "other"),
    now: clock.now,
    wait: async milliseconds => clock.forward(milliseconds),
  };
  return {
    deps,
    clock,
    ca,
    held,
    revoked,
    audit,
    state: () => row,
    caSigns: parts => {
      wrong = parts;
    },
    edgeAnswers: (use, outcome) => {
      answers[use] = outcome;
    },
    run: (force = false, id = "run-1") =>
      rotateOriginCertificate(deps, { id, actor: "job:test", force, rehearseMs: 60_000, proveMs: 30_000 }),
  };
}
