// Sizes beyond which a CSR is not looked at. They bound the work of every later step (threats B6, B10).

export type CsrLimits = {
  /** UTF-8 bytes of the posted PEM. */
  readonly pemBytes: number;
};

/** IssueCertificate takes a CSR of 1 to 32,768 bytes. A profile may pass a lower limit. */
export const privateCaLimits: CsrLimits = { pemBytes: 32_768 };

/** Nesting levels of one DER value; a real request needs seven. */
export const derDepth = 16;

/** Elements in one DER value; the list of the 150 alternative names the CA takes has 151. */
export const derElements = 512;

/** Findings reported for one CSR; a hostile one could otherwise earn thousands. */
export const findingsShown = 32;
