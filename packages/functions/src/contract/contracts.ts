// Every route's contract, by the name of its function in the catalogue. A test holds the two lists together.
import type { RouteContract } from "../http/contract.ts";
import { getAudit } from "./get-audit.ts";
import { getAuthorities } from "./get-authorities.ts";
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
import { getRenewalWindow } from "./get-renewal-window.ts";
import { getRotation } from "./get-rotation.ts";
import { getTrustBundle } from "./get-trust-bundle.ts";
import { patchClaim } from "./patch-claim.ts";
import { postAuthorities } from "./post-authorities.ts";
import { postAuthorityCrl } from "./post-authority-crl.ts";
import { postCertificates } from "./post-certificates.ts";
import { postClaims } from "./post-claims.ts";
import { postEdgeReconcile } from "./post-edge-reconcile.ts";
import { postEst, postEstLabelled } from "./post-est.ts";
import { postJobRun } from "./post-job-run.ts";
import { postLotEnrolments } from "./post-lot-enrolments.ts";
import { postLotManifest } from "./post-lot-manifest.ts";
import { postAuthorityWindows, postCertificateWindow, postLotWindows } from "./post-renewal-window.ts";
import { abortRotation, pauseRotation, resumeRotation } from "./post-rotation-change.ts";
import { postRotations } from "./post-rotations.ts";
import { putLot } from "./put-lot.ts";
import { putProfile } from "./put-profile.ts";
import { renewCertificate } from "./renew-certificate.ts";

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
  "post-authorities": [postAuthorities],
  "get-authorities": [getAuthorities],
  "post-authority-crl": [postAuthorityCrl],
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
  "get-audit": [getAudit],
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
