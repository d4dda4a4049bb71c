// The Lambda functions of the local cloud: entry file, links and limits of each. infra declares the same list.

export type LinkName = "RegistryTable" | "EdgeStore" | "Bus" | "AuditReports" | "Operators";

export type FunctionEntry = {
  readonly entry: string;
  readonly links: readonly LinkName[];
  readonly timeoutSeconds: number;
  readonly route?: string;
};

export const functionCatalogue = {
  "post-certificates": {
    entry: "api/post-certificates.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/certificates",
  },
  "get-enrolment": {
    entry: "api/get-enrolment.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/enrolments/{id}",
  },
  "get-certificate": {
    entry: "api/get-certificate.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/certificates/{id}",
  },
  "post-authorities": {
    entry: "api/post-authorities.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 15,
    route: "POST /v1/authorities",
  },
  "get-authorities": {
    entry: "api/get-authorities.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "GET /v1/authorities",
  },
  "post-authority-crl": {
    entry: "api/post-authority-crl.ts",
    links: ["RegistryTable", "EdgeStore", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/authorities/{id}/crl",
  },
  "get-trust-bundle": {
    entry: "api/get-trust-bundle.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/trust-bundle",
  },
  "get-health": {
    entry: "api/get-health.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/health",
  },
  "get-edge": {
    entry: "api/get-edge.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/edge",
  },
  "post-edge-reconcile": {
    entry: "api/post-edge-reconcile.ts",
    links: ["RegistryTable", "EdgeStore", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/edge/reconcile",
  },
  "compromise-reported": {
    entry: "event/compromise-reported.ts",
    links: ["RegistryTable"],
    timeoutSeconds: 60,
  },
  "publish-edge": {
    entry: "stream/publish-edge.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 60,
  },
  "relay-outbox": { entry: "stream/relay-outbox.ts", links: ["RegistryTable", "Bus"], timeoutSeconds: 30 },
  "revoke-at-ca": { entry: "queue/revoke-at-ca.ts", links: ["RegistryTable"], timeoutSeconds: 60 },
  "resume-enrolments": {
    entry: "job/resume-enrolments.ts",
    links: ["RegistryTable", "AuditReports"],
    timeoutSeconds: 300,
  },
  "reconcile-edge": {
    entry: "job/reconcile-edge.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 900,
  },
  "prove-edge": { entry: "job/prove-edge.ts", links: ["RegistryTable", "EdgeStore"], timeoutSeconds: 900 },
  "follow-order": { entry: "job/follow-order.ts", links: ["RegistryTable"], timeoutSeconds: 300 },
  "age-out-pages": {
    entry: "job/age-out-pages.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 300,
  },
  "backfill-ca": { entry: "job/backfill-ca.ts", links: ["RegistryTable"], timeoutSeconds: 300 },
} as const satisfies Record<string, FunctionEntry>;

export function apiRoutes(): readonly { readonly routeKey: string; readonly functionName: string }[] {
  return Object.entries<FunctionEntry>(functionCatalogue).flatMap(([functionName, { route }]) =>
    route === undefined ? [] : [{ routeKey: route, functionName }],
  );
}
