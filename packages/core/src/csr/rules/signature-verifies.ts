// Proof of possession: the request is signed by the key in it. Verified here, before the CA is asked (invariant I1).

import { isSigned, isVerifiable } from "../self-signature.ts";
import type { RequestRule } from "./rule.ts";

export const signatureVerifies: RequestRule = {
  name: "signature-verifies",
  citation: "RFC 2986 §4.2; threat B3",
  applies: isVerifiable,
  check: async request =>
    (await isSigned(request))
      ? []
      : [{ code: "csr.signature_invalid", detail: "the request is not signed by the key in it" }],
};
