// What AWS documents for revocation with a KeyValueStore, written from its description: the serial without colons is the
// key, and a key that exists means deny. (`split`, because njs 0.7.9 has no `replaceAll`.)
import cf from "cloudfront";

// biome-ignore lint/correctness/noUnusedVariables: the runtime calls it by name.
async function connectionHandler(connection) {
  const store = cf.kvs();
  const leaf = connection.clientCertificate.certificates.leaf;
  const revoked = await store.exists(leaf.serialNumber.split(":").join(""));
  if (revoked) {
    return connection.deny();
  }
  return connection.allow();
}
