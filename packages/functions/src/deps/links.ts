// The only reader of Resource: the links that the functions declare, and what every handler shares.
// The other files of this folder have one function per kind of handler, so that a bundle holds the clients it uses.
import { Resource } from "sst/resource";
import { listAuthorities } from "#aws/registry/authority-registry.ts";
import { openRegistryTable, type RegistryTable } from "#aws/registry/client.ts";
import { readProfile } from "#aws/registry/profile-registry.ts";
import { readCertificate } from "#aws/registry/read-certificate.ts";
import { readClaim } from "#aws/registry/read-claim.ts";
import { type ProfileSource, profileSource } from "#core/profile/profile-source.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";
import { type TokenIssuer, tokenVerifier } from "../http/verify-token.ts";

// `Resource` is typed by generated code on a deployed stage; these are the links the functions declare.
type Links = {
  readonly RegistryTable: { readonly name: string };
  readonly EdgeStore: { readonly arn: string };
  readonly Bus: { readonly name: string };
  readonly AuditReports: { readonly name: string };
  readonly Operators: TokenIssuer;
  /** Certificates a second, of the account and Region. */
  readonly CaQuota: { readonly issuePerSecond: number };
  readonly EnrolmentQueue: { readonly url: string };
  readonly RenewalQueue: { readonly url: string };
  /** Deliveries of webhooks. */
  readonly WebhookQueue: { readonly url: string };
  /** What the webhooks' secrets are derived from. */
  readonly WebhookKey: { readonly value: string };
  /** Receivers on other than public addresses, by their host as a URL spells it: none but on a laptop. */
  readonly WebhookReceivers: { readonly insecureHosts: readonly string[] };
  readonly TrustStore: {
    readonly id: string;
    /** Where bundles are put for CloudFront to read, and the bucket's Region. */
    readonly bucket: string;
    readonly region: string;
    /** Whether the edge is to ask the certificates' OCSP responders. */
    readonly useOcsp: boolean;
  };
  /** Of the API at the edge, without a path. */
  readonly EdgeUrl: { readonly url: string };
  readonly OriginCertificate: {
    readonly liveArn: string;
    readonly rehearsalArn: string;
    readonly caArn: string;
    readonly edgeUrl: string;
  };
};

export const links = Resource as unknown as Links;

export const now = (): Date => new Date();

export const registryTable = (): RegistryTable => openRegistryTable(links.RegistryTable.name);

export function authenticateDeps(
  table: RegistryTable,
  authorities: AuthenticateDeps["listAuthorities"] = () => listAuthorities(table),
): AuthenticateDeps {
  return {
    listAuthorities: authorities,
    readCertificate: id => readCertificate(table, id),
    verifyToken: tokenVerifier(links.Operators),
    findClaim: id => readClaim(table, id),
    now,
  };
}

export function profilesOf(table: RegistryTable): ProfileSource {
  return profileSource(name => readProfile(table, name), { keepMs: 5_000, now });
}
