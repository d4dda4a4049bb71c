// Everything that can be wrong with a posted CSR: a closed list of codes. The codes are public API: never renamed.

export type FindingCode =
  // The text around the request.
  | "csr.too_large"
  | "csr.not_pem"
  | "csr.two_blocks"
  | "csr.label_unsupported"
  | "csr.text_outside_block"
  | "csr.not_base64"
  | "csr.contains_private_key"
  // Its encoding (X.690 DER).
  | "der.truncated"
  | "der.trailing_bytes"
  | "der.length_indefinite"
  | "der.length_not_minimal"
  | "der.tag_unsupported"
  | "der.too_deep"
  | "der.too_many_elements"
  | "der.integer_not_minimal"
  | "der.boolean_malformed"
  | "der.null_malformed"
  | "der.oid_malformed"
  | "der.oid_too_long"
  | "der.bit_string_malformed"
  | "der.string_malformed"
  | "der.set_not_sorted"
  | "der.default_encoded"
  // The request (RFC 2986).
  | "csr.not_a_request"
  | "csr.parsers_disagree"
  | "csr.version_unsupported"
  | "csr.signature_algorithm_weak"
  | "csr.signature_algorithm_unsupported"
  | "csr.signature_key_mismatch"
  | "csr.signature_invalid"
  | "csr.attribute_unsupported"
  | "csr.attribute_duplicate"
  | "csr.attribute_not_single"
  | "csr.extension_duplicate"
  | "csr.extension_malformed"
  | "csr.extension_critical_unknown"
  // The public key.
  | "key.type_unsupported"
  | "key.malformed"
  | "key.rsa_too_short"
  | "key.rsa_size_unsupported"
  | "key.rsa_exponent"
  | "key.rsa_small_factor"
  | "key.rsa_roca"
  | "key.rsa_close_primes"
  | "key.curve_explicit"
  | "key.curve_unsupported"
  | "key.point_infinity"
  | "key.point_compressed"
  | "key.point_malformed"
  | "key.point_off_curve"
  // The names.
  | "subject.attribute_unsupported"
  | "subject.attribute_duplicate"
  | "subject.multi_valued_rdn"
  | "subject.string_type"
  | "subject.value_length"
  | "subject.character_forbidden"
  | "san.kind_unsupported"
  | "san.value_malformed"
  | "san.too_many"
  // What the request asks for, against the profile (check-requested-names.ts).
  | "requested.subject"
  | "requested.subject_alt_name"
  | "requested.extended_key_usage"
  | "requested.key_usage"
  | "requested.ca"
  | "requested.extension";

export type Finding = {
  readonly code: FindingCode;
  /** One sentence, safe to show: at most a short escaped excerpt of the input, never key material. */
  readonly detail: string;
};
