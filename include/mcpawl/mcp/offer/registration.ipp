// mcpawl/mcp/offer/registration.ipp - the bodies of registration.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/parse.hpp>

#include <mcpawl/mcp/call/call_rules.hpp>
#include <mcpawl/mcp/offer/mark_finder.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/types/extension_id.hpp>
#include <mcpawl/mcp/types/resource_uri.hpp>
#include <mcpawl/mcp/types/tool_name.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

MCPAWL_DECL std::string quoted(std::string_view kind, std::string_view name) {
  return std::string(kind) + " \"" + std::string(name) + '"';
}

MCPAWL_DECL std::string without_white_space(std::string_view json) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i != json.size(); ++i) {
    char const c = json[i];
    if (!inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    out += c;
    if (c == '"') inside = !inside;
    if (inside && c == '\\' && i + 1 != json.size()) out += json[++i];
  }
  return out;
}

template <class Entry>
Entry& add_entry(server_state& s, registry<Entry>& to, std::string_view kind, std::unique_ptr<Entry> e) {
  if (to.contains(e->key())) s.errors.push_back(quoted(kind, e->key()) + " is registered twice");
  return to.add(std::move(e));
}

inline void check_name(server_state& s, std::string_view kind, std::string_view name) {
  if (!is_tool_name(name))
    s.errors.push_back(std::string(kind) + " name \"" + std::string(name) +
                       "\" is not 1 to 128 characters of A-Z a-z 0-9 . - _");
}

MCPAWL_DECL tool& add_tool(server_state& s, std::string_view name) {
  check_name(s, "tool", name);
  tool& added = add_entry(s, s.tools, "tool", std::make_unique<tool>(std::string(name)));
  added.lets_pass = s.options.arguments;
  return added;
}

MCPAWL_DECL prompt& add_prompt(server_state& s, std::string_view name) {
  check_name(s, "prompt", name);
  prompt& added = add_entry(s, s.prompts, "prompt", std::make_unique<prompt>(std::string(name)));
  added.lets_pass = s.options.arguments;
  return added;
}

MCPAWL_DECL resource& add_resource(server_state& s, std::string_view uri, std::string name) {
  if (!is_resource_uri(uri)) s.errors.push_back(quoted("resource", uri) + " has no URI with a scheme");
  return add_entry(s, s.resources, "resource", std::make_unique<resource>(std::string(uri), std::move(name)));
}

MCPAWL_DECL resource_template& add_template(server_state& s, std::string text, std::string name) {
  auto& added = add_entry(s, s.templates, "resource template",
                          std::make_unique<resource_template>(std::move(text), std::move(name)));
  if (!added.parsed)
    s.errors.push_back(quoted("resource template", added.text) + ": " + added.parsed.error().message());
  return added;
}

MCPAWL_DECL void note_mirrored_arguments(server_state& s, tool& t) {
  if (t.input_schema.find("\"x-mcp-header\"") == std::string::npos) return;
  boost::system::error_code error;
  auto const schema = boost::json::parse(t.input_schema, error);
  if (error || !schema.is_object()) return;
  mark_finder marks;
  marks.run(schema.get_object());
  for (auto const& each : marks.errors) s.errors.push_back(quoted("tool", t.name) + ": " + each);
  t.mirrored = std::move(marks.found);
}

/** Note the plain functions that have a time but can be stopped by nobody. */
template <class Entry>
void note_unstoppable(registry<Entry> const& entries, std::string_view kind,
                      std::vector<std::string>& errors) {
  for (std::size_t i = 0; i != entries.size(); ++i) {
    auto const& e = entries[i];
    if (e.rules && e.rules->timeout && !e.coroutine && !e.blocking)
      errors.push_back(
          quoted(kind, e.key()) +
          " is a plain function, which nobody can stop: timeout() needs a coroutine or blocking()");
  }
}

MCPAWL_DECL std::vector<std::string> registration_errors(server_state const& s) {
  std::vector<std::string> all = s.errors;
  auto const check_icons = [&all](std::string const& owner, std::vector<icon> const& icons) {
    for (auto const& i : icons)
      if (!is_icon_source(i.src))
        all.push_back(owner + ": the source of an icon must be an https: or data: URI");
  };
  auto const check_each = [&](std::string_view kind, catalogue const& entries, cache_hint const& hint) {
    for (std::size_t i = 0; i != entries.size(); ++i)
      check_icons(quoted(kind, entries.at(i).key()), entries.at(i).icons);
    if (hint.shared() && entries.depends_on_caller())
      all.push_back("the list with " + std::string(kind) +
                    "s may be cached for everyone, but allow() makes it differ from caller to caller");
  };
  auto const check_cache = [&all](std::string_view kind, readable const& r) {
    if (r.cache.shared() && r.allowed)
      all.push_back(quoted(kind, r.key()) + " may be cached for everyone, but allow() hides it from some");
    if (r.cache.shared() && !r.scopes.empty())
      all.push_back(quoted(kind, r.key()) +
                    " may be cached for everyone, but requires_scope() keeps it from some");
  };
  note_unstoppable(s.tools, "tool", all);
  note_unstoppable(s.prompts, "prompt", all);
  note_unstoppable(s.resources, "resource", all);
  note_unstoppable(s.templates, "resource template", all);
  check_icons("the server", s.info.icons);
  check_each("tool", s.tools, s.options.cache.tools);
  check_each("prompt", s.prompts, s.options.cache.prompts);
  check_each("resource", s.resources, s.options.cache.resources);
  check_each("resource template", s.templates, s.options.cache.templates);
  for (std::size_t i = 0; i != s.resources.size(); ++i) check_cache("resource", s.resources[i]);
  for (std::size_t i = 0; i != s.templates.size(); ++i) {
    check_cache("resource template", s.templates[i]);
    for (auto const& [name, unused] : s.templates[i].completers)
      if (!s.templates[i].has_variable(name))
        all.push_back(quoted("resource template", s.templates[i].text) + " has no variable " + name +
                      " to complete");
  }
  for (std::size_t i = 0; i != s.prompts.size(); ++i)
    for (auto const& [name, unused] : s.prompts[i].completers)
      if (!s.prompts[i].find_argument(name))
        all.push_back(quoted("prompt", s.prompts[i].name) + " has no argument " + name + " to complete");
  for (auto const& extension : s.extensions)
    if (!is_extension_id({extension.key().data(), extension.key().size()}))
      all.push_back("extension \"" + std::string(extension.key().data(), extension.key().size()) +
                    "\" is not an identifier such as com.example/name");
  return all;
}

MCPAWL_DECL void note_unknown_scopes(server_state const& s, std::vector<std::string> const& known,
                                     std::vector<std::string>& errors) {
  std::string offered;
  for (auto const& scope : known) offered.append(offered.empty() ? "" : ", ").append(scope);
  if (offered.empty()) offered = "none";
  auto const look = [&](std::string_view kind, catalogue const& entries) {
    for (std::size_t i = 0; i != entries.size(); ++i)
      for (auto const& scope : entries.at(i).scopes)
        if (std::find(known.begin(), known.end(), scope) == known.end())
          errors.push_back(quoted(kind, entries.at(i).key()) + " requires the scope \"" + scope +
                           "\", which the policy does not offer to clients; it offers " + offered);
  };
  look("tool", s.tools);
  look("prompt", s.prompts);
  look("resource", s.resources);
  look("resource template", s.templates);
}

}  // namespace mcpawl::detail
