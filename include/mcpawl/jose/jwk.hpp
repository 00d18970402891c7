// mcpawl/jose/jwk.hpp - one public key of a key set
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/public_key.hpp>
#include <mcpawl/jose/algorithm.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/header.hpp>
#include <mcpawl/jose/key_number.hpp>
#include <mcpawl/jose/roca.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::jose {

/** The members of a JWK (RFC 7517 section 4, RFC 7518 section 6) that decide what a key is; views.

    A member that is absent is an empty view with its flag unset, which only matters for `alg` and `use`.
*/
struct jwk_members {
  std::string_view kty, kid, use, alg, n, e, crv, x, y;
  bool has_use = false;
  bool has_alg = false;
  bool has_key_ops = false;
  bool can_verify = false;   ///< `key_ops` has "verify".
  bool has_private = false;  ///< One of `d`, `p`, `q`, `dp`, `dq`, `qi`, `oth`, `k`.
};

/** A public key with its name, fit to verify signatures. Immutable; copies share the key. */
class jwk {
public:
  /** Check the members of a key and make it.

      @par Errors
      Those of `jose_errc` about one key. Throws only `std::bad_alloc`.
  */
  static result<jwk> make(jwk_members const& members);

  /** Its name; empty if it has none. */
  std::string const& kid() const noexcept { return kid_; }

  /** What the key may be used with: the algorithm it names, or all that fit its kind if it names none. In a
      set that has the key several times, those of all its entries, without those of other keys of its `kid`.
   */
  algorithm_set algorithms() const noexcept { return algorithms_; }

  mcpawl::detail::public_key const& key() const noexcept { return key_; }

  /** SHA-256 thumbprint (RFC 7638): equal for equal keys, whatever their `kid` and their spelling. */
  mcpawl::detail::sha256_digest const& thumbprint() const noexcept { return thumbprint_; }

private:
  friend class jwk_set;
  jwk(std::string kid, algorithm_set algorithms, mcpawl::detail::public_key key,
      mcpawl::detail::sha256_digest thumbprint)
      : kid_(std::move(kid)), algorithms_(algorithms), key_(std::move(key)), thumbprint_(thumbprint) {}

  std::string kid_;
  algorithm_set algorithms_;
  mcpawl::detail::public_key key_;
  mcpawl::detail::sha256_digest thumbprint_;
};

namespace detail {

inline jose_errc key_problem(error_code const& e) noexcept {
  if (e == mcpawl::detail::crypto_errc::key_encoding) return jose_errc::key_encoding;
  if (e == mcpawl::detail::crypto_errc::key_size || e == mcpawl::detail::crypto_errc::key_modulus)
    return jose_errc::key_size;
  if (e == mcpawl::detail::crypto_errc::key_exponent) return jose_errc::key_exponent;
  if (e == mcpawl::detail::crypto_errc::key_point) return jose_errc::key_point;
  return jose_errc::library;
}

/** Append `"name":"value"` to the canonical JSON of a thumbprint; the values are words or base64url. */
inline void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += json.empty() ? "{\"" : ",\"";
  json += name;
  json += "\":\"";
  json += value;
  json += '"';
}

}  // namespace detail

inline result<jwk> jwk::make(jwk_members const& m) {
  if (m.kid.size() > max_kid_bytes) return jose_errc::key_kid;
  if (m.kty == "oct") return jose_errc::key_symmetric;
  if (m.has_private) return jose_errc::key_private;
  if (m.has_use && m.use != "sig") return jose_errc::key_use;
  if (m.has_key_ops && !m.can_verify) return jose_errc::key_operations;

  mcpawl::detail::key_kind kind = mcpawl::detail::key_kind::rsa;
  if (m.kty == "EC") {
    if (m.crv == "P-256")
      kind = mcpawl::detail::key_kind::p256;
    else if (m.crv == "P-384")
      kind = mcpawl::detail::key_kind::p384;
    else if (m.crv == "P-521")
      kind = mcpawl::detail::key_kind::p521;
    else
      return jose_errc::key_type;
  } else if (m.kty == "OKP") {
    if (m.crv != "Ed25519") return jose_errc::key_type;
    kind = mcpawl::detail::key_kind::ed25519;
  } else if (m.kty != "RSA") {
    return jose_errc::key_type;
  }
  algorithm_set algorithms = algorithms_of(kind);
  if (m.has_alg) {
    auto const named = find_algorithm(m.alg);
    if (!named || !algorithms.contains(*named)) return jose_errc::key_algorithm;
    algorithms = {*named};
  }

  detail::key_number first, second;
  auto const make_key = [&]() -> result<mcpawl::detail::public_key> {
    bool const is_rsa = kind == mcpawl::detail::key_kind::rsa;
    bool const has_second = kind != mcpawl::detail::key_kind::ed25519;
    if (!first.decode(is_rsa ? m.n : m.x)) return mcpawl::detail::crypto_errc::key_encoding;
    if (has_second && !second.decode(is_rsa ? m.e : m.y)) return mcpawl::detail::crypto_errc::key_encoding;
    if (is_rsa) {
      first.trim();
      second.trim();
      return mcpawl::detail::public_key::rsa(first.bytes(), second.bytes());
    }
    if (!has_second)
      return mcpawl::detail::public_key::ed25519(first.bytes());  // a string of bytes, not a number
    if (!first.fit(mcpawl::detail::coordinate_size(kind)) ||
        !second.fit(mcpawl::detail::coordinate_size(kind)))
      return mcpawl::detail::crypto_errc::key_encoding;
    return mcpawl::detail::public_key::ec(kind, first.bytes(), second.bytes());
  };
  auto key = make_key();
  if (!key) return detail::key_problem(key.error());
  if (kind == mcpawl::detail::key_kind::rsa && detail::has_roca_fingerprint(first.bytes()))
    return jose_errc::key_weak;

  std::string canonical;  // RFC 7638 section 3.2: the required members only, in lexicographic order
  if (kind == mcpawl::detail::key_kind::rsa) {
    detail::append_member(canonical, "e", second.text());
    detail::append_member(canonical, "kty", m.kty);
    detail::append_member(canonical, "n", first.text());
  } else {
    detail::append_member(canonical, "crv", m.crv);
    detail::append_member(canonical, "kty", m.kty);
    detail::append_member(canonical, "x", first.text());
    if (kind != mcpawl::detail::key_kind::ed25519) detail::append_member(canonical, "y", second.text());
  }
  canonical += '}';
  return jwk{std::string{m.kid}, algorithms, *std::move(key), mcpawl::detail::sha256(canonical)};
}

}  // namespace mcpawl::jose
