// mcpawl/auth/combined_challenge.hpp - the denial of a request that no policy of several recognizes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Collects what each policy says to a request without a credential, as one denial (RFC 9110 section 11.6.1). */
class combined_challenge {
public:
  /** @param head  the request that is refused */
  explicit combined_challenge(http::request_head const& head) {
    std::string has;
    auto const note = [&has](bool there, std::string_view what) {
      if (there) has.append(has.empty() ? "" : " and ").append(what);
    };
    note(head.count("authorization") != 0, "an Authorization field");
    note(head.count("cf-access-jwt-assertion") != 0, "an assertion of Access");
    note(head.client_certificate() != nullptr, "a client certificate");
    credential_ = !has.empty();
    reason_ = credential_ ? "no policy recognizes the credential: the request has " + has
                          : "no credential in the request";
  }

  /** Take the challenges of a decision that is a denial. */
  template <class Identity>
  void add(auth_result<Identity> const& decided) {
    if (decided) return;
    denial const& why = decided.error();
    add(why.www_authenticate);
    for (auto const& each : why.further_challenges) add(each);
  }

  denial denied() && {
    denial out(401, credential_ ? "unknown_credential" : "missing_credential", std::move(reason_));
    if (challenges_.empty()) return out;
    out.www_authenticate = std::move(challenges_.front());
    challenges_.erase(challenges_.begin());
    out.further_challenges = std::move(challenges_);
    return out;
  }

private:
  void add(std::string const& challenge) {
    if (challenge.empty() ||
        std::find(challenges_.begin(), challenges_.end(), challenge) != challenges_.end())
      return;
    // what says where to log in comes first, since some clients look at one challenge alone
    bool const says_where = challenge.find("resource_metadata=") != std::string::npos;
    challenges_.insert(says_where ? challenges_.begin() : challenges_.end(), challenge);
  }

  bool credential_ = false;
  std::string reason_;
  std::vector<std::string> challenges_;
};

}  // namespace mcpawl::detail
