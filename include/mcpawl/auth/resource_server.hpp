// mcpawl/auth/resource_server.hpp - tells clients without a good token how to get one
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_challenge.hpp>
#include <mcpawl/auth/bearer_options.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/keys/key_source.hpp>
#include <mcpawl/oauth/common/scopes.hpp>
#include <mcpawl/oauth/resource/protected_resource.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The part of `jwt_bearer` that speaks to callers: metadata (RFC 9728) and challenges (RFC 6750). */
class resource_server {
public:
  explicit resource_server(bearer_options const& options)
      : url_(options.endpoint()),
        scopes_(oauth::join_scopes(options.required_scopes)),
        resource_(url_, options.issuer) {
    resource_.name = options.resource_name;
    for (auto const* list : {&options.required_scopes, &options.offered_scopes})
      oauth::append_scopes(oauth::join_scopes(*list), resource_.scopes);
    publish();
  }

  /** Tell where the server has its endpoint: for a public URL that is an origin alone.

      @param shares  whether other servers are reached by the same listeners: the metadata at the root could be of only one */
  void endpoint(std::string_view path, bool shares = false) {
    at_root_ = !shares;
    local_path_ = std::string(oauth::protected_resource::well_known).append(path == "/" ? "" : path);
    if (url_.target() == "/" && path != "/") {
      auto const whole = http::origin_url::parse(url_.origin().append(path));
      if (whole) resource_.move_to(*whole);
    }
    publish();
  }

  /** The metadata is at the root, behind the path of the public URL, and behind that of the endpoint, which
      may be another one when something in front changes paths. */
  public_route route_of(http::request_head const& head) const noexcept {
    auto const path = head.path();
    bool const root = at_root_ && path == oauth::protected_resource::well_known;
    bool const ours = root || path == public_path_ || path == local_path_;
    return ours ? public_route::any_origin : public_route::none;
  }

  /** Where the metadata is if other servers are reached by the same listeners. */
  std::vector<std::string> shared_paths(std::string_view endpoint_path) const {
    resource_server there = *this;
    there.endpoint(endpoint_path, true);
    return {there.public_path_, there.local_path_};
  }

  /** Answer with the metadata. */
  task<> serve(http::exchange& ex) const {
    auto const method = ex.head().method();
    bool const reads = method == "GET" || method == "HEAD";
    http::response answer(reads ? 200 : 405);
    allow_any_origin(answer);
    if (reads) {
      answer.field("Cache-Control", "public, max-age=300");
      answer.body("application/json", document_);
    } else {
      answer.field("Allow", "GET, HEAD");
    }
    co_await ex.respond(std::move(answer));
  }

  /** What a caller is told about an error.

      | error | status | code |
      |---|---|---|
      | what `bearer_challenge::about_request` names | 401, 400, 403 | as it says |
      | no key to decide with, or none for the token while keys cannot be fetched | 503 | keys_unavailable |
      | any other | 401 | invalid_token |
  */
  denial deny(error_code error, key_source const& keys) const {
    if (auto asked = challenge_.about_request(error)) return *std::move(asked);
    // a key that nobody could look up is no proof of a bad token
    bool const keys_unknown = jose::newer_keys_may_help(error) && keys.failing();
    if (keys_unknown || error == condition::unavailable || error == condition::internal) {
      denial out(503, "keys_unavailable", error.message());
      out.retry_after =
          std::max(std::chrono::ceil<std::chrono::seconds>(keys.back_off()), std::chrono::seconds(1));
      return out;
    }
    return challenge_.invalid_token(error);
  }

  /** All that clients are told they can ask for. */
  std::vector<std::string> const& known_scopes() const noexcept { return resource_.scopes; }

  /** As `bearer_challenge`. */
  denial insufficient_scope(scope_demand const& what, std::vector<std::string> const& granted) const {
    return challenge_.insufficient_scope(what, granted, resource_.scopes);
  }

private:
  void publish() {
    public_path_ = resource_.metadata_path();
    document_ = resource_.to_json();
    challenge_ = bearer_challenge(scopes_, resource_.metadata_url());
  }

  http::origin_url url_;
  std::string scopes_;
  oauth::protected_resource resource_;
  bearer_challenge challenge_;
  bool at_root_ = true;
  std::string public_path_;
  std::string local_path_;
  std::string document_;
};

}  // namespace mcpawl::detail
