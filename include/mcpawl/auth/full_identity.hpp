// mcpawl/auth/full_identity.hpp - all that Cloudflare Access knows of a caller, read from its response
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/full_identity_errc.hpp>
#include <mcpawl/core/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** A group of the identity provider. */
struct identity_group {
  identity_group() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::string id;    ///< What the provider tells it from others by; its name where it has no other.
  std::string name;  ///< For people: others may have the same.
  std::string email;
};

/** All that Cloudflare Access knows of a caller; what it does not know is empty.

    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/
*/
struct full_identity {
  full_identity() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::string user_uuid;
  std::string email;
  std::string name;
  std::string country;   ///< Where the user logged in from, two letters.
  std::string idp_id;    ///< The identity provider: its id in the account,
  std::string idp_type;  ///< and what it is: "azureAD", "okta", "onetimepin".
  std::string common_name;
  std::string service_token_id;
  std::vector<identity_group> groups;
  /** The whole response: device posture, sessions, and claims of the provider, in a shape of its own. */
  boost::json::object members;

  /** Whether the caller is in the group of this id. */
  bool in_group(std::string_view id) const noexcept {
    return std::any_of(groups.begin(), groups.end(), [id](identity_group const& g) { return g.id == id; });
  }
};

namespace detail {

/** The text of a member; empty if it is absent or something else. */
inline std::string text_member(boost::json::object const& of, std::string_view name) {
  auto const* const value = of.if_contains({name.data(), name.size()});
  auto const* const text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

inline std::vector<identity_group> read_identity_groups(boost::json::object const& of) {
  std::vector<identity_group> out;
  auto const* const value = of.if_contains("groups");
  auto const* const list = value ? value->if_array() : nullptr;
  if (!list) return out;
  for (auto const& item : *list) {
    identity_group group;
    if (auto const* const text = item.if_string()) {
      group.id = group.name = std::string(text->data(), text->size());
    } else if (auto const* const object = item.if_object()) {
      group.id = text_member(*object, "id");
      group.name = text_member(*object, "name");
      group.email = text_member(*object, "email");
    }
    // a group without an id is nothing that can be told from another one
    if (!group.id.empty()) out.push_back(std::move(group));
  }
  return out;
}

}  // namespace detail

/** Read what Access answers at `/cdn-cgi/access/get-identity`.

    @par Errors
    `full_identity_errc::not_an_identity` for what is no JSON object, or one that names nobody. Throws only
    `std::bad_alloc`.
*/
inline result<full_identity> read_full_identity(std::string_view json) {
  boost::system::error_code error;
  boost::json::value parsed = boost::json::parse({json.data(), json.size()}, error);
  if (error || !parsed.is_object()) return full_identity_errc::not_an_identity;
  full_identity out;
  out.members = std::move(parsed.get_object());
  auto const text = [&out](std::string_view name) { return detail::text_member(out.members, name); };
  out.user_uuid = text("user_uuid");
  out.email = text("email");
  out.name = text("name");
  out.common_name = text("common_name");
  out.service_token_id = text("service_token_id");
  if (out.user_uuid.empty() && out.email.empty() && out.common_name.empty() && out.service_token_id.empty())
    return full_identity_errc::not_an_identity;
  auto const inner = [&out](char const* object, std::string_view name) {
    auto const* const value = out.members.if_contains(object);
    auto const* const members = value ? value->if_object() : nullptr;
    return members ? detail::text_member(*members, name) : std::string();
  };
  out.country = inner("geo", "country");
  out.idp_id = inner("idp", "id");
  out.idp_type = inner("idp", "type");
  out.groups = detail::read_identity_groups(out.members);
  return out;
}

}  // namespace mcpawl
