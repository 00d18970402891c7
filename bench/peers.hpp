// bench/peers.hpp - other libraries doing with a token what the policy of Access does, where they are
// installed
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tokens.hpp"

#if defined(MCPAWL_BENCH_CJOSE)
#include <cjose/cjose.h>
#include <jansson.h>
#endif
#if defined(MCPAWL_BENCH_LIBJWT)
#include <jwt.h>
#include <openssl/pem.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

template <auto Free>
struct release {
  template <class T>
  void operator()(T* object) const noexcept {
    static_cast<void>(Free(object));
  }
};

#if defined(MCPAWL_BENCH_CJOSE)

/** cjose with keys that were prepared; the claims, which it leaves to its user, are read with jansson. */
class cjose_peer {
  using key = std::unique_ptr<cjose_jwk_t, release<&cjose_jwk_release>>;
  using signed_object = std::unique_ptr<cjose_jws_t, release<&cjose_jws_release>>;
  using json = std::unique_ptr<json_t, release<&json_decref>>;

public:
  cjose_peer() {
    tokens const& t = tokens::get();
    for (auto const& [id, signer] :
         {std::pair{std::string{"other"}, &t.ec.key}, {std::string{kid}, &t.rsa.key}})
      keys_.emplace_back(id, imported(signer->jwk(id)));
  }

  bool operator()(std::size_t i) {
    std::string const& token = tokens::get().rs256[i];
    cjose_err error;
    signed_object const jws{cjose_jws_import(token.data(), token.size(), &error)};
    if (!jws) return false;
    cjose_header_t* const header = cjose_jws_get_protected(jws.get());
    char const* const alg = cjose_header_get(header, CJOSE_HDR_ALG, &error);
    char const* const id = cjose_header_get(header, CJOSE_HDR_KID, &error);
    if (alg == nullptr || id == nullptr || std::string_view{alg} != "RS256") return false;
    cjose_jwk_t* with = nullptr;
    for (auto const& [name, candidate] : keys_)
      if (name == id) with = candidate.get();
    std::uint8_t* text = nullptr;
    std::size_t size = 0;
    if (with == nullptr || !cjose_jws_verify(jws.get(), with, &error) ||
        !cjose_jws_get_plaintext(jws.get(), &text, &size, &error)) {
      return false;
    }
    json const claims{json_loadb(reinterpret_cast<char const*>(text), size, JSON_REJECT_DUPLICATES, nullptr)};
    return claims && accepted(claims.get());
  }

private:
  static key imported(std::string const& jwk) {
    cjose_err error;
    key made{cjose_jwk_import(jwk.data(), jwk.size(), &error)};
    if (!made) std::abort();
    return made;
  }
  static bool is(json_t const* value, std::string_view expected) {
    char const* const text = json_string_value(value);
    return text != nullptr && text == expected;
  }
  static bool accepted(json_t const* claims) {
    json_t const *const exp = json_object_get(claims, "exp"), *const nbf = json_object_get(claims, "nbf");
    json_t const* const aud = json_object_get(claims, "aud");
    bool ours = false;
    for (std::size_t i = 0; i != json_array_size(aud); ++i) ours |= is(json_array_get(aud, i), application);
    return ours && is(json_object_get(claims, "iss"), team) && is(json_object_get(claims, "type"), "app") &&
           json_is_integer(exp) && json_integer_value(exp) > now && json_is_integer(nbf) &&
           json_integer_value(nbf) <= now;
  }

  std::vector<std::pair<std::string, key>> keys_;
};

#endif

#if defined(MCPAWL_BENCH_LIBJWT)

/** libjwt 1. Its interface takes the key as PEM with each token, and before it has read the `kid`: the key is
    the right one already. */
class libjwt_peer {
  using decoded = std::unique_ptr<jwt_t, release<&jwt_free>>;
  using text = std::unique_ptr<char, release<&std::free>>;

public:
  libjwt_peer() {
    std::unique_ptr<BIO, release<&BIO_free>> const out{BIO_new(BIO_s_mem())};
    char* data = nullptr;
    if (PEM_write_bio_PUBKEY(out.get(), tokens::get().rsa.key.native()) != 1) std::abort();
    long const size = BIO_get_mem_data(out.get(), &data);
    pem_.assign(data, static_cast<std::size_t>(size));
  }

  bool operator()(std::size_t i) {
    jwt_t* made = nullptr;
    auto const* const key = reinterpret_cast<unsigned char const*>(pem_.data());
    if (jwt_decode(&made, tokens::get().rs256[i].c_str(), key, static_cast<int>(pem_.size())) != 0)
      return false;
    decoded const jwt{made};
    text const aud{jwt_get_grants_json(made, "aud")};
    return jwt_get_alg(made) == JWT_ALG_RS256 && is(jwt_get_header(made, "kid"), kid) && aud &&
           std::string_view{aud.get()}.find('"' + std::string{application} + '"') != std::string_view::npos &&
           is(jwt_get_grant(made, "iss"), team) && is(jwt_get_grant(made, "type"), "app") &&
           jwt_get_grant_int(made, "exp") > now && jwt_get_grant_int(made, "nbf") <= now;
  }

private:
  static bool is(char const* value, std::string_view expected) {
    return value != nullptr && value == expected;
  }

  std::string pem_;
};

#endif

}  // namespace bench
