// The enrolling EST route over a registry in which every sound request has its certificate already: what is left to see
// is how the route reads requests and answers them.
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import { profiles } from "#core/profile/profile.ts";
import { type PostEstDeps, postEstRoute } from "#functions/api/post-est.ts";
import { httpHandler } from "#functions/http/route.ts";
import { dayMs, fromNoon, noon } from "./fixed-time.ts";
import { anHttpEvent } from "./http-event.ts";
import { aCertificate, aClaim, anAuthority, anEnrolment, aSlot } from "./records.ts";
import { viewerHeaders } from "./viewer-headers.ts";

export type EstPost = {
  readonly operation?: string;
  readonly label?: string;
  readonly contentType?: string;
  /** As it is on the wire; the gateway takes it for binary. */
  readonly body?: string | Uint8Array;
};

export type EstWorld = {
  /** Of the intents that the route has recorded, in order. */
  readonly intents: readonly Enrolment[];
  readonly post: (request: EstPost) => Promise<APIGatewayProxyStructuredResultV2>;
};

/** `caller` is the client certificate's record, `issued` the one that every enrolment has come to. */
export function estWorld(caller: Partial<Certificate>, issued: Certificate): EstWorld {
  const intents: Enrolment[] = [];
  const registry: Pick<PostEstDeps["registry"], "recordIntent" | "readCertificate"> = {
    recordIntent: async enrolment => {
      intents.push(enrolment);
      const certificate = { state: "issued", certificateId: issued.id } as const;
      return { kind: "exists", enrolment: anEnrolment({ ...enrolment, ...certificate }) };
    },
    readCertificate: async () => issued,
  };
  const readCertificate = async () => aCertificate(caller);
  // Whoever has its certificate needs no CA, no queue and no more of the registry.
  const deps = { ...rules, slots, permits, registry, readCertificate } as unknown as PostEstDeps;
  const handler = httpHandler("POST /.well-known/est", postEstRoute(deps));
  // The handler reads nothing of Lambda's context.
  return { intents, post: request => handler(eventOf(request), {} as Context) };
}

const authority = anAuthority();

/** Any line may enrol any device, and nobody keeps a record of refusals. */
const rules: Pick<PostEstDeps, "now" | "listAuthorities" | "profiles" | "claims" | "refusals"> = {
  now: () => noon,
  listAuthorities: async () => [authority],
  profiles: { find: async name => (name === "device" ? profiles.device : undefined) },
  claims: { find: async () => undefined, covering: async () => [aClaim()] },
  refusals: { recordRefusal: async () => undefined },
};

const slots: Pick<PostEstDeps["slots"], "take" | "authorityById"> = {
  take: async () => ({
    authority,
    slot: aSlot(7),
    expiresBy: fromNoon(3650 * dayMs),
    forExpectedHolder: false,
    giveBack: () => undefined,
  }),
  authorityById: async () => authority,
};

/** None to be had. */
const permits: PostEstDeps["permits"] = {
  take: async () => undefined,
  isCrowded: () => false,
  giveBack: () => undefined,
  isFresh: () => false,
  caAnswered: () => undefined,
  caFailed: () => undefined,
  perSecond: 1,
};

function eventOf({ operation = "simpleenroll", label, contentType = "application/pkcs10", body }: EstPost) {
  const event = anHttpEvent({
    headers: { ...viewerHeaders, "content-type": contentType },
    ...(body === undefined ? {} : { body: Buffer.from(body).toString("base64"), isBase64Encoded: true }),
  });
  return { ...event, pathParameters: { operation, ...(label === undefined ? {} : { label }) } };
}
