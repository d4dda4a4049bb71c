// NODE_EXTRA_CA_CERTS of the function's environment. Node reads it when a process begins, which on Lambda is the
// sandbox; here a sandbox is a thread, so it is read when the thread begins.
import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

export function trustExtraCertificates(path: string | undefined): void {
  if (path === undefined) return;
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(path, "utf8")]);
}
