// Tags of a CA: up to 50, keys unique, the `aws:` prefix reserved.
import type * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";
import type { changeTags, listTags, Tag } from "../input/authority.ts";
import type { Pca } from "../pca.ts";
import { pageOf } from "./page.ts";

const MAX_TAGS = 50;

/** Throws InvalidTagException. */
export function checkTags(tags: readonly Tag[]): void {
  const reserved = tags.find(tag => tag.Key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) {
    throw new AwsError("InvalidTagException", `The tag key ${reserved.Key} uses the reserved prefix aws:.`);
  }
  if (new Set(tags.map(tag => tag.Key)).size < tags.length) {
    throw new AwsError("InvalidTagException", "A tag key is given more than once.");
  }
}

export function tagAuthority(pca: Pca, input: z.output<typeof changeTags>): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  checkTags(input.Tags);
  const replaced = new Set(input.Tags.map(tag => tag.Key));
  const tags = [...authority.tags.filter(tag => !replaced.has(tag.Key)), ...input.Tags];
  if (tags.length > MAX_TAGS) {
    throw new AwsError("TooManyTagsException", `You can associate up to ${MAX_TAGS} tags with a private CA.`);
  }
  pca.authorities.save({ ...authority, tags });
}

/** A tag given with a value is removed only if it has that value. */
export function untagAuthority(pca: Pca, input: z.output<typeof changeTags>): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const named = (tag: Tag): boolean =>
    input.Tags.some(item => item.Key === tag.Key && (item.Value === undefined || item.Value === tag.Value));
  pca.authorities.save({ ...authority, tags: authority.tags.filter(tag => !named(tag)) });
}

export function listTagsOf(pca: Pca, input: z.output<typeof listTags>) {
  const { items, NextToken } = pageOf(pca.authorities.get(input.CertificateAuthorityArn).tags, input);
  return { Tags: items, NextToken };
}
