// ASN1Subject and its limits, as the API model has them.
import * as z from "zod";
import { list, objectIdentifier, text } from "./constraint.ts";

const printable = text(0, 64, "[a-zA-Z0-9'()+-.?:/= ]*");

export const asn1Subject = z.object({
  Country: text(2, 2, "[A-Za-z]{2}").optional(),
  Organization: text(0, 64).optional(),
  OrganizationalUnit: text(0, 64).optional(),
  DistinguishedNameQualifier: printable.optional(),
  State: text(0, 128).optional(),
  CommonName: text(0, 64).optional(),
  SerialNumber: printable.optional(),
  Locality: text(0, 128).optional(),
  Title: text(0, 64).optional(),
  Surname: text(0, 40).optional(),
  GivenName: text(0, 16).optional(),
  Initials: text(0, 5).optional(),
  Pseudonym: text(0, 128).optional(),
  GenerationQualifier: text(0, 3).optional(),
  CustomAttributes: list(
    z.object({ ObjectIdentifier: objectIdentifier, Value: text(1, 256) }),
    1,
    150,
  ).optional(),
});

export type Asn1Subject = z.output<typeof asn1Subject>;
