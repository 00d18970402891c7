// mcpawl/oauth/upstream/login_record.hpp - what a grant keeps of a login upstream, as bytes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/upstream/upstream_login.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** Write a login down: the props of a grant. They hold the upstream's tokens. */
inline secret props_of(upstream_login const& from) {
  access_claims const& who = from.who;
  std::size_t groups_size = 0;
  for (auto const& group : who.groups) groups_size += group.size() + 8;
  detail::record_writer out(1, 512 + who.email.size() + who.name.size() + who.custom_json.size() +
                                   groups_size + from.access_token.reveal().size() +
                                   from.refresh_token.reveal().size());
  out.text(who.issuer).text(who.subject).text(who.email).text(who.name).text(who.country);
  out.integer(static_cast<std::int64_t>(who.groups.size()));
  for (auto const& group : who.groups) out.text(group);
  out.text(who.custom_json).integer(who.issued_at).integer(who.expires_at);
  out.text(from.access_token.reveal()).integer(from.access_expires).text(from.refresh_token.reveal());
  return secret{out.take()};
}

/** Read it again.

    @par Errors
    `oauth_errc::damaged_record`. */
inline result<upstream_login> login_of(secret const& props) {
  detail::record_reader in(props.reveal(), 1);
  upstream_login out;
  access_claims& who = out.who;
  who.issuer = in.text();
  who.subject = in.text();
  who.email = in.text();
  who.name = in.text();
  who.country = in.text();
  who.groups.resize(in.count());
  for (auto& group : who.groups) group = in.text();
  who.custom_json = in.text();
  who.issued_at = in.integer();
  who.expires_at = in.integer();
  out.access_token = secret{std::string{in.text()}};
  out.access_expires = in.integer();
  out.refresh_token = secret{std::string{in.text()}};
  if (!in.complete() || who.subject.empty()) return oauth_errc::damaged_record;
  return out;
}

}  // namespace mcpawl::oauth
