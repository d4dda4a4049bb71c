// The least that each function needs. Composed of what the adapters in packages/aws ask for; a call without its grant
// fails a flow test, and `docs/roles.md` shows the whole table.
import { templateArn } from "#core/profile/profile.ts";
import type { FunctionName } from "./function-catalogue.ts";
import {
  batchGet,
  batchWrite,
  check,
  type Grant,
  get,
  may,
  put,
  query,
  queryDue,
  querySlots,
  queryTenant,
  remove,
  update,
} from "./grant.ts";
import { triggerGrants } from "./triggers.ts";

type Grants = readonly Grant[];

/** Who calls: a certificate's row, a claim's token; `packages/functions/src/http/authenticate.ts`. */
const authenticate: Grants = [query("AUTHORITIES"), get("CERTIFICATE#*", "CLAIM#*")];
const audit: Grants = [put("AUDIT#*")];
/** A state change that is told to the bus. */
const tell: Grants = [put("AUDIT#*", "OUTBOX#*")];

// The three rights that could hurt most. Which functions have them is fixed by a test.
const issueFrom = (on: "issuingCas" | "originCa"): Grant => ({
  actions: ["acm-pca:IssueCertificate"],
  on,
  template: templateArn,
});
const collectFrom = (on: "issuingCas" | "originCa"): Grant => may(on, "acm-pca:GetCertificate");
const revokeAt = (on: "issuingCas" | "originCa"): Grant => may(on, "acm-pca:RevokeCertificate");
const readStore: Grant = may("edgeStore", "cloudfront-keyvaluestore:GetKey");
const describeStore: Grant = may("edgeStore", "cloudfront-keyvaluestore:DescribeKeyValueStore");
const listStore: Grant = may("edgeStore", "cloudfront-keyvaluestore:ListKeys");
const writeStore: Grant = may("edgeStore", "cloudfront-keyvaluestore:UpdateKeys");

/** Whether certificates are first ones or renewals: each kind has its queue, and renewals touch their predecessors. */
const enrolments: Grants = [may("enrolmentQueue", "sqs:SendMessage")];
const renewals: Grants = [may("renewalQueue", "sqs:SendMessage"), update("CERTIFICATE#*")];
const enrolmentDepth: Grant = may("enrolmentQueue", "sqs:GetQueueAttributes");
const renewalDepth: Grant = may("renewalQueue", "sqs:GetQueueAttributes");

/** A slot, out of a block of the authority's: that of the lot, for a certificate in one. */
const takeSlot: Grants = [
  query("AUTHORITIES", "LOT#*"),
  get("LOT#*"),
  put("BLOCKS#*", "LOT#*"),
  update("AUTHORITIES", "LOT#*"),
];
/** `packages/core/src/enrolment/advance.ts`: ask the CA, collect, verify, record. */
const advance: Grants = [
  ...tell,
  issueFrom("issuingCas"),
  collectFrom("issuingCas"),
  // An authority whose CA is used up is marked, and what it owes goes on under the next one.
  ...takeSlot,
  get("ENROLMENT#*", "CERTIFICATE#*"),
  put("CERTIFICATE#*", "HOLDER#*", "KEY#*", "SHA256#*"),
  check("KEY#*"),
  // A slot is burnt when what came back is not what was asked for.
  put("PAGE#*"),
  update("ENROLMENT#*", "RATE#*"),
];
/** The step before it: the intent and its slot. */
const intend: Grants = [...advance, put("ENROLMENT#*"), update("KEY#*")];
/** An enrolment that a claim allows, by a policy. */
const enrol: Grants = [
  ...intend,
  ...enrolments,
  enrolmentDepth,
  ...authenticate,
  get("PROFILES"),
  query("LINE#*", "CLAIM#*"),
  batchGet("CLAIM#*"),
  update("CLAIM#*", "MANIFEST#*"),
  put("REFUSED#*"),
];
const renew: Grants = [
  ...intend,
  ...renewals,
  renewalDepth,
  ...authenticate,
  get("PROFILES"),
  put("REFUSED#*"),
  // Windows that an operator has moved.
  batchGet("AUTHORITIES", "LOT#*"),
];

