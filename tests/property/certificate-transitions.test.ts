// Whatever is done to a certificate, in whatever order: revoked stays revoked, and no write skips the table.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CertificateState,
  certificateStates,
  certificateTransitions,
  statesBefore,
} from "#core/certificate/certificate.ts";

const state = fc.constantFrom(...certificateStates);
const wishes = fc.array(state, { maxLength: 40 });

/** A conditional write, as the registry makes them: it changes the state only from one that may precede. */
const attempt = (from: CertificateState, to: CertificateState): CertificateState =>
  statesBefore(to).includes(from) ? to : from;

describe("a certificate's state", () => {
  it("never leaves revoked, on any path", () => {
    fc.assert(
      fc.property(state, wishes, wishes, (first, before, after) => {
        const revoked = attempt(before.reduce(attempt, first), "revoked");
        expect(after.reduce(attempt, revoked)).toBe("revoked");
      }),
    );
  });

  it("can be revoked from every state that a path leads to", () => {
    fc.assert(
      fc.property(state, wishes, (first, before) => {
        expect(attempt(before.reduce(attempt, first), "revoked")).toBe("revoked");
      }),
    );
  });

  it("takes no step that the table of transitions does not list", () => {
    fc.assert(
      fc.property(state, state, (from, to) => {
        const listed: readonly CertificateState[] = certificateTransitions[from];
        expect(statesBefore(to).includes(from)).toBe(listed.includes(to));
      }),
    );
  });
});
