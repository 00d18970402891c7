// bench/tokens.hpp - key sets and 256 different tokens of each kind, of the shape Cloudflare Access gives
// them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/random.hpp>
#include <mcpawl/jose/jwk_set.hpp>

#include "../tests/unit/jose/access.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using namespace mcpawl::jose_tests;
using mcpawl::jose::algorithm;

inline constexpr std::size_t token_count = 256;
using token_list = std::vector<std::string>;

/** A key that signs, and the key set that has it. */
struct issuer {
  signing_key key;
  algorithm alg;
  std::shared_ptr<mcpawl::jose::jwk_set const> keys;

  issuer(signing_key signer, algorithm a, std::string const& other_keys = {})
      : key(std::move(signer)),
        alg(a),
        keys(key_set(other_keys +
                     key.jwk(kid, R"(,"use":"sig","alg":")" + std::string{mcpawl::jose::name_of(a)} + '"'))) {
  }

  std::string token(std::string const& header, std::string const& payload) const {
    return key.token(object(header), payload, alg);
  }
};

/** A header of 134 characters, a payload of about 423 and, with RSA, a signature of 342. */
struct tokens {
  issuer rsa{signing_key::rsa(2048), algorithm::rs256, signing_key::rsa(2048).jwk("other") + ','};
  issuer ec{signing_key::ec("P-256"), algorithm::es256};
  issuer ed{signing_key::ed25519(), algorithm::eddsa};
  token_list rs256 = good(rsa), es256 = good(ec), eddsa = good(ed);
  token_list garbage, alg_none, unknown_kid, expired, forged;

  static tokens const& get() {
    static tokens const instance;
    return instance;
  }

private:
  tokens() {
    for (std::size_t i = 0; i != token_count; ++i) {
      garbage.push_back(mcpawl::detail::random_hex(450));
      alg_none.push_back(base64url(object(header_members("none"))) + '.' + base64url(payload(i)) + ".AA");
      unknown_kid.push_back(rsa.token(header_members("RS256", mcpawl::detail::random_hex(32)), payload(i)));
      expired.push_back(rsa.token(header_members(), payload(i, now - 1)));
      forged.push_back(with_other_signature(rs256[i]));
    }
  }

  static token_list good(issuer const& from) {
    token_list all;
    for (std::size_t i = 0; i != token_count; ++i)
      all.push_back(from.token(header_members(mcpawl::jose::name_of(from.alg)), payload(i)));
    return all;
  }

  static std::string payload(std::size_t i, mcpawl::unix_seconds expires = now + 3600) {
    std::string const number = std::to_string(1000 + i);
    return R"({"aud":[")" + std::string{application} + R"("],"email":"user)" + number +
           R"(@example.com","exp":)" + std::to_string(expires) + R"(,"iat":)" + std::to_string(now - 60) +
           R"(,"nbf":)" + std::to_string(now - 60) + R"(,"iss":")" + std::string{team} +
           R"(","type":"app","identity_nonce":"6ei69kawdKzM)" + number +
           R"(","sub":"7335d417-61da-459d-899c-0a01c76a)" + number + R"(","country":"GB"})";
  }

  /** A signature that differs in its last bit: it stays below the modulus, or it would be refused unread. */
  static std::string with_other_signature(std::string const& token) {
    std::size_t const dot = token.rfind('.');
    bytes signature = from_base64url(std::string_view{token}.substr(dot + 1));
    signature.back() ^= 1;
    return token.substr(0, dot + 1) + base64url(signature);
  }
};

}  // namespace bench
