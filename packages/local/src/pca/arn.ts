// The service's resource names, and which error an ill-chosen one gets.
import { AwsError } from "../wire/aws-json.ts";

export type Account = { readonly accountId: string; readonly region: string };

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

export function authorityArn(account: Account, id: string): string {
  return `arn:aws:acm-pca:${account.region}:${account.accountId}:certificate-authority/${id}`;
}

/** The CA's id. Throws InvalidArnException for an ARN of another shape. */
export function parseAuthorityArn(arn: string): string {
  const id = new RegExp(`^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\\d{12}:certificate-authority/(${UUID})$`).exec(
    arn,
  )?.[1];
  if (id === undefined)
    throw new AwsError("InvalidArnException", `The ARN ${arn} is not a certificate authority.`);
  return id;
}

/** `serial` is 32 hexadecimal digits: the sixteen octets, leading zeros kept. */
export const certificateArn = (authority: string, serial: string): string =>
  `${authority}/certificate/${serial}`;

/** The serial in a certificate's ARN. Throws InvalidArnException unless it is one of this CA's. */
export function parseCertificateArn(arn: string, authority: string): string {
  const tail = arn.startsWith(`${authority}/certificate/`) ? arn.slice(authority.length + 13) : "";
  if (!/^[0-9a-f]{32}$/.test(tail)) {
    throw new AwsError("InvalidArnException", `The ARN ${arn} is not a certificate of ${authority}.`);
  }
  return tail;
}
