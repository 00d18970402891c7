// mcpawl/auth/development_identity.hpp - makes the identity of a caller who did not log in, for development_or alone
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/access/access_reader.hpp>
#include <mcpawl/auth/bearer_claims.hpp>
#include <mcpawl/auth/development_claims.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/oauth/common/scopes.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl {

template <auth_policy Policy>
class development_or;

namespace detail {

/** The identities that there are for development. */
template <class Identity>
inline constexpr bool has_development_identity = std::is_same_v<Identity, access_identity>;
template <class Claims>
inline constexpr bool has_development_identity<verified<bearer_claims<Claims>>> = true;

/** Makes identities without a token. Beside the verifiers nothing else does, and only `development_or` may ask
    it to. */
class development_identity_maker {
private:
  template <auth_policy Policy>
  friend class mcpawl::development_or;

  /** Make the identity that a setting describes; nothing if it is wrong, as `wrong` says then. */
  static std::optional<access_identity> make(std::type_identity<access_identity>, std::string_view setting,
                                             unix_seconds now, std::string& wrong) {
    development_claims claims(setting, "email");
    wrong = claims.wrong();
    if (wrong.empty()) wrong = fault_of_access(claims);
    if (!wrong.empty()) return std::nullopt;
    claims.set("type", "app");
    if (claims.find("sub") == nullptr && claims.find("email") != nullptr)
      claims.set("sub", claims.text("email"));
    auto const view = claims.read(access_reader::names(), now);
    auto const read = view ? access_reader::read(*view, true) : result<access_identity>(view.error());
    if (!read) {
      wrong = "is no identity: " + read.error().message();
      return std::nullopt;
    }
    access_claims who = **read;
    who.name = claims.text("name");
    who.client_id = claims.text("client_id");
    oauth::append_scopes(claims.text("scope"), who.scopes);
    return access_reader::restore(std::move(who));
  }

  template <class Claims>
  static std::optional<bearer_identity<Claims>> make(std::type_identity<bearer_identity<Claims>>,
                                                     std::string_view setting, unix_seconds now,
                                                     std::string& wrong) {
    development_claims claims(setting, "sub");
    wrong = claims.wrong();
    if (!wrong.empty()) return std::nullopt;
    if (claims.find("sub") == nullptr) claims.set("sub", development_claims::audience);
    auto const view = claims.read(bearer_claim_names({"scope", "scp"}), now);
    std::string misfit;
    auto read = view ? bearer_verifier<Claims>::read_for_development(*view, misfit)
                     : result<bearer_identity<Claims>>(view.error());
    if (read) return *std::move(read);
    wrong = "is no identity: " + read.error().message();
    if (!misfit.empty()) wrong += " (" + misfit + ')';
    return std::nullopt;
  }

  static std::string fault_of_access(development_claims const& claims) {
    auto const unknown = claims.other_than(
        {"email", "sub", "name", "country", "common_name", "groups", "custom", "scope", "client_id"});
    if (unknown)
      return "has a member \"" + *unknown +
             "\", which is none of email, sub, name, country, common_name, groups, "
             "custom, scope and client_id";
    for (auto const* const name : {"email", "sub", "name", "country", "common_name", "scope", "client_id"})
      if (auto const* const found = claims.find(name); found != nullptr && !found->is_string())
        return '"' + std::string(name) + "\" must be a text";
    if (auto const* const groups = claims.find("groups")) {
      auto const* const items = groups->if_array();
      bool const texts = items != nullptr && std::all_of(items->begin(), items->end(),
                                                         [](auto const& item) { return item.is_string(); });
      if (!texts) return "\"groups\" must be an array of texts";
    }
    if (auto const* const custom = claims.find("custom"); custom != nullptr && !custom->is_object())
      return "\"custom\" must be an object";
    if (claims.find("email") != nullptr && !is_email(claims.text("email")))
      return "must be an email, or a JSON object whose \"email\" is one";
    return {};
  }

  /** Whether a text has the form of one address; the longest has 254 bytes (RFC 5321 section 4.5.3.1.3). */
  static bool is_email(std::string_view text) noexcept {
    auto const at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.size() > 254) return false;
    if (text.find('@', at + 1) != std::string_view::npos) return false;
    return std::none_of(text.begin(), text.end(), [](char c) {
      return (c >= 0 && c <= ' ') || c == 0x7f ||
             std::string_view(",;:<>()[]\\\"").find(c) != std::string_view::npos;
    });
  }

  static std::string_view name_of(access_claims const& who) noexcept { return who.label(); }
  static std::string_view name_of(registered_claims const& who) noexcept { return who.subject; }
  static std::string principal_of(access_claims const& who) { return access_principal(who); }
  static std::string principal_of(registered_claims const& who) { return bearer_principal(who); }
};

}  // namespace detail

}  // namespace mcpawl
