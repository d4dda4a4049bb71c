// What one distribution's functions are told at build time; the build replaces `EDGE_CONFIGURATION` by the value.

export type EdgeConfiguration = {
  /** For mode `optional`: connections without a certificate are let through, as nobody. */
  readonly admitWithoutCertificate: boolean;
  /**
   * Where the trust store checks OCSP. `refuse-revoked`: an undetermined status passes, as it does where OCSP is off.
   * `require-good`: nothing passes but a determined, good status of every certificate. Or one word for each status.
   */
  readonly ocsp: OcspPreset | OcspPolicy;
  /** Who may enter, of those with a good certificate: anybody, or whoever one of the rules admits. */
  readonly identities: "any" | readonly IdentityRule[];
  /**
   * For the one distribution whose trust store ignores expiry: an expired certificate enters, to renew itself and for
   * nothing else; the registry judges it. Left out, it is refused whatever the trust store does (threat G7).
   */
  readonly admitExpired?: "to-renew";
};

export type OcspPreset = "refuse-revoked" | "require-good";

/** What becomes of a certificate that is neither known to be good nor to be revoked. Revoked ones are always refused. */
export type OcspPolicy = {
  /** The trust store does not ask. `refuse` holds a distribution shut until it does. */
  readonly off: OcspAnswer;
  /** The responder does not know the certificate. */
  readonly unknown: OcspAnswer;
  /** No answer, or none that can be believed. */
  readonly error: OcspAnswer;
};
type OcspAnswer = "admit" | "refuse";

/** As the build inlines it: presets are spelled out. */
export type BuiltConfiguration = Omit<EdgeConfiguration, "ocsp"> & { readonly ocsp: OcspPolicy };

/** Every member that is there must hold. */
export type IdentityRule = {
  /**
   * The authority's id in the store. Without it the rule speaks for authorities with slots only: their subjects are
   * built by our backend, whereas a foreign authority can write any name into the certificates that it signs.
   */
  readonly authority?: string;
  /** The subject's O, exactly. */
  readonly tenant?: string;
  /** The subject's CN; `*` stands for any text. */
  readonly holder?: string;
};

declare global {
  const EDGE_CONFIGURATION: BuiltConfiguration;
}
