// mcpawl/auth/no_auth.hpp - the policy that is none: every caller is let in as nobody
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>

#include <string>
#include <string_view>

namespace mcpawl {

/** The identity of a server that asks for none. */
struct anonymous {};

/** Let everybody in.

    For servers that only their own machine can reach, and for tests. A tool that takes another
    identity than `anonymous` does not compile in a server with this policy.

    @par Errors
    None: it denies nobody.
*/
class no_auth {
public:
  using identity_type = anonymous;
  static constexpr std::string_view policy_name = "none";

  auth_result<anonymous> authenticate(http::request_head const&) { return anonymous(); }

  std::string principal(anonymous const&) const { return std::string(); }
};

}  // namespace mcpawl
