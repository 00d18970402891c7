// tests/support/named_caller.hpp - a policy for tests without a socket: it makes an identity of any name
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/http/request_head.hpp>

#include <string>
#include <utility>

namespace support {

struct named_claims {
  using verified_by = class named_caller;
  std::string name;
};
using named = mcpawl::verified<named_claims>;

class named_caller {
public:
  using identity_type = named;

  static named make(std::string name) { return named(named_claims{std::move(name)}); }
  mcpawl::auth_result<named> authenticate(mcpawl::http::request_head const&) { return make("anybody"); }
  std::string principal(named const& who) const { return who->name; }
};

}  // namespace support
