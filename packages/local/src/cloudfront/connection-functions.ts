// The connection functions that the local edge runs, as the control plane shows them: described, and with their code, so
// that a check can tell whether what is published is what was built.
import { createHash } from "node:crypto";
import type { Answer, Request } from "./cloudfront.ts";
import { CloudFrontError } from "./error.ts";
import { newEtag } from "./trust-store-record.ts";
import type { XmlValue } from "./xml.ts";

export type PublishedFunction = { readonly name: string; readonly code: string; readonly storeArn: string };

export type ConnectionFunctions = {
  /** Answers its id. */
  readonly publish: (published: PublishedFunction) => string;
  readonly describe: (request: Request) => Answer;
  readonly getCode: (request: Request) => Answer;
};

type Stored = PublishedFunction & {
  readonly id: string;
  readonly etag: string;
  readonly publishedAt: Date;
};

export function connectionFunctions(accountId: string, now: () => Date): ConnectionFunctions {
  const all = new Map<string, Stored>();
  const find = ({ parameter, query }: Request): Stored => {
    const stage = query.get("Stage") ?? "DEVELOPMENT";
    if (stage !== "LIVE" && stage !== "DEVELOPMENT") {
      throw new CloudFrontError("InvalidArgument", "Stage is DEVELOPMENT or LIVE.");
    }
    const found = [...all.values()].find(({ id, name }) => id === parameter || name === parameter);
    if (found === undefined) throw new CloudFrontError("EntityNotFound", "The entity was not found.", 404);
    return found;
  };
  return {
    publish: published => {
      // Stable over restarts, as an id on AWS is.
      const id = `cf_${createHash("sha256").update(published.name).digest("hex").slice(0, 26)}`;
      all.set(published.name, { ...published, id, etag: newEtag(), publishedAt: now() });
      return id;
    },
    describe: request => {
      const found = find(request);
      const stage = request.query.get("Stage") ?? "DEVELOPMENT";
      const value = describe(accountId, found, stage);
      return { status: 200, etag: found.etag, root: "ConnectionFunctionSummary", value };
    },
    getCode: request => {
      const found = find(request);
      return { status: 200, etag: found.etag, blob: Buffer.from(found.code, "utf8") };
    },
  };
}

function describe(
  accountId: string,
  { id, name, storeArn, publishedAt }: Stored,
  stage: string,
): { readonly [member: string]: XmlValue } {
  return {
    Name: name,
    Id: id,
    ConnectionFunctionConfig: {
      Comment: "",
      Runtime: "cloudfront-js-2.0",
      KeyValueStoreAssociations: {
        Quantity: 1,
        Items: { KeyValueStoreAssociation: [{ KeyValueStoreARN: storeArn }] },
      },
    },
    ConnectionFunctionArn: `arn:aws:cloudfront::${accountId}:connection-function/${id}`,
    Status: "DEPLOYED",
    Stage: stage,
    CreatedTime: publishedAt.toISOString(),
    LastModifiedTime: publishedAt.toISOString(),
  };
}
