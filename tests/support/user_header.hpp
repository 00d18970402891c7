// tests/support/user_header.hpp - a policy for tests: the header X-User says who is calling
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/http/request_head.hpp>

#include <string>

namespace support {

struct user_claims {
  using verified_by = class user_header;
  std::string name;
};
using user = mcpawl::verified<user_claims>;

class user_header {
public:
  using identity_type = user;

  mcpawl::task<mcpawl::auth_result<user>> authenticate(mcpawl::http::request_head const& head) {
    auto const name = head.find("x-user");
    if (!name) co_return mcpawl::denial(401, "missing_token", "no X-User");
    if (*name == "mallory") co_return mcpawl::denial(403, "invalid_token", "it is mallory");
    co_return user(user_claims{std::string(*name)});
  }
  std::string principal(user const& who) const { return who->name; }
};

}  // namespace support
