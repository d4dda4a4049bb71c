// The certificate templates as data (AWS Private CA user guide, "template definitions"): what each one fixes, and
// which sources may fill the rest. Priority per extension: template, then API, then request.
import { AwsError } from "../../wire/aws-json.ts";
import {
  basicConstraints,
  EXTENDED_KEY_USAGE_OIDS,
  type Extension,
  extendedKeyUsage,
  keyUsage,
} from "./extension.ts";

export type Template = {
  readonly name: string;
  readonly kind: "root" | "subordinate" | "end-entity";
  /** Set for a subordinate CA only. */
  readonly pathLength: number | undefined;
  readonly fixed: readonly Extension[];
  readonly apiPassthrough: boolean;
  readonly csrPassthrough: boolean;
};

type Variety = "" | "_APIPassthrough" | "_CSRPassthrough" | "_APICSRPassthrough";
type Base = Pick<Template, "name" | "kind" | "fixed"> & { readonly pathLength?: number };

const PASSTHROUGH: readonly Variety[] = ["_APIPassthrough", "_CSRPassthrough", "_APICSRPassthrough"];
const ALL: readonly Variety[] = ["", ...PASSTHROUGH];

const usage = (bits: Parameters<typeof keyUsage>[0]): readonly Extension[] => {
  const extension = keyUsage(bits);
  return extension === undefined ? [] : [extension];
};
const endEntityUsage = usage({ DigitalSignature: true, KeyEncipherment: true });
const authorityUsage = usage({ DigitalSignature: true, KeyCertSign: true, CRLSign: true });
const { SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING, OCSP_SIGNING } = EXTENDED_KEY_USAGE_OIDS;

const endEntity = (name: string, ...fixed: readonly Extension[]): Base => ({
  name,
  kind: "end-entity",
  fixed: [basicConstraints(false, false), ...fixed],
});
const tls = (name: string, ...usages: readonly string[]): Base =>
  endEntity(name, ...endEntityUsage, extendedKeyUsage(usages, false));
// Code and OCSP signing: the usage is critical there, and nothing else may be done with the key.
const signing = (name: string, use: string): Base =>
  endEntity(name, ...usage({ DigitalSignature: true }), extendedKeyUsage([use], true));

const subordinate = (prefix: string, pathLength: number, fixed: readonly Extension[]): Base => ({
  name: `${prefix}_PathLen${pathLength}`,
  kind: "subordinate",
  pathLength,
  fixed: [basicConstraints(true, true, pathLength), ...fixed],
});

const PATH_LENGTHS = [0, 1, 2, 3];

const BASES: readonly (readonly [Base, readonly Variety[]])[] = [
  [
    { name: "RootCACertificate", kind: "root", fixed: [basicConstraints(true, true), ...authorityUsage] },
    ["", "_APIPassthrough"],
  ],
  ...PATH_LENGTHS.map(n => [subordinate("SubordinateCACertificate", n, authorityUsage), ALL] as const),
  ...PATH_LENGTHS.map(n => [subordinate("BlankSubordinateCACertificate", n, []), PASSTHROUGH] as const),
  [tls("EndEntityCertificate", SERVER_AUTH, CLIENT_AUTH), ALL],
  [tls("EndEntityClientAuthCertificate", CLIENT_AUTH), ALL],
  [tls("EndEntityServerAuthCertificate", SERVER_AUTH), ALL],
  [signing("CodeSigningCertificate", CODE_SIGNING), ALL],
  [signing("OCSPSigningCertificate", OCSP_SIGNING), ALL],
  [endEntity("BlankEndEntityCertificate"), PASSTHROUGH],
  [
    {
      name: "BlankEndEntityCertificate_CriticalBasicConstraints",
      kind: "end-entity",
      fixed: [basicConstraints(false, true)],
    },
    PASSTHROUGH,
  ],
];

const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  BASES.flatMap(([base, varieties]) =>
    varieties.map(variety => {
      const name = `${base.name}${variety}`;
      const apiPassthrough = variety === "_APIPassthrough" || variety === "_APICSRPassthrough";
      const csrPassthrough = variety === "_CSRPassthrough" || variety === "_APICSRPassthrough";
      return [name, { ...base, pathLength: base.pathLength, name, apiPassthrough, csrPassthrough }];
    }),
  ),
);

export const DEFAULT_TEMPLATE_ARN = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";

/** The template an ARN names. Throws InvalidArnException for one that does not exist. */
export function findTemplate(templateArn: string): Template {
  const name = /^arn:aws[a-z-]*:acm-pca:::template\/(\w+)\/V1$/.exec(templateArn)?.[1];
  const template = name === undefined ? undefined : TEMPLATES.get(name);
  if (template === undefined) {
    throw new AwsError(
      "InvalidArnException",
      `The template ARN ${templateArn} does not refer to an existing template.`,
    );
  }
  return template;
}
