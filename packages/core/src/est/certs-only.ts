// The degenerate SignedData that EST answers with: certificates and nothing signed (RFC 5652 §5.1 and §5.2, RFC 5272
// §4.1). The certificates go in as the bytes they are; a library would take them apart and encode them anew.
import type { Bytes } from "#core/csr/bytes.ts";
import { context, objectIdentifier, sequence, setOf, smallInteger } from "#core/csr/der/write-values.ts";

const signedData = objectIdentifier("1.2.840.113549.1.7.2");
const data = objectIdentifier("1.2.840.113549.1.7.1");

/** PKCS #7 in DER, save that the certificates keep the order given: a client takes the first one for its own. */
export function certsOnly(certificates: readonly Bytes[]): Bytes {
  const digestAlgorithms = setOf();
  const signers = setOf();
  const withoutContent = sequence(data);
  const content = sequence(
    smallInteger(1),
    digestAlgorithms,
    withoutContent,
    context(0, ...certificates),
    signers,
  );
  return sequence(signedData, context(0, content));
}
