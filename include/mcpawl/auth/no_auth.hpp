// mcpawl/auth/no_auth.hpp - the policy that is none: every caller is let in as nobody
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>

#include <string>
#include <string_view>

namespace mcpawl::unsafe {

/** Says that a server without a policy may listen where other machines reach it. Whoever reaches it may call everything then, so
    something in front of it, a network or a proxy, has to decide who does. */
struct open_to_everybody {
  explicit open_to_everybody() = default;
};

}  // namespace mcpawl::unsafe

namespace mcpawl {

/** The identity of a server that asks for none. */
struct anonymous {};

/** Let everybody in.

    For servers that only their own machine can reach, and for tests. A tool that takes another
    identity than `anonymous` does not compile in a server with this policy.

    A server with it listens on loopback addresses and Unix-domain sockets alone. Where something in front of it decides who
    comes in, and cannot reach it so, say it:

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::no_auth{mcpawl::unsafe::open_to_everybody{}}};
    @endcode

    @par Errors
    None: it denies nobody.
*/
class no_auth {
public:
  using identity_type = anonymous;
  static constexpr std::string_view policy_name = "none";

  no_auth() = default;
  explicit no_auth(unsafe::open_to_everybody) noexcept : anywhere_(true) {}

  auth_result<anonymous> authenticate(http::request_head const&) { return anonymous(); }

  std::string principal(anonymous const&) const { return std::string(); }

  /** Why other machines must not reach the server, unless that was allowed. */
  std::string local_only() const {
    if (anywhere_) return {};
    return "the server has no policy and lets everybody in: give it one or, where something in front of it decides who comes "
           "in, say mcpawl::no_auth{mcpawl::unsafe::open_to_everybody{}}";
  }

private:
  bool anywhere_ = false;
};

}  // namespace mcpawl
