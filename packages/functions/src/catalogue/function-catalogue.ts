// The Lambda functions: entry file, links, limits and routes of each. The local cloud and infra both read this list.

export type LinkName =
  | "RegistryTable"
  | "EdgeStore"
  | "Bus"
  | "AuditReports"
  | "Operators"
  | "CaQuota"
  | "EnrolmentQueue"
  | "RenewalQueue"
  | "OriginCertificate"
  | "TrustStore"
  | "EdgeUrl"
  | "WebhookKey"
  | "WebhookQueue"
  | "WebhookReceivers";

export type FunctionEntry = {
  readonly entry: string;
  readonly links: readonly LinkName[];
  readonly timeoutSeconds: number;
  /** The API Gateway routes that it answers, one or several. */
  readonly route?: string | readonly string[];
};

/** What asking the CA takes, in turn with all others who do. */
const issuing = ["CaQuota", "EnrolmentQueue", "RenewalQueue"] as const;

export const functionCatalogue = {
  "post-certificates": {
    entry: "api/post-certificates.ts",
    links: ["RegistryTable", "Operators", ...issuing],
    timeoutSeconds: 29,
    route: "POST /v1/certificates",
  },
  "get-enrolment": {
    entry: "api/get-enrolment.ts",
    links: ["RegistryTable", "Operators", ...issuing],
    timeoutSeconds: 10,
    route: "GET /v1/enrolments/{id}",
  },
  "get-certificate": {
    entry: "api/get-certificate.ts",
    links: ["RegistryTable", "EdgeStore", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/certificates/{id}",
  },
  "renew-certificate": {
    entry: "api/renew-certificate.ts",
    links: ["RegistryTable", "Operators", ...issuing],
    timeoutSeconds: 29,
    route: "POST /v1/certificates/{id}/renew",
  },
  "get-renewal-window": {
    entry: "api/get-renewal-window.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/certificates/{id}/renewal-window",
  },
  "post-renewal-window": {
    entry: "api/post-renewal-window.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: [
      "POST /v1/certificates/{id}/renewal-window",
      "POST /v1/lots/{lot}/renewal-window",
      "POST /v1/authorities/{id}/renewal-window",
    ],
  },
  "post-rotations": {
    entry: "api/post-rotations.ts",
    links: ["RegistryTable", "Operators", "CaQuota"],
    timeoutSeconds: 29,
    route: "POST /v1/rotations",
  },
  "get-rotation": {
    entry: "api/get-rotation.ts",
    links: ["RegistryTable", "Operators", "CaQuota"],
    timeoutSeconds: 10,
    route: "GET /v1/rotations/{id}",
  },
  "post-rotation-change": {
    entry: "api/post-rotation-change.ts",
    links: ["RegistryTable", "Operators", "CaQuota"],
    timeoutSeconds: 10,
    route: [
      "POST /v1/rotations/{id}/pause",
      "POST /v1/rotations/{id}/resume",
      "POST /v1/rotations/{id}/abort",
    ],
  },
  "post-revocation-plans": {
    entry: "api/post-revocation-plans.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/revocation-plans",
  },
  "get-revocation-plans": {
    entry: "api/get-revocation-plans.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/revocation-plans",
  },
  "get-revocation-plan": {
    entry: "api/get-revocation-plan.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/revocation-plans/{id}",
  },
  "post-revocation-plan-decision": {
    entry: "api/post-revocation-plan-decision.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: ["POST /v1/revocation-plans/{id}/approve", "POST /v1/revocation-plans/{id}/cancel"],
  },
  "post-revocation-plan-lift": {
    entry: "api/post-revocation-plan-lift.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/revocation-plans/{id}/lift",
  },
  "post-certificate-hold": {
    entry: "api/post-certificate-hold.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: ["POST /v1/certificates/{id}/hold", "POST /v1/certificates/{id}/resume"],
  },
  "post-authority-trouble": {
    entry: "api/post-authority-trouble.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: ["POST /v1/authorities/{id}/distrust", "POST /v1/authorities/{id}/not-before-floor"],
  },
  "post-revocation-plan-apply": {
    entry: "api/post-revocation-plan-apply.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/revocation-plans/{id}/apply",
  },
  "get-certificates": {
    entry: "api/get-certificates.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/certificates",
  },
  "put-lot": {
    entry: "api/put-lot.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "PUT /v1/lots/{lot}",
  },
  "get-lot": {
    entry: "api/get-lot.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/lots/{lot}",
  },
  "post-lot-manifest": {
    entry: "api/post-lot-manifest.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "POST /v1/lots/{lot}/manifest",
  },
  "post-lot-enrolments": {
    entry: "api/post-lot-enrolments.ts",
    links: ["RegistryTable", "Operators", ...issuing],
    timeoutSeconds: 29,
    route: "POST /v1/lots/{lot}/enrolments",
  },
  "get-authority-chain": {
    entry: "api/get-authority-chain.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/authorities/{id}/chain",
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
  "get-reconciliation": {
    entry: "api/get-reconciliation.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/authorities/{id}/reconciliation",
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
  "post-job-run": {
    entry: "api/post-job-run.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "POST /v1/jobs/{job}/runs",
  },
  "get-est": {
    entry: "api/get-est.ts",
    links: ["RegistryTable"],
    timeoutSeconds: 10,
    route: ["GET /.well-known/est/{operation}", "GET /.well-known/est/{label}/{operation}"],
  },
  "post-est": {
    entry: "api/post-est.ts",
    links: ["RegistryTable", "Operators", ...issuing],
    timeoutSeconds: 29,
    route: ["POST /.well-known/est/{operation}", "POST /.well-known/est/{label}/{operation}"],
  },
  "get-openapi": { entry: "api/get-openapi.ts", links: [], timeoutSeconds: 10, route: "GET /openapi.json" },
  "get-problem": {
    entry: "api/get-problem.ts",
    links: [],
    timeoutSeconds: 10,
    route: "GET /problems/{code}",
  },
  "get-origin-certificate": {
    entry: "api/get-origin-certificate.ts",
    links: [],
    timeoutSeconds: 10,
    route: "GET /v1/origin-certificate/{use}",
  },
  "post-claims": {
    entry: "api/post-claims.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "POST /v1/claims",
  },
  "get-claims": {
    entry: "api/get-claims.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/claims",
  },
  "get-claim": {
    entry: "api/get-claim.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/claims/{id}",
  },
  "patch-claim": {
    entry: "api/patch-claim.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "PATCH /v1/claims/{id}",
  },
  "get-profiles": {
    entry: "api/get-profiles.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/profiles",
  },
  "get-profile": {
    entry: "api/get-profile.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/profiles/{name}",
  },
  "put-profile": {
    entry: "api/put-profile.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "PUT /v1/profiles/{name}",
  },
  "get-audit": {
    entry: "api/get-audit.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/audit",
  },
  "put-webhook": {
    entry: "api/put-webhook.ts",
    links: ["RegistryTable", "Operators", "WebhookKey", "WebhookReceivers"],
    timeoutSeconds: 10,
    route: "PUT /v1/webhooks/{id}",
  },
  "get-webhooks": {
    entry: "api/get-webhooks.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: ["GET /v1/webhooks", "GET /v1/webhooks/{id}"],
  },
  "delete-webhook": {
    entry: "api/delete-webhook.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "DELETE /v1/webhooks/{id}",
  },
  "post-webhook-secret": {
    entry: "api/post-webhook-secret.ts",
    links: ["RegistryTable", "Operators", "WebhookKey"],
    timeoutSeconds: 10,
    route: "POST /v1/webhooks/{id}/rotate-secret",
  },
  "post-findings": {
    entry: "api/post-findings.ts",
    links: ["RegistryTable", "WebhookKey"],
    timeoutSeconds: 29,
    route: "POST /v1/findings",
  },
  "finding-senders": {
    entry: "api/finding-senders.ts",
    links: ["RegistryTable", "Operators", "WebhookKey"],
    timeoutSeconds: 10,
    route: [
      "GET /v1/finding-senders",
      "PUT /v1/finding-senders/{id}",
      "POST /v1/finding-senders/{id}/rotate-secret",
      "DELETE /v1/finding-senders/{id}",
    ],
  },
  "get-rules": {
    entry: "api/get-rules.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/rules",
  },
  "get-rule": {
    entry: "api/get-rule.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "GET /v1/rules/{id}",
  },
  "put-rule": {
    entry: "api/put-rule.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "PUT /v1/rules/{id}",
  },
  "delete-rule": {
    entry: "api/delete-rule.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 10,
    route: "DELETE /v1/rules/{id}",
  },
  "compromise-reported": {
    entry: "event/compromise-reported.ts",
    links: ["RegistryTable"],
    timeoutSeconds: 60,
  },
  "service-finding": { entry: "event/service-finding.ts", links: ["RegistryTable"], timeoutSeconds: 60 },
  "record-seen": { entry: "event/record-seen.ts", links: ["RegistryTable"], timeoutSeconds: 60 },
  "publish-edge": {
    entry: "stream/publish-edge.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 60,
  },
  "relay-outbox": {
    entry: "stream/relay-outbox.ts",
    links: ["RegistryTable", "Bus", "WebhookQueue"],
    timeoutSeconds: 30,
  },
  "deliver-webhook": {
    entry: "queue/deliver-webhook.ts",
    links: ["RegistryTable", "WebhookQueue", "WebhookKey", "WebhookReceivers"],
    timeoutSeconds: 30,
  },
  "revoke-at-ca": { entry: "queue/revoke-at-ca.ts", links: ["RegistryTable"], timeoutSeconds: 60 },
  "resume-enrolments": {
    entry: "job/resume-enrolments.ts",
    links: ["RegistryTable", "AuditReports", ...issuing],
    timeoutSeconds: 300,
  },
  "issue-queued": {
    entry: "queue/issue-queued.ts",
    links: ["RegistryTable", ...issuing],
    timeoutSeconds: 60,
  },
  // The same function again: renewals have sandboxes of their own, which no crowd of new enrolments keeps busy.
  "issue-renewals": {
    entry: "queue/issue-queued.ts",
    links: ["RegistryTable", ...issuing],
    timeoutSeconds: 60,
  },
  "reconcile-edge": {
    entry: "job/reconcile-edge.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 900,
  },
  "prove-edge": { entry: "job/prove-edge.ts", links: ["RegistryTable", "EdgeStore"], timeoutSeconds: 900 },
  "advance-rotations": { entry: "job/advance-rotations.ts", links: ["RegistryTable"], timeoutSeconds: 300 },
  "follow-order": { entry: "job/follow-order.ts", links: ["RegistryTable"], timeoutSeconds: 300 },
  "count-plans": { entry: "job/count-plans.ts", links: ["RegistryTable"], timeoutSeconds: 300 },
  "advance-plans": {
    entry: "job/advance-plans.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 300,
  },
  "age-out-pages": {
    entry: "job/age-out-pages.ts",
    links: ["RegistryTable", "EdgeStore"],
    timeoutSeconds: 300,
  },
  "rotate-origin-certificate": {
    entry: "job/rotate-origin-certificate.ts",
    links: ["RegistryTable", "OriginCertificate"],
    timeoutSeconds: 900,
  },
  "post-authority-state": {
    entry: "api/post-authority-state.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: [
      "POST /v1/authorities/{id}/prepare",
      "POST /v1/authorities/{id}/activate",
      "POST /v1/authorities/{id}/drain",
      "POST /v1/authorities/{id}/retire",
    ],
  },
  "get-authority": {
    entry: "api/get-authority.ts",
    links: ["RegistryTable", "Operators"],
    timeoutSeconds: 29,
    route: "GET /v1/authorities/{id}",
  },
  "maintain-trust-store": {
    entry: "job/maintain-trust-store.ts",
    links: ["RegistryTable", "TrustStore"],
    timeoutSeconds: 300,
  },
  "rehearse-authorities": {
    entry: "job/rehearse-authorities.ts",
    links: ["RegistryTable", "EdgeUrl", ...issuing],
    timeoutSeconds: 300,
  },
  "reconcile-ca": {
    entry: "job/reconcile-ca.ts",
    links: ["RegistryTable", "AuditReports"],
    timeoutSeconds: 900,
  },
  "sweep-due": { entry: "job/sweep-due.ts", links: ["RegistryTable"], timeoutSeconds: 900 },
  "backfill-ca": { entry: "job/backfill-ca.ts", links: ["RegistryTable"], timeoutSeconds: 300 },
} as const satisfies Record<string, FunctionEntry>;

export type FunctionName = keyof typeof functionCatalogue;

export function apiRoutes(): readonly { readonly routeKey: string; readonly functionName: string }[] {
  return Object.entries<FunctionEntry>(functionCatalogue).flatMap(([functionName, { route }]) =>
    (route === undefined ? [] : [route].flat()).map(routeKey => ({ routeKey, functionName })),
  );
}
