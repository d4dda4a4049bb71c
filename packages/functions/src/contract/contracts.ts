// Every route's contract, by the name of its function in the catalogue. A test holds the two lists together.
import type { RouteContract } from "../http/contract.ts";
import { deleteWebhook } from "./delete-webhook.ts";
import {
  deleteFindingSender,
  getFindingSenders,
  putFindingSender,
  rotateFindingSender,
} from "./finding-sender.ts";
import { getAudit } from "./get-audit.ts";
import { getAuthorities } from "./get-authorities.ts";
import { getAuthority } from "./get-authority.ts";
import { getAuthorityChain } from "./get-authority-chain.ts";
import { getCertificate } from "./get-certificate.ts";
import { getCertificates } from "./get-certificates.ts";
import { getClaim } from "./get-claim.ts";
import { getClaims } from "./get-claims.ts";
import { getEdge } from "./get-edge.ts";
import { getEnrolment } from "./get-enrolment.ts";
import { getEst, getEstLabelled } from "./get-est.ts";
import { getHealth } from "./get-health.ts";
import { getLot } from "./get-lot.ts";
import { getOpenapi } from "./get-openapi.ts";
import { getOriginCertificate } from "./get-origin-certificate.ts";
import { getProblem } from "./get-problem.ts";
import { getProfile } from "./get-profile.ts";
import { getProfiles } from "./get-profiles.ts";
import { getReconciliation } from "./get-reconciliation.ts";
import { getRenewalWindow } from "./get-renewal-window.ts";
import { getRevocationPlan } from "./get-revocation-plan.ts";
import { getRevocationPlans } from "./get-revocation-plans.ts";
import { getRotation } from "./get-rotation.ts";
import { getTrustBundle } from "./get-trust-bundle.ts";
import { getWebhook, getWebhooks } from "./get-webhooks.ts";
import { patchClaim } from "./patch-claim.ts";
import { postAuthorities } from "./post-authorities.ts";
import { postAuthorityCrl } from "./post-authority-crl.ts";
import {
  activateAuthority,
  drainAuthority,
  prepareAuthority,
  retireAuthority,
} from "./post-authority-state.ts";
import { distrustAuthority, raiseNotBeforeFloor } from "./post-authority-trouble.ts";
import { holdCertificateContract, resumeCertificateContract } from "./post-certificate-hold.ts";
import { postCertificates } from "./post-certificates.ts";
import { postClaims } from "./post-claims.ts";
import { postEdgeReconcile } from "./post-edge-reconcile.ts";
import { postEst, postEstLabelled } from "./post-est.ts";
import { postFindings } from "./post-findings.ts";
import { postJobRun } from "./post-job-run.ts";
import { postLotEnrolments } from "./post-lot-enrolments.ts";
import { postLotManifest } from "./post-lot-manifest.ts";
import { postAuthorityWindows, postCertificateWindow, postLotWindows } from "./post-renewal-window.ts";
import {
  applyRevocationPlan,
  approveRevocationPlan,
  cancelRevocationPlan,
} from "./post-revocation-plan-decision.ts";
import { liftRevocationPlan } from "./post-revocation-plan-lift.ts";
import { postRevocationPlans } from "./post-revocation-plans.ts";
import { abortRotation, pauseRotation, resumeRotation } from "./post-rotation-change.ts";
import { postRotations } from "./post-rotations.ts";
import { postWebhookSecret } from "./post-webhook-secret.ts";
import { putLot } from "./put-lot.ts";
import { putProfile } from "./put-profile.ts";
import { putWebhook } from "./put-webhook.ts";
import { renewCertificate } from "./renew-certificate.ts";
import { deleteRule, getRule, getRules, putRule } from "./rule.ts";

/** A function may answer several routes. */
export const contracts = {
  "post-certificates": [postCertificates],
  "get-certificate": [getCertificate],
  "get-certificates": [getCertificates],
  "get-enrolment": [getEnrolment],
  "renew-certificate": [renewCertificate],
  "get-renewal-window": [getRenewalWindow],
  "post-renewal-window": [postCertificateWindow, postLotWindows, postAuthorityWindows],
  "post-rotations": [postRotations],
  "get-rotation": [getRotation],
  "post-rotation-change": [pauseRotation, resumeRotation, abortRotation],
  "post-revocation-plans": [postRevocationPlans],
  "get-revocation-plans": [getRevocationPlans],
  "get-revocation-plan": [getRevocationPlan],
  "post-revocation-plan-decision": [approveRevocationPlan, cancelRevocationPlan],
  "post-revocation-plan-apply": [applyRevocationPlan],
  "post-revocation-plan-lift": [liftRevocationPlan],
  "post-certificate-hold": [holdCertificateContract, resumeCertificateContract],
  "post-authority-trouble": [distrustAuthority, raiseNotBeforeFloor],
  "post-authorities": [postAuthorities],
  "get-authorities": [getAuthorities],
  "get-authority": [getAuthority],
  "post-authority-state": [prepareAuthority, activateAuthority, drainAuthority, retireAuthority],
  "post-authority-crl": [postAuthorityCrl],
  "get-reconciliation": [getReconciliation],
  "get-trust-bundle": [getTrustBundle],
  "get-edge": [getEdge],
  "post-edge-reconcile": [postEdgeReconcile],
  "post-job-run": [postJobRun],
  "post-claims": [postClaims],
  "get-claims": [getClaims],
  "get-claim": [getClaim],
  "patch-claim": [patchClaim],
  "get-profiles": [getProfiles],
  "get-profile": [getProfile],
  "put-profile": [putProfile],
  "put-webhook": [putWebhook],
  "get-webhooks": [getWebhooks, getWebhook],
  "delete-webhook": [deleteWebhook],
  "post-webhook-secret": [postWebhookSecret],
  "get-audit": [getAudit],
  "post-findings": [postFindings],
  "finding-senders": [getFindingSenders, putFindingSender, rotateFindingSender, deleteFindingSender],
  "get-rules": [getRules],
  "get-rule": [getRule],
  "put-rule": [putRule],
  "delete-rule": [deleteRule],
  "get-health": [getHealth],
  "put-lot": [putLot],
  "get-lot": [getLot],
  "post-lot-manifest": [postLotManifest],
  "post-lot-enrolments": [postLotEnrolments],
  "get-authority-chain": [getAuthorityChain],
  "get-openapi": [getOpenapi],
  "get-problem": [getProblem],
  "get-origin-certificate": [getOriginCertificate],
  "get-est": [getEst, getEstLabelled],
  "post-est": [postEst, postEstLabelled],
} as const satisfies Readonly<Record<string, readonly RouteContract[]>>;
