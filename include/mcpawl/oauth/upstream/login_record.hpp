// mcpawl/oauth/upstream/login_record.hpp - what a grant keeps of a login upstream, as bytes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/upstream/upstream_login.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::oauth {

namespace detail {

/** The layout of the record; the one before had the members of `access_claims`. */
inline constexpr unsigned char login_record_version = 2;

}  // namespace detail

/** Write a login down: the props of a grant. They hold the upstream's tokens. */
inline secret props_of(upstream_login const& from) {
  upstream_person const& who = from.who;
  std::size_t const texts = who.reader.size() + who.issuer.size() + who.subject.size() +
                            who.profile.label.size() + who.profile.bytes.size() +
                            from.access_token.reveal().size() + from.refresh_token.reveal().size();
  detail::record_writer out(detail::login_record_version, 128 + texts);
  out.text(who.reader).text(who.issuer).text(who.subject);
  out.text(who.profile.label).text(who.profile.bytes);
  out.integer(who.issued_at).integer(who.expires_at);
  out.text(from.access_token.reveal()).integer(from.access_expires).text(from.refresh_token.reveal());
  return secret{out.take()};
}

/** Read it again.

    @par Errors
    `oauth_errc::bad_token` if it was written in another layout, by another version: the person logs in again.
    `oauth_errc::damaged_record`. */
inline result<upstream_login> login_of(secret const& props) {
  std::string_view const bytes = props.reveal();
  if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) != detail::login_record_version)
    return oauth_errc::bad_token;
  detail::record_reader in(bytes, detail::login_record_version);
  upstream_login out;
  upstream_person& who = out.who;
  who.reader = in.text();
  who.issuer = in.text();
  who.subject = in.text();
  who.profile.label = in.text();
  who.profile.bytes = in.text();
  who.issued_at = in.integer();
  who.expires_at = in.integer();
  out.access_token = secret{std::string{in.text()}};
  out.access_expires = in.integer();
  out.refresh_token = secret{std::string{in.text()}};
  if (!in.complete() || who.subject.empty()) return oauth_errc::damaged_record;
  return out;
}

}  // namespace mcpawl::oauth
