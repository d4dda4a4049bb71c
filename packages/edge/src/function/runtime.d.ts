// What the CloudFront runtime gives a function beyond ECMAScript, as far as these functions use it.

declare module "cloudfront" {
  /** `get` rejects when the key is missing. Each call is a billed read. */
  export type KeyValueStore = {
    readonly get: (key: string) => Promise<string>;
    readonly exists: (key: string) => Promise<boolean>;
  };
  /** `kvs` throws when no store is associated with the function. */
  const cloudfront: { readonly kvs: () => KeyValueStore };
  // biome-ignore lint/style/noDefaultExport: the runtime's module has no named export.
  export default cloudfront;
}
