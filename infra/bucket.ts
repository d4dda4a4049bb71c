// A bucket that nobody reads without a role: no public access, versions, encryption, TLS only.
import { logical, named, outlives } from "./names.ts";

type Arn = $util.Output<string>;
/** IAM's own JSON; its members may be outputs. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

export function privateBucket(what: string, statementsOn: (bucketArn: Arn) => readonly PolicyStatement[]) {
  const name = logical(what);
  // Bucket names are one name space for all of AWS.
  const accountId = aws.getCallerIdentityOutput().accountId;
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: $interpolate`${named(what)}-${accountId}`, forceDestroy: !outlives() },
    { retainOnDelete: outlives() },
  );
  const of = { bucket: bucket.bucket };
  const block = new aws.s3.BucketPublicAccessBlock(`${name}PublicAccessBlock`, {
    ...of,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketOwnershipControls(`${name}Ownership`, {
    ...of,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  new aws.s3.BucketVersioning(`${name}Versioning`, {
    ...of,
    versioningConfiguration: { status: "Enabled" },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(`${name}Encryption`, {
    ...of,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  new aws.s3.BucketPolicy(
    `${name}Policy`,
    {
      ...of,
      policy: $jsonStringify({
        Version: "2012-10-17",
        Statement: [denyPlainHttp(bucket.arn), ...statementsOn(bucket.arn)],
      }),
    },
    { dependsOn: [block] },
  );
  return bucket;
}

function denyPlainHttp(arn: Arn): PolicyStatement {
  return {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, $interpolate`${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
