// GeneralName and AccessDescription, as the API model has them.
import * as z from "zod";
import { choice, list, objectIdentifier, text } from "./constraint.ts";
import { asn1Subject } from "./subject.ts";

export const generalName = z.object({
  OtherName: z.object({ TypeId: objectIdentifier, Value: text(0, 256) }).optional(),
  Rfc822Name: text(0, 256).optional(),
  DnsName: text(0, 253).optional(),
  DirectoryName: asn1Subject.optional(),
  EdiPartyName: z.object({ PartyName: text(0, 256), NameAssigner: text(0, 256).optional() }).optional(),
  UniformResourceIdentifier: text(0, 253).optional(),
  IpAddress: text(0, 39).optional(),
  RegisteredId: objectIdentifier.optional(),
});

export type GeneralName = z.output<typeof generalName>;

export const accessDescriptions = list(
  z.object({
    AccessMethod: z.object({
      CustomObjectIdentifier: objectIdentifier.optional(),
      AccessMethodType: choice(["CA_REPOSITORY", "RESOURCE_PKI_MANIFEST", "RESOURCE_PKI_NOTIFY"]).optional(),
    }),
    AccessLocation: generalName,
  }),
  0,
  Number.MAX_SAFE_INTEGER,
);
