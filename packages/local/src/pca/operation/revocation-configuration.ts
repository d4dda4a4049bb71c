// The rules a revocation configuration must keep, and what it adds to issued certificates.
import { AwsError } from "../../wire/aws-json.ts";
import type { RevocationConfiguration } from "../input/authority.ts";
import type { Authority } from "../state/authority.ts";
import { crlDistributionPoint, type Extension, ocspResponder } from "../x509/extension.ts";

const invalid = (message: string): AwsError => new AwsError("InvalidArgsException", message);

/** Throws InvalidArgsException (API reference, "CrlConfiguration" and "OcspConfiguration"). */
export function checkRevocation(configuration: RevocationConfiguration | undefined): void {
  for (const part of [configuration?.CrlConfiguration, configuration?.OcspConfiguration]) {
    if (part?.Enabled === false && Object.keys(part).length > 1) {
      throw invalid("A configuration that disables CRLs or OCSP must contain Enabled=false only.");
    }
  }
  const crl = configuration?.CrlConfiguration;
  if (crl?.Enabled && (crl.S3BucketName === undefined || crl.ExpirationInDays === undefined)) {
    throw invalid("A CRL configuration needs S3BucketName and ExpirationInDays.");
  }
  if (crl?.CustomCname !== undefined && crl.CrlDistributionPointExtensionConfiguration?.OmitExtension) {
    throw invalid("OmitExtension cannot be used together with CustomCname.");
  }
  for (const cname of [crl?.CustomCname, configuration?.OcspConfiguration?.OcspCustomCname]) {
    if (cname?.includes("://")) throw invalid("A custom CNAME must not include a protocol prefix.");
  }
}

/** A part that is not given stays as it was (API reference, "UpdateCertificateAuthority"). */
export function mergeRevocation(
  old: RevocationConfiguration,
  update: RevocationConfiguration,
): RevocationConfiguration {
  return { ...old, ...update };
}

/** CRL distribution point and OCSP responder, as far as the CA's configuration has them on. */
export function revocationExtensions(authority: Authority, region: string): readonly Extension[] {
  const { CrlConfiguration: crl, OcspConfiguration: ocsp } = authority.revocation;
  const extensions: Extension[] = [];
  if (crl?.Enabled && !crl.CrlDistributionPointExtensionConfiguration?.OmitExtension) {
    const host = crl.CustomCname || `${crl.S3BucketName}.s3.${region}.amazonaws.com`;
    extensions.push(crlDistributionPoint(`http://${host}/${crl.CustomPath || "crl"}/${authority.id}.crl`));
  }
  if (ocsp?.Enabled) {
    extensions.push(
      ocspResponder(`http://${ocsp.OcspCustomCname || `ocsp.acm-pca.${region}.amazonaws.com`}`),
    );
  }
  return extensions;
}
