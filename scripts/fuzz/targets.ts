// What is fuzzed: the handlers themselves, from API Gateway's event to its answer. Behind them is a factory line
// whose certificate and claim are good, and a registry that knows every key as blocked: so a request that would be granted is refused at its
// intent, and nothing after that (slots, the CA, the database) is part of the run. tests/http covers those.
import type { Context } from "aws-lambda";
import { profiles } from "#core/profile/profile.ts";
import { postCertificatesRoute } from "#functions/api/post-certificates.ts";
import { type PostEstDeps, postEstRoute } from "#functions/api/post-est.ts";
import { postLotEnrolmentsRoute } from "#functions/api/post-lot-enrolments.ts";
import { type HttpHandler, httpHandler } from "#functions/http/route.ts";

import { noon } from "#support/fixed-time.ts";
import { anHttpEvent } from "#support/http-event.ts";
import { aCertificate, aClaim, anAuthority, aSlot } from "#support/records.ts";
import { viewerHeaders } from "#support/viewer-headers.ts";
import type { Input, RouteName } from "./bodies.ts";

type Deps = PostEstDeps & Parameters<typeof postLotEnrolmentsRoute>[0];

/** What a granted request reaches. Anything else throws, and the fuzzer reports the 500. */
function only<T extends object>(part: Partial<T>): T {
  // The proxy makes the cast true: a member that is missing is an error at its use.
  return new Proxy(part, {
    get: (known, name) => {
      if (Reflect.has(known, name)) return Reflect.get(known, name);
      throw new Error(`the fuzzed handler uses ${String(name)}, which no fuzz target stands for`);
    },
  }) as T;
}

const now = (): Date => noon;
const authority = anAuthority({ nextSlot: 4_096 });
const taken = {
  authority,
  slot: aSlot(7),
  expiresBy: authority.notAfter,
  forExpectedHolder: false,
  giveBack: () => undefined,
};

const deps = only<Deps>({
  now,
  readCertificate: async () => aCertificate({ profile: "factory", holder: "line-1" }),
  claims: only<Deps["claims"]>({ covering: async () => [aClaim()] }),
  listAuthorities: async () => [authority],
  profiles: only<Deps["profiles"]>({
    find: async name => Object.values(profiles).find(p => p.name === name),
  }),
  refusals: { recordRefusal: async () => undefined },
  registry: only<Deps["registry"]>({
    recordIntent: async () => ({ kind: "key_blocked" }),
    readEnrolment: async () => undefined,
  }),
  slots: only<Deps["slots"]>({
    take: async () => taken,
    takeSome: async (_need, count) => Array(count).fill(taken),
  }),
  permits: only<Deps["permits"]>({
    take: async () => undefined,
    giveBack: () => undefined,
    isCrowded: () => false,
  }),
  readEnrolments: async () => [],
  readCertificates: async () => [],
  pause: async () => undefined,
  wait: async () => undefined,
});

const handlers: Readonly<Record<RouteName, HttpHandler>> = {
  certificates: httpHandler("POST /v1/certificates", postCertificatesRoute(deps)),
  lot: httpHandler("POST /v1/lots/{lot}/enrolments", postLotEnrolmentsRoute(deps)),
  est: httpHandler("POST /.well-known/est", postEstRoute(deps)),
};

const paths: Readonly<Record<RouteName, string>> = {
  certificates: "/v1/certificates",
  lot: "/v1/lots/lot-1/enrolments",
  est: "/.well-known/est/simpleenroll",
};

export type Answer = { readonly status: number; readonly body: string };

export async function send({ route, body, isBase64Encoded, headers }: Input): Promise<Answer> {
  const event = anHttpEvent({
    headers: { ...viewerHeaders, ...headers },
    body: Buffer.from(body).toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  });
  const { statusCode = 0, body: answer = "" } = await handlers[route](
    { ...event, rawPath: paths[route], pathParameters: { lot: "lot-1", operation: "simpleenroll" } },
    // The handlers take nothing from it.
    {} as Context,
  );
  return { status: statusCode, body: answer };
}
