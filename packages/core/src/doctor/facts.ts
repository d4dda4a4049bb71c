// A deployment as AWS's own APIs show it, in so far as the checks look at it.

export type DistributionFacts = {
  readonly id: string;
  readonly isEnabled: boolean;
  /** As CloudFront writes it: `http1.1`, `http2`, `http3` or `http2and3`. */
  readonly httpVersion: string;
  readonly minimumProtocolVersion: string;
  readonly mtls:
    | {
        readonly mode: string;
        readonly trustStoreId: string | undefined;
        readonly ignoresExpiry: boolean;
      }
    | undefined;
  readonly connectionFunctionId: string | undefined;
  /** The default behaviour first. */
  readonly behaviours: readonly BehaviourFacts[];
};

export type BehaviourFacts = {
  readonly pathPattern: string;
  readonly viewerProtocolPolicy: string;
  readonly viewerRequestFunctionArn: string | undefined;
  /** Of the behaviour's origin: undefined where CloudFront shows it no certificate. */
  readonly originCertificateArn: string | undefined;
};

export type TrustStoreFacts = {
  readonly id: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly etag: string;
  readonly certificates: number;
  readonly usesOcsp: boolean;
};

export type ConnectionFunctionFacts = {
  readonly id: string;
  readonly name: string;
  /** Of the code that is live; undefined when nothing is published. */
  readonly codeSha256: string | undefined;
  readonly storeArns: readonly string[];
};

export type OriginCertificateFacts = {
  readonly arn: string;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  /** ACM's names, such as `TLS_WEB_CLIENT_AUTHENTICATION`. */
  readonly extendedKeyUsages: readonly string[];
  readonly keyAlgorithm: string;
};

/** What a question came to that this machine may not be allowed, or not able, to ask. */
export type Asked<T> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "unasked"; readonly why: string };
