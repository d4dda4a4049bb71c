// Size cap, before anything is decoded.

import { always, type PemRule } from "./rule.ts";

export const pemSize: PemRule = {
  name: "pem-size",
  citation: "AWS Private CA API, IssueCertificate: Csr is 1 to 32,768 bytes",
  applies: always,
  check: ({ tooLarge, sizeBytes, limits }) =>
    tooLarge
      ? [
          {
            code: "csr.too_large",
            detail: `the request has ${sizeBytes} bytes, the limit is ${limits.pemBytes}`,
          },
        ]
      : [],
};