/** `packages/core/src/publication/publish.ts`: what a page is made of, and the page. */
const publish: Grants = [
  query("AUTHORITIES", "ORDERS#*", "PAGE#*"),
  batchGet("SERIALS#*"),
  update("AUTHORITIES", "EDGE"),
  readStore,
  describeStore,
  writeStore,
];
const reconcile: Grants = [...publish, query("SERIALS#*"), get("EDGE"), put("OUTBOX#*"), listStore];
const ageOut: Grants = [...publish, ...audit, query("BLOCKS#*"), batchWrite("ORDERS#*", "PAGE#*")];
/** One certificate's end, as `packages/aws/src/registry/revocation-registry.ts` records it. */
const retire: Grants = [...tell, update("CERTIFICATE#*"), put("PAGE#*")];
/** For a compromise its key is blocked too. */
const revoke: Grants = [...retire, update("KEY#*")];
/** `packages/core/src/plan/record-plan.ts`: a plan becomes orders, or is lifted again. */
const carryOut: Grants = [
  ...tell,
  query("AUTHORITIES", "LOT#*", "PLAN#*"),
  get("PLAN#*", "PLAN-WORK#*"),
  batchGet("SERIALS#*"),
  put("PLAN#*", "PLAN-WORK#*", "ORDERS#*", "SERIALS#*", "FOLLOW#*"),
  update("PLAN#*", "AUTHORITIES", "LOT#*"),
];
/** `packages/core/src/plan/count-plan.ts`: what a plan selects, and the plan. */
const selectForPlan: Grants = [
  query("AUTHORITIES", "HOLDER#*", "KEY#*", "LOT#*", "PLAN#*", "SHA256#*"),
  batchGet("CERTIFICATE#*"),
  batchWrite("PLAN#*"),
  queryTenant("TENANT#*"),
  querySlots,
];
const countPlan: Grants = [...selectForPlan, ...tell, put("PLAN#*")];
/** `packages/core/src/automation`: what a finding names is refused, or becomes a plan. */
const actOnFindings: Grants = [
  ...countPlan,
  ...revoke,
  query("RULES"),
  get("FINDING#*"),
  batchGet("BRAKE#*"),
  put("BRAKE#*", "FINDING#*", "FOLLOW#*", "ORDERS#*", "SERIALS#*"),
  update("FINDING#*", "LOT#*"),
];
const tellCa: Grants = [revokeAt("issuingCas"), update("CERTIFICATE#*")];
const findCertificate: Grants = [query("AUTHORITIES", "SHA256#*"), batchGet("CERTIFICATE#*")];
const readReport: Grants = [
  may("issuingCas", "acm-pca:CreateCertificateAuthorityAuditReport"),
  may("issuingCas", "acm-pca:DescribeCertificateAuthorityAuditReport"),
  may("auditReports", "s3:GetObject"),
  get("AUDIT-REPORT#*"),
  put("AUDIT-REPORT#*"),
];
const readOpen: Grants = [queryDue("OPEN#*", "QUEUED#*")];

/** What stands against a change of an authority's state: `packages/core/src/roll-over/interlocks.ts`. */
const readRollOver: Grants = [get("TRUST-STORE", "ENROLMENT#*"), ...readOpen, querySlots];

