// tests/support/scope_header.hpp - a policy for tests that asks for scopes: X-User says who is calling, X-Scopes what was granted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace support {

struct scope_holder {
  std::string name;
  std::vector<std::string> scopes;
};

class scope_header {
public:
  using identity_type = scope_holder;

  mcpawl::auth_result<scope_holder> authenticate(mcpawl::http::request_head const& head) {
    scope_holder who{std::string(head.find("x-user").value_or("alice")), {}};
    std::string const granted{head.find("x-scopes").value_or("")};
    for (std::size_t at = 0; at < granted.size();) {
      auto const end = std::min(granted.find(' ', at), granted.size());
      who.scopes.push_back(granted.substr(at, end - at));
      at = end + 1;
    }
    return who;
  }
  std::string principal(scope_holder const& who) const { return who.name; }

  std::vector<std::string> known_scopes() const { return {"read", "write", "admin"}; }
  mcpawl::denial insufficient_scope(scope_holder const& who, mcpawl::scope_demand const& what) const {
    mcpawl::denial out(403, "insufficient_scope", "for the log");
    out.description = who.name + " may not use " + what.operation;
    out.www_authenticate =
        "Bearer scope=\"" + joined(what.scopes) + "\", missing=\"" + joined(what.missing) + '"';
    return out;
  }

private:
  static std::string joined(std::vector<std::string> const& all) {
    std::string out;
    for (auto const& one : all) out.append(out.empty() ? "" : " ").append(one);
    return out;
  }
};

}  // namespace support
