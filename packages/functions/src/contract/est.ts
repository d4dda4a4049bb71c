// What the four routes of EST (RFC 7030) share: operations, the label, the media types.
import * as z from "zod";

export const readOperations = ["cacerts", "csrattrs"] as const;
export const enrolOperations = ["simpleenroll", "simplereenroll"] as const;

export const pkcs10Type = "application/pkcs10";
export const pkcs7Type = "application/pkcs7-mime";
export const certsOnlyType = `${pkcs7Type}; smime-type=certs-only`;
export const csrAttributesType = "application/csrattrs";

export const labelSchema = z
  .string()
  .meta({ description: "`<profile>` or `<profile>.<lot>`; `device` where the path has none" });
