// The shape of a rule: one reason to refuse a CSR, with the clause or attack it answers. all.ts holds the ordered lists.

import type { Bytes } from "../bytes.ts";
import type { DerReading } from "../der/read-der.ts";
import type { Finding } from "../finding.ts";
import type { PemText } from "../pem/read-pem.ts";
import type { CertificationRequest, RequestReading } from "../request/certification-request.ts";

export type Rule<Subject> = {
  /** Kebab case, the name of its file. */
  readonly name: string;
  readonly citation: string;
  /** False where the rule has nothing to look at, or another rule already speaks for the defect. */
  readonly applies: (subject: Subject) => boolean;
  /** All findings of this rule; none when the subject keeps it. */
  readonly check: (subject: Subject) => readonly Finding[] | Promise<readonly Finding[]>;
};

/** What stood between the PEM lines, and what the strict reader made of it. */
export type DerDocument = {
  readonly bytes: Bytes;
  readonly reading: DerReading;
  /** Undefined when the structure could not be followed to its end. */
  readonly request: RequestReading | undefined;
};

export type PemRule = Rule<PemText>;
export type DerRule = Rule<DerDocument>;
export type RequestRule = Rule<CertificationRequest>;

export function always(): boolean {
  return true;
}
