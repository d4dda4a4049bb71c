// What a stage is told from outside, in EDGECERT_… variables (SST reads `.env.<stage>` too). Everything that is missing
// or malformed is said at once. Nothing here is secret: ARNs, host names and modes.

/** Host names of the three distributions. */
export type Domains = { readonly content: string; readonly api: string; readonly renewal: string };

export type ViewerMode = "required" | "optional" | "passthrough";

export type StageConfig = {
  /** The CAs that sign devices' certificates. They outlive every stage: none is created here. */
  readonly issuingCaArns: readonly string[];
  readonly originCaArn: string;
  /** In ACM: what the edge shows to the API and to the content origin, and what rotation rehearses with. */
  readonly originCertificateArns: { readonly live: string; readonly rehearsal: string };
  /** In ACM: the server certificate of all three domains, also at the API's gateway. */
  readonly viewerCertificateArn: string;
  readonly domains: Domains;
  readonly contentOrigin: { readonly domain: string; readonly mutualTls: boolean };
  readonly contentMode: ViewerMode;
  /** Whether the edge asks the certificates' OCSP responders, and what an undetermined answer means to its function. */
  readonly ocsp: "off" | "refuse-revoked" | "require-good";
  readonly advertiseCaNames: boolean;
  readonly operators: { readonly issuer: string; readonly audience: string; readonly jwksUri: string };
  readonly issuePerSecond: number;
  /** Other accounts that may put compromise reports on the bus. */
  readonly reporterAccounts: readonly string[];
  readonly alarmTopicArn: string | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;
type Rule = { readonly pattern: RegExp; readonly means: string };

const account = "[0-9]{12}";
const caArn: Rule = {
  pattern: new RegExp(`^arn:aws:acm-pca:us-east-1:${account}:certificate-authority/[0-9a-f-]{36}$`),
  means: "the ARN of a Private CA in us-east-1",
};
const acmArn: Rule = {
  pattern: new RegExp(`^arn:aws:acm:us-east-1:${account}:certificate/[0-9a-f-]{36}$`),
  means: "the ARN of an ACM certificate in us-east-1",
};
const domain: Rule = {
  pattern: /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
  means: "a host name in lower case",
};
const httpsUrl: Rule = { pattern: /^https:\/\/[^\s?#]+$/, means: "an https URL" };
const anyText: Rule = { pattern: /^\S.*$/, means: "text" };
const rate: Rule = { pattern: /^[1-9][0-9]{0,4}$/, means: "certificates a second, 1 to 99999" };
const accountId: Rule = { pattern: new RegExp(`^${account}$`), means: "a 12-digit account id" };
const topicArn: Rule = {
  pattern: new RegExp(`^arn:aws:sns:us-east-1:${account}:[A-Za-z0-9_-]+$`),
  means: "the ARN of an SNS topic in us-east-1",
};

/** Throws an Error that names every variable at fault. */
export function readStageConfig(environment: Environment): StageConfig {
  const { faults, text, list, choice } = variablesOf(environment);
  const config: StageConfig = {
    issuingCaArns: list("ISSUING_CAS", caArn),
    originCaArn: text("ORIGIN_CA", caArn),
    originCertificateArns: {
      live: text("ORIGIN_CERTIFICATE", acmArn),
      rehearsal: text("REHEARSAL_CERTIFICATE", acmArn),
    },
    viewerCertificateArn: text("VIEWER_CERTIFICATE", acmArn),
    domains: {
      content: text("CONTENT_DOMAIN", domain),
      api: text("API_DOMAIN", domain),
      renewal: text("RENEWAL_DOMAIN", domain),
    },
    contentOrigin: {
      domain: text("CONTENT_ORIGIN", domain),
      mutualTls: choice("CONTENT_ORIGIN_MTLS", "on", "off") === "on",
    },
    contentMode: choice<ViewerMode>("CONTENT_MODE", "required", "optional", "passthrough"),
    ocsp: choice<StageConfig["ocsp"]>("OCSP", "off", "refuse-revoked", "require-good"),
    advertiseCaNames: choice("ADVERTISE_CA_NAMES", "on", "off") === "on",
    operators: {
      issuer: text("OPERATORS_ISSUER", httpsUrl),
      audience: text("OPERATORS_AUDIENCE", anyText),
      jwksUri: text("OPERATORS_JWKS", httpsUrl),
    },
    issuePerSecond: Number(text("CA_RATE", rate, "25")),
    reporterAccounts: list("REPORTERS", accountId),
    alarmTopicArn: environment["EDGECERT_ALARM_TOPIC"] ? text("ALARM_TOPIC", topicArn) : undefined,
  };
  const all = [...faults, ...contradictions(config)];
  if (all.length > 0) throw new Error(`The stage's configuration (docs/deploy.md):\n${all.join("\n")}`);
  return config;
}

/** Readers that go on after a fault, so that all of them are said at once. */
function variablesOf(environment: Environment) {
  const faults: string[] = [];
  const read = (name: string): string | undefined => environment[`EDGECERT_${name}`]?.trim() || undefined;
  const complain = (name: string, value: string | undefined, means: string): void => {
    faults.push(`EDGECERT_${name}: ${value === undefined ? "missing" : `"${value}" is not`}; ${means}`);
  };
  return {
    faults,
    text: (name: string, { pattern, means }: Rule, fallback?: string): string => {
      const value = read(name) ?? fallback;
      if (value !== undefined && pattern.test(value)) return value;
      complain(name, value, means);
      return "";
    },
    /** By commas; may be empty. */
    list: (name: string, { pattern, means }: Rule): readonly string[] => {
      const parts = (read(name) ?? "").split(",").map(part => part.trim());
      const wrong = parts.filter(part => part !== "" && !pattern.test(part));
      for (const part of wrong) complain(name, part, means);
      return parts.filter(part => part !== "" && !wrong.includes(part));
    },
    /** The first one is the default. */
    choice: <T extends string>(name: string, ...values: readonly [T, ...T[]]): T => {
      const value = read(name) ?? values[0];
      const found = values.find(candidate => candidate === value);
      if (found === undefined) complain(name, value, `one of ${values.join(", ")}`);
      return found ?? values[0];
    },
  };
}

function contradictions(config: StageConfig): readonly string[] {
  const { live, rehearsal } = config.originCertificateArns;
  const { content, api, renewal } = config.domains;
  return [
    ...(config.issuingCaArns.length === 0 ? ["EDGECERT_ISSUING_CAS: missing; ARNs, by commas"] : []),
    // A CA that signs devices could sign one that the API takes for CloudFront.
    ...(config.issuingCaArns.includes(config.originCaArn)
      ? ["EDGECERT_ORIGIN_CA: must not be one of EDGECERT_ISSUING_CAS"]
      : []),
    ...(live !== "" && live === rehearsal
      ? ["EDGECERT_REHEARSAL_CERTIFICATE: must not be EDGECERT_ORIGIN_CERTIFICATE"]
      : []),
    ...(content !== "" && new Set([content, api, renewal]).size < 3
      ? ["EDGECERT_CONTENT_DOMAIN, _API_DOMAIN, _RENEWAL_DOMAIN: three different names"]
      : []),
  ];
}
