// mcpawl/jose/header.hpp - what we read of a token's header, and what makes us refuse it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/jose/name_set.hpp>

#include <cstddef>
#include <string_view>

namespace mcpawl::jose {

/** Bytes of the longest `kid` that is looked at, in tokens and in key sets. */
inline constexpr std::size_t max_kid_bytes = 256;

/** The members of a JOSE header that mean something to us (RFC 7515 section 4.1); views.

    `jku`, `jwk`, `x5u`, `x5c`, `x5t` and all others are checked for syntax and then ignored, whatever they
    hold: a key is only ever one that was fetched from the configured address and has this `kid`. They are
    not refused, since honest issuers send them.
*/
struct token_header {
  std::string_view alg;
  std::string_view kid;  ///< Empty if there is none: a name without a letter names nothing.
  std::string_view typ;
  bool has_typ = false;
};

namespace detail {

/** Collects a header from its events and remembers the first thing wrong with it. */
class header_sink final : public json_sink {
public:
  bool on(json_event const& event) noexcept override {
    if (event.depth == 0) {
      return event.token == json_token::object_begin || event.token == json_token::object_end ||
             refuse(jose_errc::header_syntax);
    }
    if (event.depth != 1) return true;  // inside of a member that is ignored
    if (event.token == json_token::name) return begin_member(event.text);
    std::string_view* const into = into_;
    into_ = nullptr;
    if (into == nullptr) return true;
    if (event.token != json_token::string) return refuse(jose_errc::header_member);
    *into = event.text;
    bool const bad_kid = into == &header.kid && event.text.size() > max_kid_bytes;
    return !bad_kid || refuse(jose_errc::header_member);
  }

  token_header header;
  bool has_alg = false;
  jose_errc problem = jose_errc::header_syntax;

private:
  bool begin_member(std::string_view name) noexcept {
    switch (names_.insert(name)) {
      case name_outcome::added: break;
      case name_outcome::duplicate: return refuse(jose_errc::header_duplicate);
      case name_outcome::full: return refuse(jose_errc::header_too_large);
    }
    into_ = nullptr;
    if (name.size() == 3) {
      if (name == "alg") {
        into_ = &header.alg;
        has_alg = true;
      } else if (name == "kid") {
        into_ = &header.kid;
      } else if (name == "typ") {
        into_ = &header.typ;
        header.has_typ = true;
      } else if (name == "b64") {
        return refuse(jose_errc::header_unencoded);
      }
    } else if (name == "crit") {
      return refuse(jose_errc::header_critical);
    }
    return true;
  }
  bool refuse(jose_errc why) noexcept {
    problem = why;
    return false;
  }

  name_set<32> names_;
  std::string_view* into_ = nullptr;
};

/** Read a header. The views in it live as long as `json` and until the reader reads again.

    @par Errors
    `header_syntax`, `header_duplicate`, `header_member`, `header_critical`, `header_unencoded`,
    `header_too_large` (over 32 members), `no_algorithm`.
*/
inline result<token_header> read_header(std::string_view json, json_reader& reader) noexcept {
  header_sink sink;
  switch (reader.read(json, sink)) {
    case json_outcome::complete: break;
    case json_outcome::stopped: return sink.problem;
    case json_outcome::invalid: return jose_errc::header_syntax;
  }
  if (!sink.has_alg) return jose_errc::no_algorithm;
  return sink.header;
}

/** Compare media types as RFC 7515 section 4.1.9 has them: without regard to case or a leading
    "application/". */
inline bool same_type(std::string_view a, std::string_view b) noexcept {
  auto const lower = [](char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  auto const same = [lower](std::string_view x, std::string_view y) noexcept {
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i != x.size(); ++i) {
      if (lower(x[i]) != lower(y[i])) return false;
    }
    return true;
  };
  constexpr std::string_view prefix = "application/";
  for (auto* type : {&a, &b}) {
    if (same(type->substr(0, prefix.size()), prefix)) type->remove_prefix(prefix.size());
  }
  return same(a, b);
}

}  // namespace detail

}  // namespace mcpawl::jose
