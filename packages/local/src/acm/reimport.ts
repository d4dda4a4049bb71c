// What a certificate must share with the one whose ARN it takes over ("Reimporting a certificate", user guide).
import type { X509Certificate } from "node:crypto";
import { AwsError } from "../wire/aws-json.ts";
import { clientAuth, extendedKeyUsages, keyAlgorithmOf, keyUsages } from "./describe-x509.ts";

const refused = (message: string): AwsError => new AwsError("ValidationException", message);

/** Throws ValidationException. */
export function checkReimport(previous: X509Certificate, next: X509Certificate): void {
  if (keyAlgorithmOf(previous) !== keyAlgorithmOf(next)) {
    throw refused("The key type and size of a reimported certificate cannot be changed.");
  }
  checkUsages("Key Usage", keyUsages(previous), keyUsages(next));
  // clientAuth alone may be dropped, since public CAs stopped issuing it: that is how a reimport can break origin mTLS.
  const kept = extendedKeyUsages(previous)?.map(({ OID }) => OID);
  checkUsages(
    "Extended Key Usage",
    kept?.filter(oid => oid !== clientAuth),
    extendedKeyUsages(next)?.map(({ OID }) => OID),
  );
}

/** Values may be added to an extension that was there; none may go, and the extension itself cannot be new. */
function checkUsages(
  name: string,
  previous: readonly string[] | undefined,
  next: readonly string[] | undefined,
): void {
  if (previous === undefined && next !== undefined) {
    throw refused(`The previous certificate has no ${name} extension, so one cannot be added.`);
  }
  if (previous?.some(value => !next?.includes(value))) {
    throw refused(`${name} values of the previous certificate cannot be removed.`);
  }
}
