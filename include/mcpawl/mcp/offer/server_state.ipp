// mcpawl/mcp/offer/server_state.ipp - the bodies of server_state.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

MCPAWL_DECL server_state::server_state(implementation who, server_options settings)
    : info(std::move(who)), options(std::move(settings)), info_json(info.json(revision::v2026_07_28)) {}

MCPAWL_DECL server_state::~server_state() = default;

MCPAWL_DECL bool server_state::offers_completion() const noexcept {
  for (std::size_t i = 0; i != prompts.size(); ++i)
    if (!prompts[i].completers.empty()) return true;
  for (std::size_t i = 0; i != templates.size(); ++i)
    if (!templates[i].completers.empty()) return true;
  return false;
}

MCPAWL_DECL std::optional<found_resource> server_state::find_resource(std::string_view uri,
                                                                      void const* identity) const {
  static boost::json::value const none(boost::json::object_kind);
  if (auto const* r = resources.find(uri, identity)) return found_resource{r, none};
  for (std::size_t i = 0; i != templates.size(); ++i) {
    auto const& t = templates[i];
    auto variables = t.match(uri);
    if (variables && t.visible_to(identity)) return found_resource{&t, std::move(*variables)};
  }
  return std::nullopt;
}

MCPAWL_DECL bool server_state::names_resource(std::string_view uri) const {
  if (resources.contains(uri)) return true;
  for (std::size_t i = 0; i != templates.size(); ++i)
    if (templates[i].match(uri)) return true;
  return false;
}

MCPAWL_DECL void server_state::tell_updated(std::string_view uri,
                                            std::function<bool(void const* identity)> const& allowed) const {
  tell_updated(*changes, uri, allowed);
}

MCPAWL_DECL void server_state::tell_updated(change_feed& to, std::string_view uri,
                                            std::function<bool(void const* identity)> const& allowed) const {
  change::gate const may_hear = [&](std::string_view subscribed, void const* identity) {
    if (allowed && !allowed(identity)) return false;
    if (subscribed != uri && names_resource(uri)) return false;
    return find_resource(subscribed, identity).has_value();
  };
  to.tell({change::kind::resource, uri, &may_hear, static_cast<bool>(allowed)});
}

MCPAWL_DECL std::string server_state::capabilities_json(revision r) const {
  std::string out;
  auto const add = [&out](std::string_view key, std::string_view value) {
    out += out.empty() ? '{' : ',';
    out += key;
    out += value;
  };
  auto const add_object = [&](std::string_view key, boost::json::object const& value) {
    std::string text;
    append_json(text, value);
    add(key, text);
  };
  if (offers_completion() && r >= revision::v2025_03_26) add(R"("completions":)", "{}");
  if (!experimental.empty()) add_object(R"("experimental":)", experimental);
  if (!extensions.empty() && is_stateless(r)) add_object(R"("extensions":)", extensions);
  if (can_log) add(R"("logging":)", "{}");
  if (!prompts.empty()) add(R"("prompts":)", R"({"listChanged":true})");
  if (offers_resources()) add(R"("resources":)", R"({"listChanged":true,"subscribe":true})");
  if (!tools.empty()) add(R"("tools":)", R"({"listChanged":true})");
  return out.empty() ? "{}" : out + '}';
}

}  // namespace mcpawl::detail
