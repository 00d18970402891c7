// mcpawl/oauth/common/resource.hpp - whether a resource indicator means our resource
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** Tell whether a `resource` parameter (RFC 8707 section 2) names the resource `ours`.

    MCP's canonical URIs have neither an upper-case host nor a slash at the end, but clients send what their
    URL class makes of the address a person typed: scheme and host in any case, the port written out or
    not, and one slash more or less at the end mean the same.
*/
inline bool is_same_resource(std::string_view asked, std::string_view ours) {
  if (asked == ours) return true;
  auto const a = http::origin_url::parse(asked), b = http::origin_url::parse(ours);
  if (!a || !b || a->origin() != b->origin()) return false;
  auto const bare = [](std::string_view target) {
    if (target.ends_with('/')) target.remove_suffix(1);
    return target;
  };
  return bare(a->target()) == bare(b->target());
}

namespace detail {

/** Validate the `resource` parameters of a request: all must be ours, since tokens are for this resource alone.

    @par Errors
    `oauth_errc::bad_target`; `detail` then says what would be right, which is in the metadata, too.
*/
inline error_code validate_resources(std::vector<std::string> const& asked, std::string_view ours,
                                     std::string& detail) {
  for (auto const& each : asked) {
    if (is_same_resource(each, ours)) continue;
    detail = std::string{"resource must be "}.append(ours);
    return oauth_errc::bad_target;
  }
  return {};
}

}  // namespace detail

}  // namespace mcpawl::oauth
