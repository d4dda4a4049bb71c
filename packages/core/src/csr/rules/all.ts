// The rules in order, as data. A stage runs when the one before it left something to look at.

import { attributeAllowed } from "./attribute-allowed.ts";
import { attributeOnce } from "./attribute-once.ts";
import { derCanonical } from "./der-canonical.ts";
import { derIsRequest } from "./der-is-request.ts";
import { derStrict } from "./der-strict.ts";
import { ecCurve } from "./ec-curve.ts";
import { ecPoint } from "./ec-point.ts";
import { extensionCriticalKnown } from "./extension-critical-known.ts";
import { extensionOnce } from "./extension-once.ts";
import { extensionWellFormed } from "./extension-well-formed.ts";
import { keyType } from "./key-type.ts";
import { libraryAgrees } from "./library-agrees.ts";
import { pemBase64 } from "./pem-base64.ts";
import { pemLabel } from "./pem-label.ts";
import { pemNoPrivateKey } from "./pem-no-private-key.ts";
import { pemNothingOutside } from "./pem-nothing-outside.ts";
import { pemSingleBlock } from "./pem-single-block.ts";
import { pemSize } from "./pem-size.ts";
import { requestVersion } from "./request-version.ts";
import { rsaClosePrimes } from "./rsa-close-primes.ts";
import { rsaExponent } from "./rsa-exponent.ts";
import { rsaRoca } from "./rsa-roca.ts";
import { rsaSize } from "./rsa-size.ts";
import { rsaSmallFactors } from "./rsa-small-factors.ts";
import type { DerRule, PemRule, RequestRule } from "./rule.ts";
import { signatureAlgorithm } from "./signature-algorithm.ts";
import { signatureVerifies } from "./signature-verifies.ts";
import { subjectAltNames } from "./subject-alt-names.ts";
import { subjectCharacters } from "./subject-characters.ts";
import { subjectStrings } from "./subject-strings.ts";
import { subjectTypes } from "./subject-types.ts";

export const pemRules: readonly PemRule[] = [
  pemNoPrivateKey,
  pemSize,
  pemSingleBlock,
  pemLabel,
  pemNothingOutside,
  pemBase64,
];

export const derRules: readonly DerRule[] = [derStrict, derCanonical, derIsRequest, libraryAgrees];

export const requestRules: readonly RequestRule[] = [
  requestVersion,
  keyType,
  rsaSize,
  rsaExponent,
  rsaSmallFactors,
  rsaRoca,
  rsaClosePrimes,
  ecCurve,
  ecPoint,
  signatureAlgorithm,
  signatureVerifies,
  attributeAllowed,
  attributeOnce,
  extensionOnce,
  extensionWellFormed,
  extensionCriticalKnown,
  subjectTypes,
  subjectStrings,
  subjectCharacters,
  subjectAltNames,
];
