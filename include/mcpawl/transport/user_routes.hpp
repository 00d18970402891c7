// mcpawl/transport/user_routes.hpp - checks the routes of a user, and answers their requests
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/unauthenticated_route.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A path without a slash at its end. */
inline std::string_view bare_path(std::string_view p) noexcept {
  return p.size() > 2 && p.ends_with('/') ? p.substr(0, p.size() - 1) : p;
}

/** Whether two paths differ by a slash at their end at most. */
inline bool same_path(std::string_view a, std::string_view b) noexcept {
  return bare_path(a) == bare_path(b);
}

/** Whether a path is that of a route, whatever the method. */
inline bool names_route(std::vector<unauthenticated_route> const& routes, std::string_view path) noexcept {
  return std::any_of(routes.begin(), routes.end(), [&](auto const& each) { return each.path() == path; });
}

/** The route for a request; null if its path has none for the method. `HEAD` goes to `GET` unless it has one of its own. */
inline unauthenticated_route const* find_route(std::vector<unauthenticated_route> const& routes,
                                               std::string_view method, std::string_view path) noexcept {
  auto const with = [&](std::string_view wanted) -> unauthenticated_route const* {
    for (auto const& each : routes)
      if (each.path() == path && each.method() == wanted) return &each;
    return nullptr;
  };
  auto const* const found = with(method);
  return found == nullptr && method == "HEAD" ? with("GET") : found;
}

/** The methods that a path has, as `Allow` lists them. */
inline std::string allowed_methods(std::vector<unauthenticated_route> const& routes, std::string_view path) {
  std::string all;
  auto const add = [&all](std::string_view method) { all.append(all.empty() ? "" : ", ").append(method); };
  bool const own_head = find_route(routes, "HEAD", path) != find_route(routes, "GET", path);
  for (auto const& each : routes) {
    if (each.path() != path) continue;
    add(each.method());
    if (each.method() == "GET" && !own_head) add("HEAD");
  }
  return all;
}

/** Answer a request whose path is that of a route. */
inline task<> answer_route(std::vector<unauthenticated_route> const& routes, http::exchange& ex) {
  http::request_head const& head = ex.head();
  auto const* const found = find_route(routes, head.method(), head.path());
  if (found == nullptr) {
    std::string const allow = allowed_methods(routes, head.path());
    http::response refused(405);
    refused.field("Allow", allow).body("text/plain; charset=utf-8", "use " + allow + "\n");
    co_await ex.respond(std::move(refused));
    co_return;
  }
  if (found->whole()) {
    co_await found->whole()(ex);
    co_return;
  }
  route_answer said = found->text()(head);
  http::response made(said.status);
  made.field("X-Content-Type-Options", "nosniff").body(said.content_type, std::move(said.body));
  co_await ex.respond(std::move(made));
}

/** Whether a path is one that a policy answers itself. */
inline bool belongs_to(erased_policy const& policy, std::string_view path, std::string_view endpoint_path) {
  auto const listed = policy.public_paths(endpoint_path);
  if (listed && std::find(listed->begin(), listed->end(), path) != listed->end()) return true;
  // a policy may look at nothing but the path
  for (std::string_view method : {"GET", "POST"}) {
    auto const head = http::request_head::make(method, path, {{"Host", "localhost"}});
    if (policy.route_of(head) != public_route::none) return true;
  }
  return false;
}

/** What is wrong with the path of a route, as the end of a sentence; empty if nothing is. */
inline std::string fault_of_path(unauthenticated_route const& route,
                                 std::vector<endpoint_source> const& servers) {
  std::string_view const path = route.path();
  bool const visible = std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!path.starts_with('/') || !visible || path.find_first_of("?#") != std::string_view::npos)
    return "must start with / and have no query";
  for (auto const& each : servers) {
    if (same_path(path, each.path)) return servers.size() == 1 ? "is the endpoint" : "is an endpoint";
    std::string const& sse_path = each.options.sse_path;
    if (!sse_path.empty() && (same_path(path, sse_path) || path.starts_with(sse_path + '/')))
      return "belongs to sse_path";
  }
  for (std::string_view known : {"/.well-known/oauth-", "/.well-known/openid-configuration"})
    if (path.starts_with(known)) return "is where clients look for how to log in";
  for (auto const& each : servers)
    if (belongs_to(*each.policy, path, each.path))
      return "belongs to the policy " + std::string(each.policy->name());
  return {};
}

/** What is wrong with routes, in sentences. */
inline void note_errors_of_routes(http_options const& options, std::vector<endpoint_source> const& servers,
                                  std::vector<std::string>& errors) {
  for (std::size_t i = 0; i != options.routes.size(); ++i) {
    auto const& each = options.routes[i];
    std::string const name = "route \"" + each.method() + ' ' + each.path() + "\" ";
    auto const is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (!http::is_token(each.method()) ||
        !std::all_of(each.method().begin(), each.method().end(), is_capital))
      errors.push_back(name + "must have a method in capital letters");
    else if (each.method() == "OPTIONS" || each.method() == "CONNECT" || each.method() == "TRACE")
      errors.push_back(name + "has a method that the server answers itself");
    if (auto const fault = fault_of_path(each, servers); !fault.empty()) errors.push_back(name + fault);
    for (std::size_t k = 0; k != i; ++k)
      if (options.routes[k].method() == each.method() && options.routes[k].path() == each.path())
        errors.push_back(name + "is there twice");
  }
}

}  // namespace mcpawl::detail
