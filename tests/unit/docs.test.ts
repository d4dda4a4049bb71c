// The documents keep up with the code: codes, findings, paths, links and examples. Prose is for reviewers.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import { enrolRequestSchema } from "#core/enrolment/request.ts";
import { compromiseReportedSchema } from "#core/event/compromise-reported.ts";
import { certificateIssued, certificateRevoked, enrolmentRefused } from "#core/event/outgoing.ts";
import { certificateSuperseded, supersededReturned } from "#core/event/superseded-events.ts";
import { caDriftDetected } from "#core/reconciliation/finding.ts";
import { findingsOf } from "#functions/http/json-body.ts";
import { statusOf } from "#functions/http/problem.ts";
import { treatments } from "#functions/trigger.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const filesBelow = (folder: string, extension: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter(name => name.endsWith(extension))
    .map(name => join(folder, name))
    .sort();
const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(match => match[1] ?? ""))].sort();

// The table of treatments has a row per error code; types see to that.
const codes = Object.keys(treatments).sort() as (keyof typeof treatments)[];
const documents = ["CONTRIBUTING.md", "SECURITY.md", ...filesBelow("docs", ".md")];

describe("the problem pages", () => {
  const pages = filesBelow("docs/problems", ".md").map(path => path.slice("docs/problems/".length, -3));

  it("are one for each error code, and none for anything else", () => {
    expect(pages.filter(page => page !== "README" && page !== "findings")).toEqual(codes);
  });

  it.each(codes)("%s is headed by its code and says its HTTP status", code => {
    expect(read(`docs/problems/${code}.md`)).toMatch(new RegExp(`^# ${code}\n\nHTTP ${statusOf(code)}\\. `));
  });

  it.each(codes)("%s stands in the list with its HTTP status", code => {
    expect(read("docs/problems/README.md")).toContain(`| [${code}](${code}.md) | ${statusOf(code)} |`);
  });
});

describe("the table of findings", () => {
  const listed = matches(read("docs/problems/findings.md"), /^\| `([a-z_]+\.[a-z0-9_]+)` \|/gm);
  const sources = ["packages/core/src", "packages/functions/src"].flatMap(folder =>
    filesBelow(folder, ".ts"),
  );
  const inCode = sources
    .flatMap(path => matches(read(path), /(?:\bcode: |\bfinding\(\s*)"([a-z_]+\.[a-z0-9_]+)"/g))
    .concat(matches(read("packages/core/src/csr/finding.ts"), /^ {2}\| "([a-z_]+\.[a-z0-9_]+)"/gm))
    .filter(code => !(codes as readonly string[]).includes(code));

  it.each([...new Set(inCode)])("has %s, which the code uses", code => {
    expect(listed).toContain(code);
  });

  it("has none that the code does not use", () => {
    expect(listed.filter(code => !code.startsWith("schema.") && !inCode.includes(code))).toEqual([]);
  });

  it.each([
    { body: {}, schema: enrolRequestSchema },
    { body: { holder: "-", profile: "x", csr: "", extra: 1 }, schema: enrolRequestSchema },
    { body: { holder: "a", csr: "x".repeat(32_769) }, schema: enrolRequestSchema },
    { body: { version: "2", certificate: { serial: "" } }, schema: compromiseReportedSchema },
  ])("has every schema finding about $body", ({ body, schema }) => {
    const { error } = schema.safeParse(body);
    const found = error === undefined ? [] : findingsOf(error).map(({ code }) => code);
    expect(found).not.toEqual([]);
    expect(listed).toEqual(expect.arrayContaining(found));
  });
});

describe("every document", () => {
  it.each(documents)("%s names only paths that exist", path => {
    const named = matches(read(path), /`((?:packages|tests|docs|scripts|infra)\/[\w./-]+)`/g);
    expect(named.filter(name => !existsSync(join(root, name)))).toEqual([]);
  });

  it.each(documents)("%s links only to files that exist", path => {
    const links = matches(read(path), /\]\(([^)#:]+)\)/g).map(link => join(dirname(path), link));
    expect(links.filter(link => !existsSync(join(root, link)))).toEqual([]);
  });
});

describe("the examples of docs/events.md", () => {
  const examples = matches(read("docs/events.md"), /```json\n([^`]+)```/g).map(text => JSON.parse(text));
  const exampleOf = (detailType: string) => examples.find(example => example["detail-type"] === detailType);
  const issued = exampleOf("Certificate Issued").detail;
  const certificate = {
    ...issued,
    id: issued.certificate,
    authorityId: issued.authority,
    enrolmentId: issued.enrolment,
    certificateArn: exampleOf("Certificate Revoked").detail.certificateArn,
    notAfter: new Date(issued.notAfter),
    issuedAt: new Date(issued.issuedAt),
  } as Certificate; // What the two events show of one; the example stands for the rest.

  it("hold a report that the schema takes", () => {
    expect(
      compromiseReportedSchema.safeParse(exampleOf("Certificate Compromise Reported").detail).success,
    ).toBe(true);
  });

  it("hold the event of an issued certificate, field by field", () => {
    expect(certificateIssued(certificate).detail).toEqual(issued);
  });

  it("hold the event of a refused enrolment, field by field", () => {
    const { detail } = exampleOf("Enrolment Refused");
    const { subject, tenant, actor, requestId, holder, profile, lot, code, findings } = detail;
    const facts = { holder, profile, lot, code, findings: findings.join(" ") };
    const at = new Date(detail.refusedAt);
    const action = "enrolment.refused";
    expect(enrolmentRefused({ subject, tenant, action, actor, requestId, at, facts }).detail).toEqual(detail);
  });

  it("hold the event of drift at a CA, field by field", () => {
    const { detail } = exampleOf("CA Drift Detected");
    const { authority, report: reportId, cause, certificates } = detail;
    const finding = {
      cause,
      reportId,
      foundAt: new Date(0),
      certificateArn: "",
      subject: "",
      notAfter: new Date(0),
    };
    const findings = (certificates as CertificateId[]).map(id => ({ ...finding, id }));
    expect(caDriftDetected(authority, findings).detail).toEqual(detail);
  });

  it("hold the event of a superseded certificate, field by field", () => {
    const { detail } = exampleOf("Certificate Superseded");
    const proof = {
      successor: detail.successor,
      successorSeenAt: new Date(detail.successorSeenAt),
      supersededAt: new Date(detail.supersededAt),
      retiresAt: new Date(detail.retiresAt),
    };
    expect(certificateSuperseded(certificate, proof).detail).toEqual(detail);
  });

  it("hold the event of one that came back, field by field", () => {
    const { detail } = exampleOf("Superseded Certificate Returned");
    const superseded = { ...certificate, supersededAt: new Date(detail.supersededAt) };
    const handshake = { at: new Date(detail.returnedAt), answer: detail.answer, held: detail.held };
    expect(supersededReturned(superseded, handshake).detail).toEqual(detail);
  });

  it("hold the event of a revoked certificate, field by field", () => {
    const { detail } = exampleOf("Certificate Revoked");
    const { reason, revokedAt, actor } = detail;
    expect(certificateRevoked(certificate, { reason, revokedAt: new Date(revokedAt), actor }).detail).toEqual(
      detail,
    );
  });
});
