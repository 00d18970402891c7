// mcpawl/jose/errc.hpp - every reason to refuse a token, a key or a key set, one value each
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::jose {

/** Errors of the jose layer. A log may name them; a client should not learn more than that it was refused. */
enum class jose_errc {
  // the token as a whole
  malformed_token = 1,  ///< Not three non-empty parts between exactly two dots.
  token_too_large,      ///< Over `expectation::max_token_bytes`.
  no_keys,              ///< The verifier has no key it could use.
  bad_expectation,      ///< The expectation names no issuer, no audience or no algorithm.

  // its header
  header_too_large,       ///< Over 2 KiB of base64url.
  header_encoding,        ///< Not canonical base64url.
  header_syntax,          ///< Not one JSON object of allowed depth and size.
  header_duplicate,       ///< A member is named twice.
  header_member,          ///< `alg`, `kid` or `typ` is not a string, or `kid` is over 256 bytes.
  header_critical,        ///< `crit` is there: we implement no extension (RFC 7515 section 4.1.11).
  header_unencoded,       ///< `b64` is there (RFC 7797).
  no_algorithm,           ///< No `alg`.
  unknown_algorithm,      ///< `alg` is "none", symmetric or nothing we know.
  algorithm_not_allowed,  ///< The expectation does not allow it.
  algorithm_mismatch,     ///< The key named by `kid` is not for this algorithm.
  wrong_type,             ///< `typ` is not one of those expected.
  no_kid,                 ///< No `kid`, and the expectation demands one.
  no_single_key,  ///< No `kid`, and not exactly one key for the algorithm: keys are not tried in turn.
  unknown_kid,    ///< The key set has no such key; it may be newer than our copy.

  // its signature
  signature_length,           ///< Not as long as the key's signatures are.
  signature_encoding,         ///< Not canonical base64url.
  bad_signature,              ///< Not a signature of this key over this header and payload.
  bad_signature_without_kid,  ///< No `kid`, and not of the one key there is; newer ones may be there.

  // its claims, looked at only when the signature is right
  claims_encoding,   ///< Not canonical base64url.
  claims_syntax,     ///< Not one JSON object of allowed depth.
  claims_duplicate,  ///< A claim, or a member of an object inside of one, is named twice.
  too_many_claims,   ///< Over 256 claims, those of an object inside of one counted in.
  no_issuer,         ///< No `iss`.
  wrong_issuer,      ///< `iss` is not a string or not exactly the one expected.
  bad_subject,       ///< `sub` is not a string.
  no_audience,       ///< No `aud`.
  bad_audience,      ///< `aud` is neither a string nor an array of at most 256 strings.
  wrong_audience,    ///< `aud` has none of those expected.
  no_expiry,         ///< No `exp`.
  bad_date,          ///< `exp`, `nbf` or `iat` is not a number from 0 to 2^53.
  expired,           ///< `exp` has come.
  not_yet_valid,     ///< `nbf` is ahead by more than the leeway.
  issued_in_future,  ///< `iat` is ahead by more than the leeway.

  // a key set
  key_set_too_large,  ///< Over 256 KiB.
  key_set_syntax,     ///< Not one JSON object of allowed depth with exactly one array `keys`.
  no_usable_key,      ///< None of its keys can be used.

  // one key of a set
  duplicate_kid,   ///< Other keys have its `kid` and all of its algorithms: nobody can say which is meant.
  key_not_object,  ///< An entry of `keys` is not an object.
  key_duplicate,   ///< A member is named twice.
  key_member,      ///< A member has the wrong JSON type, or there are over 32.
  key_kid,         ///< A `kid` over 256 bytes.
  key_private,     ///< Private members in a public place: the key must be taken as known to all.
  key_symmetric,   ///< `kty` is "oct".
  key_type,        ///< Another `kty` or `crv` than those we know.
  key_use,         ///< `use` is there and not "sig".
  key_operations,  ///< `key_ops` is there and without "verify".
  key_algorithm,   ///< `alg` is unknown or not for this kind of key.
  key_encoding,    ///< A number is missing, not base64url or base64, or of the wrong length.
  key_size,        ///< RSA modulus outside 2048 to 8192 bits, or even.
  key_exponent,    ///< RSA exponent even, below 3 or over 64 bits.
  key_weak,        ///< RSA modulus of the kind of CVE-2017-15361: others can compute the private key.
  key_point,       ///< Not a point of its curve.
  key_excess,      ///< The set already has 64 usable keys.
  library,         ///< OpenSSL failed for no reason of the input.
};

constexpr error_entry describe(jose_errc e) noexcept {
  switch (e) {
    case jose_errc::malformed_token:
      return {"token is not three parts between two dots", condition::malformed};
    case jose_errc::token_too_large: return {"token too large", condition::too_large};
    case jose_errc::no_keys: return {"no key to verify with", condition::unavailable};
    case jose_errc::bad_expectation:
      return {"expectation without issuer, audience or algorithm", condition::configuration};
    case jose_errc::header_too_large: return {"token header too large", condition::too_large};
    case jose_errc::header_encoding: return {"token header is not canonical base64url", condition::malformed};
    case jose_errc::header_syntax: return {"token header is not a JSON object", condition::malformed};
    case jose_errc::header_duplicate: return {"token header with a duplicate member", condition::malformed};
    case jose_errc::header_member:
      return {"token header with a member of the wrong type", condition::malformed};
    case jose_errc::header_critical: return {"token header with critical extensions", condition::refused};
    case jose_errc::header_unencoded: return {"token header with b64", condition::refused};
    case jose_errc::no_algorithm: return {"token header without alg", condition::malformed};
    case jose_errc::unknown_algorithm: return {"signature algorithm unknown", condition::refused};
    case jose_errc::algorithm_not_allowed: return {"signature algorithm not allowed", condition::refused};
    case jose_errc::algorithm_mismatch: return {"signature algorithm is not the key's", condition::refused};
    case jose_errc::wrong_type: return {"token of the wrong type", condition::refused};
    case jose_errc::no_kid: return {"token header without kid", condition::refused};
    case jose_errc::no_single_key:
      return {"token header without kid, and not exactly one key for its algorithm", condition::refused};
    case jose_errc::unknown_kid: return {"no key of that kid", condition::refused};
    case jose_errc::signature_length: return {"signature of the wrong length", condition::refused};
    case jose_errc::signature_encoding: return {"signature is not canonical base64url", condition::malformed};
    case jose_errc::bad_signature: return {"signature is wrong", condition::refused};
    case jose_errc::bad_signature_without_kid:
      return {"signature is not of the only key, and no kid names another", condition::refused};
    case jose_errc::claims_encoding: return {"claims are not canonical base64url", condition::malformed};
    case jose_errc::claims_syntax: return {"claims are not a JSON object", condition::malformed};
    case jose_errc::claims_duplicate: return {"duplicate claim", condition::malformed};
    case jose_errc::too_many_claims: return {"too many claims", condition::too_large};
    case jose_errc::no_issuer: return {"no issuer", condition::refused};
    case jose_errc::wrong_issuer: return {"wrong issuer", condition::refused};
    case jose_errc::bad_subject: return {"subject is not a string", condition::malformed};
    case jose_errc::no_audience: return {"no audience", condition::refused};
    case jose_errc::bad_audience:
      return {"audience is not a string or a list of strings", condition::malformed};
    case jose_errc::wrong_audience: return {"wrong audience", condition::refused};
    case jose_errc::no_expiry: return {"no expiry", condition::refused};
    case jose_errc::bad_date: return {"date is not a number in range", condition::malformed};
    case jose_errc::expired: return {"token expired", condition::expired};
    case jose_errc::not_yet_valid: return {"token not yet valid", condition::expired};
    case jose_errc::issued_in_future: return {"token issued in the future", condition::expired};
    case jose_errc::key_set_too_large: return {"key set too large", condition::too_large};
    case jose_errc::key_set_syntax: return {"not a JSON Web Key Set", condition::malformed};
    case jose_errc::no_usable_key: return {"key set without a usable key", condition::refused};
    case jose_errc::duplicate_kid: return {"key with the kid and algorithm of another", condition::refused};
    case jose_errc::key_not_object: return {"key is not an object", condition::malformed};
    case jose_errc::key_duplicate: return {"key with a duplicate member", condition::malformed};
    case jose_errc::key_member: return {"key with a member of the wrong type", condition::malformed};
    case jose_errc::key_kid: return {"key with an overlong kid", condition::too_large};
    case jose_errc::key_private: return {"private key published", condition::refused};
    case jose_errc::key_symmetric: return {"symmetric key published", condition::refused};
    case jose_errc::key_type: return {"key of an unknown type", condition::refused};
    case jose_errc::key_use: return {"key is not for signatures", condition::refused};
    case jose_errc::key_operations: return {"key is not for verifying", condition::refused};
    case jose_errc::key_algorithm: return {"key for an unknown or unfitting algorithm", condition::refused};
    case jose_errc::key_encoding: return {"key with a malformed number", condition::malformed};
    case jose_errc::key_size: return {"RSA modulus unusable", condition::refused};
    case jose_errc::key_exponent: return {"RSA exponent unusable", condition::refused};
    case jose_errc::key_weak: return {"RSA modulus that can be factored", condition::refused};
    case jose_errc::key_point: return {"key is not a point of its curve", condition::refused};
    case jose_errc::key_excess: return {"too many keys", condition::too_large};
    case jose_errc::library: return {"OpenSSL failed", condition::internal};
  }
  return {"unknown token error", condition::internal};
}
constexpr char const* category_name(jose_errc) noexcept { return "mcpawl.jose"; }
inline error_code make_error_code(jose_errc e) noexcept { return code_of(e); }

/** Whether the token that was refused may be good by newer keys than those at hand. */
inline bool newer_keys_may_help(error_code const& why) noexcept {
  return why.category() == make_error_code(jose_errc::unknown_kid).category() &&
         (why.value() == static_cast<int>(jose_errc::unknown_kid) ||
          why.value() == static_cast<int>(jose_errc::no_single_key) ||
          why.value() == static_cast<int>(jose_errc::bad_signature_without_kid));
}

}  // namespace mcpawl::jose

template <>
struct boost::system::is_error_code_enum<mcpawl::jose::jose_errc> : std::true_type {};