export const functionGrants: Readonly<Record<FunctionName, Grants>> = {
  "post-certificates": enrol,
  "get-enrolment": [...authenticate, enrolmentDepth, renewalDepth, get("ENROLMENT#*")],
  "get-certificate": [...authenticate, ...findCertificate, get("EDGE"), readStore],
  "renew-certificate": renew,
  "get-renewal-window": [...authenticate, batchGet("AUTHORITIES", "LOT#*")],
  "post-renewal-window": [
    ...authenticate,
    ...audit,
    batchGet("AUTHORITIES", "LOT#*"),
    query("LOT#*"),
    update("CERTIFICATE#*", "LOT#*", "AUTHORITIES"),
  ],
  "post-rotations": [
    ...authenticate,
    ...audit,
    // The certificates that it will be about are counted.
    query("LOT#*"),
    queryTenant("TENANT#*"),
    querySlots,
    put("ROTATION#*", "ROTATION-OF#*"),
  ],
  "get-rotation": [...authenticate, get("ROTATION#*")],
  "post-rotation-change": [
    ...authenticate,
    ...tell,
    get("ROTATION#*"),
    put("ROTATION#*"),
    remove("ROTATION-OF#*"),
  ],
  "post-revocation-plans": [...authenticate, ...countPlan],
  "get-revocation-plans": [...authenticate, queryTenant("PLANS"), batchGet("PLAN#*")],
  "get-revocation-plan": [...authenticate, get("PLAN#*", "PLAN-WORK#*"), queryDue("CA-REVOCATION#*")],
  "post-revocation-plan-decision": [...authenticate, ...audit, get("PLAN#*"), put("PLAN#*")],
  "post-revocation-plan-lift": [...authenticate, ...carryOut, queryDue("CA-REVOCATION#*")],
  "post-certificate-hold": [
    ...authenticate,
    ...findCertificate,
    ...audit,
    update("CERTIFICATE#*"),
    put("PAGE#*"),
    remove("PAGE#*"),
  ],
  "post-authority-trouble": [...authenticate, ...countPlan],
  "post-revocation-plan-apply": [...authenticate, ...selectForPlan, ...carryOut],
  "get-certificates": [
    ...authenticate,
    queryTenant("TENANT#*"),
    querySlots,
    query("HOLDER#*", "LOT#*"),
    batchGet("CERTIFICATE#*"),
  ],
  "put-lot": [...authenticate, ...audit, query("LOT#*"), update("LOT#*")],
  "get-lot": [...authenticate, query("LOT#*"), querySlots],
  "post-lot-manifest": [...authenticate, ...audit, query("LOT#*"), update("LOT#*"), put("MANIFEST#*")],
  "post-lot-enrolments": [...enrol, batchGet("ENROLMENT#*", "CERTIFICATE#*")],
  "get-authority-chain": authenticate,
  "post-authorities": [
    ...authenticate,
    ...tell,
    put("AUTHORITIES"),
    may("issuingCas", "acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificateAuthorityCertificate"),
  ],
  "get-authorities": [...authenticate, query("SERIALS#*"), get("CRL#*")],
  "post-authority-crl": [
    ...authenticate,
    ...audit,
    get("CRL#*"),
    query("SERIALS#*"),
    check("CRL#*"),
    put("CRL#*", "SERIALS#*"),
    remove("SERIALS#*"),
    describeStore,
  ],
  "get-trust-bundle": [...authenticate, get("TRUST-STORE")],
  "post-authority-state": [...authenticate, ...readRollOver, ...tell, update("AUTHORITIES")],
  "get-authority": [...authenticate, ...readRollOver, batchGet("SEEN#*")],
  "get-health": [query("AUTHORITIES")],
  "get-edge": [...authenticate, get("EDGE")],
  "post-edge-reconcile": [...authenticate, ...reconcile],
  "post-job-run": [...authenticate, ...tell],
  "get-est": [query("AUTHORITIES"), get("PROFILES")],
  "post-est": [...enrol, ...renew],
  "get-openapi": [],
  "get-problem": [],
  "get-origin-certificate": [],
  "post-claims": [...authenticate, ...audit, get("PROFILES"), put("CLAIM#*", "CLAIMS#*", "LINE#*")],
  "get-claims": [...authenticate, query("CLAIMS#*"), batchGet("CLAIM#*")],
  "get-claim": [...authenticate, query("CLAIM#*")],
  "patch-claim": [
    ...authenticate,
    ...audit,
    query("CLAIM#*"),
    put("CLAIM#*", "LINE#*"),
    update("CLAIM#*"),
    remove("LINE#*"),
  ],
  "get-profiles": [...authenticate, query("PROFILES")],
  "get-profile": [...authenticate, get("PROFILES")],
  "put-profile": [...authenticate, ...audit, put("PROFILES")],
  "put-webhook": [...authenticate, ...audit, get("WEBHOOKS"), query("WEBHOOKS"), put("WEBHOOKS")],
  "get-webhooks": [...authenticate, get("WEBHOOKS"), query("WEBHOOKS", "WEBHOOK#*")],
  "delete-webhook": [...authenticate, ...audit, get("WEBHOOKS"), remove("WEBHOOKS")],
  "post-webhook-secret": [...authenticate, ...audit, get("WEBHOOKS"), put("WEBHOOKS")],
  "get-reconciliation": [
    ...authenticate,
    get("CA-RECONCILIATION#*"),
    query("CA-RECONCILIATION#*"),
    batchGet("CERTIFICATE#*", "ORPHAN#*"),
  ],
  "get-audit": [
    ...authenticate,
    get("SERIALS#*"),
    query("AUDIT#*", "ORDERS#*"),
    queryTenant("AUDIT#*"),
    batchGet("AUDIT#*"),
  ],
  "compromise-reported": actOnFindings,
  "service-finding": actOnFindings,
  "post-findings": [...actOnFindings, get("SENDERS")],
  "finding-senders": [
    ...authenticate,
    ...audit,
    query("SENDERS"),
    get("SENDERS"),
    put("SENDERS"),
    remove("SENDERS"),
  ],
  "get-rules": [...authenticate, query("RULES")],
  "get-rule": [...authenticate, query("RULES")],
  "put-rule": [...authenticate, ...audit, query("RULES"), put("RULES")],
  "delete-rule": [...authenticate, ...audit, query("RULES"), remove("RULES")],
  "record-seen": [
    // One that its own successor has replaced comes back: it is held, or revoked.
    ...retire,
    get("CERTIFICATE#*", "PROFILES"),
    batchGet("CERTIFICATE#*"),
    update("CERTIFICATE#*", "SEEN#*"),
  ],
  "publish-edge": publish,
  "relay-outbox": [
    batchWrite("OUTBOX#*"),
    may("bus", "events:PutEvents"),
    query("WEBHOOKS"),
    may("webhookQueue", "sqs:SendMessage"),
  ],
  "deliver-webhook": [
    get("WEBHOOKS"),
    update("WEBHOOKS"),
    put("WEBHOOK#*"),
    may("webhookQueue", "sqs:ChangeMessageVisibility"),
  ],
  "revoke-at-ca": tellCa,
  "resume-enrolments": [
    ...advance,
    ...enrolments,
    ...renewals,
    enrolmentDepth,
    renewalDepth,
    ...readReport,
    ...readOpen,
  ],
  "issue-queued": [...advance, ...enrolments],
  "issue-renewals": [...advance, ...renewals],
  "reconcile-edge": [...reconcile, ...ageOut],
  "prove-edge": [query("AUTHORITIES", "ORDERS#*", "PAGE#*"), querySlots, readStore, describeStore, listStore],
  "advance-rotations": [
    ...tell,
    queryDue("ROTATION", "ROTATION-PART#*"),
    queryTenant("TENANT#*"),
    querySlots,
    query("LOT#*"),
    batchGet("CERTIFICATE#*", "ROTATION#*"),
    update("CERTIFICATE#*"),
    put("ROTATION#*"),
    remove("ROTATION#*", "ROTATION-OF#*"),
  ],
  "follow-order": [
    ...tell,
    ...readOpen,
    queryDue("FOLLOW"),
    querySlots,
    get("FOLLOW#*"),
    batchGet("CERTIFICATE#*"),
    update("CERTIFICATE#*", "FOLLOW#*", "KEY#*"),
    remove("FOLLOW#*"),
  ],
  "count-plans": [...countPlan, queryDue("PLAN-COUNTING"), batchGet("PLAN#*")],
  "advance-plans": [
    ...carryOut,
    ...readOpen,
    queryDue("PLAN-WORK"),
    querySlots,
    batchGet("CERTIFICATE#*", "PLAN-WORK#*"),
    update("CERTIFICATE#*", "KEY#*"),
    readStore,
    // A listing asks for the tag before and after.
    describeStore,
    listStore,
  ],
  "age-out-pages": ageOut,
  "rotate-origin-certificate": [
    ...audit,
    issueFrom("originCa"),
    collectFrom("originCa"),
    revokeAt("originCa"),
    may("originCa", "acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificateAuthorityCertificate"),
    may("originCertificates", "acm:GetCertificate", "acm:ImportCertificate"),
    get("ORIGIN"),
    put("ORIGIN"),
  ],
  "maintain-trust-store": [
    ...tell,
    query("AUTHORITIES"),
    get("TRUST-STORE"),
    put("TRUST-STORE"),
    may(
      "trustStore",
      "cloudfront:GetTrustStore",
      "cloudfront:UpdateTrustStore",
      "cloudfront:ListDistributionsByTrustStore",
    ),
    may("trustBundles", "s3:PutObject"),
    // Whether certificates name an OCSP responder.
    querySlots,
    batchGet("CERTIFICATE#*"),
  ],
  "rehearse-authorities": [
    ...intend,
    ...enrolments,
    enrolmentDepth,
    ...retire,
    get("TRUST-STORE"),
    query("HOLDER#*"),
    batchGet("CERTIFICATE#*"),
  ],
  "reconcile-ca": [
    ...tell,
    ...readReport,
    ...readOpen,
    revokeAt("issuingCas"),
    query("AUTHORITIES"),
    querySlots,
    get("CA-RECONCILIATION#*"),
    batchGet("CA-RECONCILIATION#*", "CERTIFICATE#*", "ORPHAN#*"),
    put("CA-RECONCILIATION#*", "ORPHAN#*"),
    update("CERTIFICATE#*", "ORPHAN#*", "PAGE#*"),
    check("CERTIFICATE#*"),
  ],
  "sweep-due": [
    ...retire,
    // A hold that ends.
    remove("PAGE#*"),
    query("AUTHORITIES", "AUDIT#*"),
    queryDue("DUE#*"),
    get("SWEEP", "PROFILES"),
    batchGet("CERTIFICATE#*"),
    update("SWEEP"),
  ],
  "backfill-ca": [...tellCa, queryDue("CA-REVOCATION#*"), batchGet("CERTIFICATE#*")],
};

/** All that the role of one function may do, its triggers included. */
export function grantsOf(name: FunctionName): Grants {
  return [...functionGrants[name], ...triggerGrants(name)];
}
