// The trust store operations: a bundle is read from S3 once, when it is given, and becomes active or failed later.
import type { Clock } from "../wire/clock.ts";
import { judgeBundle } from "./bundle.ts";
import type { Answer, Request } from "./cloudfront.ts";
import { CloudFrontError } from "./error.ts";
import { bundleLocation, flag, ifMatch, listInput, member, rootOf } from "./input.ts";
import {
  type Bundle,
  newEtag,
  newTrustStoreId,
  settle,
  statusOf,
  type TrustStoreRecord,
  type TrustStoreRecords,
} from "./trust-store-record.ts";
import type { XmlValue } from "./xml.ts";

export type BundleLocation = {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly version: string | undefined;
};

export type TrustStores = {
  readonly records: TrustStoreRecords;
  readonly clock: Clock;
  readonly accountId: string;
  readonly activationDelayMs: number;
  readonly readBundle: (location: BundleLocation) => Promise<string | "absent" | "denied">;
  /** Ids of the distributions that use it. */
  readonly usersOf: (id: string) => readonly string[];
  /** Told of each bundle that has become active. */
  readonly onActive: (id: string, bundle: Bundle) => void;
};

/** CloudFront quota L-F6F30A7D. */
const mostStores = 20;

export async function createTrustStore(stores: TrustStores, { body }: Request): Promise<Answer> {
  const input = rootOf(body, "CreateTrustStoreRequest");
  const name = member(input, "Name")?.text ?? "";
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new CloudFrontError("InvalidArgument", "Name is not valid.");
  if (stores.records.all().some(record => record.name === name)) {
    throw new CloudFrontError("EntityAlreadyExists", "The entity already exists.", 409);
  }
  if (stores.records.all().length >= mostStores) {
    throw new CloudFrontError("EntityLimitExceeded", `At most ${mostStores} trust stores.`);
  }
  const ocsp = flag(member(input, "UseClientCertificateOCSPEndpoint")?.text) ?? false;
  const source = bundleLocation(member(input, "CaCertificatesBundleSource"));
  const pending = await receive(stores, source, ocsp);
  return save(stores, { id: newTrustStoreId(), name, pending }, 201);
}

export async function updateTrustStore(stores: TrustStores, request: Request): Promise<Answer> {
  const before = current(stores, request.parameter);
  expectEtag(before, request);
  const source = request.body.length === 0 ? undefined : rootOf(request.body, "CaCertificatesBundleSource");
  const ocsp = flag(request.headers["useclientcertificateocspendpoint"]);
  if (source === undefined && ocsp === undefined) {
    throw new CloudFrontError("InvalidArgument", "The request changes nothing.");
  }
  const last = before.pending ?? before.active;
  if (source === undefined && last === undefined) {
    throw new CloudFrontError("InvalidArgument", "The trust store has no bundle.");
  }
  const useOcsp = ocsp ?? last?.ocsp ?? false;
  const pending =
    source === undefined && last !== undefined
      ? { ...last, ocsp: useOcsp, settlesAt: settlesAt(stores) }
      : await receive(stores, bundleLocation(source), useOcsp);
  // Reading the bundle took time: somebody else may have been faster.
  const { pending: _replaced, reason: _reason, ...rest } = current(stores, request.parameter);
  expectEtag(rest, request);
  return save(stores, { ...rest, pending }, 200);
}

export function getTrustStore(stores: TrustStores, { parameter }: Request): Answer {
  return answerFor(stores, current(stores, parameter), 200);
}

export function deleteTrustStore(stores: TrustStores, request: Request): Answer {
  const record = current(stores, request.parameter);
  expectEtag(record, request);
  if (stores.usersOf(record.id).length > 0) {
    throw new CloudFrontError(
      "CannotDeleteEntityWhileInUse",
      "The trust store is associated with a distribution.",
      409,
    );
  }
  stores.records.remove(record.id);
  return { status: 204 };
}

export function listTrustStores(stores: TrustStores, { body }: Request): Answer {
  const { marker, maxItems } = listInput(body, "ListTrustStoresRequest");
  const after = stores.records.all().filter(({ id }) => marker === undefined || id > marker);
  const sorted = after.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const shown = sorted.slice(0, maxItems).map(({ id }) => current(stores, id));
  const last = sorted.length > maxItems ? shown.at(-1) : undefined;
  const TrustStoreSummary = shown.map(record => ({ ...describe(stores, record), ETag: record.etag }));
  return {
    status: 200,
    root: "ListTrustStoresResult",
    value: { NextMarker: last?.id, TrustStoreList: { TrustStoreSummary } },
  };
}

/** The store as it is now; a bundle whose time has come is made active on the way. */
export function current(stores: TrustStores, id: string): TrustStoreRecord {
  const record = stores.records.get(id);
  const settled = settle(record, stores.clock.now().getTime());
  if (settled === record) return record;
  stores.records.save(settled);
  if (settled.active !== undefined && settled.reason === undefined) stores.onActive(id, settled.active);
  return settled;
}

function settlesAt({ clock, activationDelayMs }: TrustStores): number {
  return clock.now().getTime() + activationDelayMs;
}

async function receive(
  stores: TrustStores,
  location: BundleLocation,
  ocsp: boolean,
): Promise<NonNullable<TrustStoreRecord["pending"]>> {
  const pem = await stores.readBundle(location);
  if (pem === "denied")
    throw new CloudFrontError("AccessDenied", "CloudFront may not read the S3 object.", 403);
  if (pem === "absent") throw new CloudFrontError("InvalidArgument", "The S3 object does not exist.");
  const verdict = judgeBundle(pem);
  const shared = { pem, ocsp, settlesAt: settlesAt(stores) };
  return verdict.kind === "sound"
    ? { ...shared, certificates: verdict.certificates }
    : { ...shared, certificates: 0, fault: verdict.reason };
}

function expectEtag({ etag }: Pick<TrustStoreRecord, "etag">, request: Request): void {
  if (ifMatch(request) !== etag) {
    throw new CloudFrontError("PreconditionFailed", "The If-Match version is not the current one.", 412);
  }
}

function save(
  stores: TrustStores,
  record: Omit<TrustStoreRecord, "etag" | "lastModified">,
  status: number,
): Answer {
  const saved = { ...record, etag: newEtag(), lastModified: stores.clock.now().getTime() };
  stores.records.save(saved);
  return answerFor(stores, saved, status);
}

function answerFor(stores: TrustStores, record: TrustStoreRecord, status: number): Answer {
  return { status, etag: record.etag, root: "TrustStore", value: describe(stores, record) };
}

function describe({ accountId }: TrustStores, record: TrustStoreRecord): { [name: string]: XmlValue } {
  const bundle = record.pending ?? record.active;
  return {
    Id: record.id,
    Arn: `arn:aws:cloudfront::${accountId}:trust-store/${record.id}`,
    Name: record.name,
    Status: statusOf(record),
    NumberOfCaCertificates: bundle?.certificates ?? 0,
    LastModifiedTime: new Date(record.lastModified).toISOString(),
    Reason: record.pending === undefined ? record.reason : undefined,
    UseClientCertificateOCSPEndpoint: bundle?.ocsp ?? false,
  };
}
