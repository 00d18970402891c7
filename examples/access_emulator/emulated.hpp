// examples/access_emulator/emulated.hpp - callers, tokens and failures that the access emulator can produce, by name
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/test/certs_endpoint.hpp>
#include <mcpawl/test/fake_access.hpp>

#include <boost/json/array.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace examples {

using mcpawl::test::certs_fault;
using mcpawl::test::forgery;

inline constexpr std::pair<std::string_view, certs_fault> certs_states[] = {
    {"up", certs_fault::none},
    {"slow", certs_fault::slow},
    {"down", certs_fault::down},
    {"hang", certs_fault::hang},
    {"drip", certs_fault::drip},
    {"endless", certs_fault::endless},
    {"huge", certs_fault::huge},
    {"truncated", certs_fault::truncated},
    {"html", certs_fault::html},
    {"redirect", certs_fault::redirect},
    {"error", certs_fault::error_with_keys},
    {"not_found", certs_fault::not_found},
    {"bad_json", certs_fault::bad_json},
    {"empty", certs_fault::empty_set}};

inline constexpr std::pair<std::string_view, forgery> forgeries[] = {
    {"other_key", forgery::other_key},         {"altered_payload", forgery::altered_payload},
    {"alg_none", forgery::alg_none},           {"hs256_with_certificate", forgery::hs256_with_certificate},
    {"unknown_kid", forgery::unknown_kid},     {"expired", forgery::expired},
    {"not_yet_valid", forgery::not_yet_valid}, {"wrong_audience", forgery::wrong_audience},
    {"wrong_issuer", forgery::wrong_issuer},   {"organization", forgery::organization}};

template <class Value, std::size_t Size>
Value const* find_name(std::pair<std::string_view, Value> const (&table)[Size], std::string_view name) {
  for (auto const& [known, value] : table)
    if (known == name) return &value;
  return nullptr;
}

template <class Value, std::size_t Size>
std::string names_of(std::pair<std::string_view, Value> const (&table)[Size]) {
  std::string out;
  for (auto const& [known, value] : table) out.append(out.empty() ? "" : ", ").append(known);
  return out;
}

/** Who is calling, as far as Access would know. */
struct caller {
  enum { user, end_user, service, nobody } kind = nobody;
  std::string name;  ///< The email, the id of a user without one, or the client id of a service token.
};

/** Tokens of one application, of five minutes, each used again until its last minute: signing one takes a
    millisecond. */
class token_cache {
public:
  token_cache(mcpawl::test::fake_access const& access, std::string audience)
      : access_(access), audience_(std::move(audience)) {}

  std::string const& audience() const noexcept { return audience_; }

  std::string const& token_for(caller const& who) {
    mcpawl::unix_seconds const now = mcpawl::clock::system().wall();
    kept& entry = tokens_[std::pair(int{who.kind}, who.name)];
    if (entry.expires < now + 60) {
      std::erase_if(tokens_,
                    [&](auto const& other) { return &other.second != &entry && other.second.expires < now; });
      mcpawl::test::access_token token = who.kind == caller::service    ? access_.service(who.name)
                                         : who.kind == caller::end_user ? access_.end_user(who.name)
                                                                        : access_.user(who.name);
      entry.expires = now + 300;
      boost::json::array audience;
      audience.emplace_back(audience_);
      token.claim("exp", entry.expires).claim("aud", audience);
      entry.text = access_.sign(token);
    }
    return entry.text;
  }
  void clear() { tokens_.clear(); }

private:
  struct kept {
    std::string text;
    mcpawl::unix_seconds expires = 0;
  };
  mcpawl::test::fake_access const& access_;
  std::string audience_;
  std::map<std::pair<int, std::string>, kept> tokens_;
};

}  // namespace examples
