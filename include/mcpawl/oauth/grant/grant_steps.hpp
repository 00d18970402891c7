// mcpawl/oauth/grant/grant_steps.hpp - how a grant goes from one state to the next, without a store
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/grant/grant.hpp>
#include <mcpawl/oauth/grant/props.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth::detail {

inline bool is_same_digest(std::string_view presented, std::string_view stored) noexcept {
  return !stored.empty() && equal_in_constant_time(presented, stored);
}

/** The access token of that digest; null if the grant has none. */
inline grant::access_state const* find_access(grant const& state, std::string_view digest) noexcept {
  for (auto const& each : state.access)
    if (is_same_digest(digest, each.digest)) return &each;
  return nullptr;
}

/** Begin a grant: the state in which nothing but the code exists. */
inline grant begin_grant(code_issue const& issue, grant_name const& name, token_lifetimes const& lifetimes,
                         unix_seconds now, std::string family_key, token const& code) {
  secret const props_key = make_props_key();
  grant out;
  out.user = issue.user;
  out.client_id = issue.client_id;
  out.client_name = issue.client_name;
  out.scope = issue.scope;
  out.resource = issue.resource;
  out.created = now;
  out.expires = now + lifetimes.refresh;
  out.refreshable = issue.refreshable;
  out.family_key = std::move(family_key);
  out.sealed_props = seal_props(props_key, issue.props, name.key());
  out.code.digest = code.digest();
  out.code.challenge = issue.code_challenge;
  out.code.redirect_uri = issue.redirect_uri;
  out.code.redirect_uri_given = issue.redirect_uri_given;
  out.code.expires = now + lifetimes.code;
  out.code.wrapped_key = wrap_key(code, props_key, name.key());
  return out;
}

/** Add an access token to a grant. */
inline token add_access(grant& to, grant_name const& name, secret const& props_key, scope_set scope,
                        token_lifetimes const& lifetimes, unix_seconds now) {
  token made = token::make(token_kind::access, name, to.family_key);
  auto& all = to.access;
  all.erase(std::remove_if(all.begin(), all.end(), [now](auto const& each) { return each.expires <= now; }),
            all.end());
  if (!all.empty() && all.size() >= lifetimes.access_tokens) all.erase(all.begin());
  all.push_back({made.digest(), wrap_key(made, props_key, name.key()), std::move(scope),
                 std::min(now + lifetimes.access, to.expires)});
  return made;
}

inline issued_tokens answer_of(grant const& state, secret access_token, secret refresh_token,
                               unix_seconds now) {
  issued_tokens out;
  out.access_token = std::move(access_token);
  out.refresh_token = std::move(refresh_token);
  out.expires = state.access.back().expires;
  out.expires_in = out.expires - now;
  out.scope = state.access.back().scope;
  out.resource = state.resource;
  return out;
}

/** Validate a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6). `code_replayed` means that the grant must
    end; after every other error it stays as it is, so that nobody can burn another's code. */
inline error_code check_code(grant const& state, token const& code, code_redemption const& asked,
                             unix_seconds now) {
  if (!is_same_digest(code.digest(), state.code.digest)) return oauth_errc::bad_token;
  if (state.client_id != asked.client_id) return oauth_errc::wrong_client;
  if (state.code.redeemed) return oauth_errc::code_replayed;
  if (now >= state.code.expires) return oauth_errc::token_expired;
  // without one in the authorization request there is one registered URI, and naming it here does no harm
  bool const same_uri =
      asked.redirect_uri ? *asked.redirect_uri == state.code.redirect_uri : !state.code.redirect_uri_given;
  if (!same_uri) return oauth_errc::wrong_redirect_uri;
  if (asked.resource && *asked.resource != state.resource) return oauth_errc::bad_target;
  if (!fits_challenge(asked.verifier.reveal(), state.code.challenge)) return oauth_errc::wrong_verifier;
  return {};
}

/** Exchange a code that was found good.

    @par Errors
    `oauth_errc::damaged_record`. */
inline result<issued_tokens> exchange_code(grant& state, grant_name const& name, token const& code,
                                           token_lifetimes const& lifetimes, unix_seconds now) {
  auto const props_key = unwrap_key(code, state.code.wrapped_key, name.key());
  if (!props_key) return props_key.error();
  state.code.redeemed = true;
  state.code.wrapped_key.clear();
  token access = add_access(state, name, *props_key, state.scope, lifetimes, now);
  secret refresh_text;
  if (state.refreshable) {
    token const refresh = token::make(token_kind::refresh, name, state.family_key);
    state.refresh.digest = refresh.digest();
    state.refresh.wrapped_key = wrap_key(refresh, *props_key, name.key());
    refresh_text = refresh.text();
  }
  return answer_of(state, access.text(), std::move(refresh_text), now);
}

/** The scopes that a refresh is for: all that were granted, or those of them that are asked for (RFC 6749
    section 6). Asking for what is not known here, or for `offline_access`, which whoever has a refresh token
    has, changes nothing.

    @par Errors
    `oauth_errc::scope_not_allowed` for a known scope that was not granted.
*/
inline result<scope_set> validate_refreshed_scope(grant const& state, refresh_request const& asked) {
  if (!asked.scope) return state.scope;
  scope_set const offline{"offline_access"}, granted = *asked.scope & state.scope;
  scope_set more = *asked.scope - state.scope - offline;
  if (asked.understood) more = more & *asked.understood;
  if (!more.empty()) return oauth_errc::scope_not_allowed;
  return (granted - offline).empty() ? state.scope : granted;
}

/** What a refresh token turned out to be. */
enum class refresh_kind {
  current,
  previous,  ///< Replaced a moment ago, and nobody has used what replaced it: the response got lost.
  repeated,  ///< The same, but somebody has used it; both get the response, and it counts.
};

/** Validate a refresh token (RFC 6749 section 6, RFC 9700 section 4.14.2). `refresh_token_reused` means that
    the grant must end. */
inline result<refresh_kind> check_refresh(grant const& state, token const& presented,
                                          refresh_request const& asked, unix_seconds now) {
  auto const& refresh = state.refresh;
  std::string const digest = presented.digest();
  bool const current = is_same_digest(digest, refresh.digest);
  bool const previous = !current && is_same_digest(digest, refresh.previous_digest);
  if (!current && !previous && !presented.is_of_family(state.family_key)) return oauth_errc::bad_token;
  if (state.client_id != asked.client_id) return oauth_errc::wrong_client;
  if (now >= state.expires) return oauth_errc::token_expired;
  if (!current && (!previous || now >= refresh.previous_until)) return oauth_errc::refresh_token_reused;
  if (asked.resource && *asked.resource != state.resource) return oauth_errc::bad_target;
  if (auto const scope = validate_refreshed_scope(state, asked); !scope) return scope.error();
  if (current) return refresh_kind::current;
  return refresh.unused_access.empty() ? refresh_kind::repeated : refresh_kind::previous;
}

/** Count a replaced refresh token that came although what replaced it had been used; how often that was
    within a day, this time included. */
inline std::size_t count_repeat(grant& state, unix_seconds now) {
  constexpr unix_seconds day = 86'400;
  auto& all = state.refresh.repeats;
  std::erase_if(all, [now](unix_seconds each) { return each <= now - day; });
  all.push_back(now);
  return all.size();
}

/** Whether nobody has used this access token yet, and it matters: it came with a refresh token whose
    predecessor still gets the same response. */
inline bool is_first_use(grant const& state, token const& access, unix_seconds now) {
  auto const& refresh = state.refresh;
  return now < refresh.previous_until && is_same_digest(access.digest(), refresh.unused_access);
}

inline constexpr unsigned char answer_layout = 1;

/** Answer the previous refresh token once more.

    @par Errors
    `oauth_errc::bad_token` if the answer is no longer any good, `oauth_errc::scope_not_allowed` if it has more scopes
    than are asked for now.
*/
inline result<issued_tokens> repeat_answer(grant const& state, grant_name const& name, token const& previous,
                                           refresh_request const& asked, unix_seconds now) {
  auto const opened = open_for(previous.wrapping_key(), state.refresh.sealed_answer, "answer", name.key());
  if (!opened) return opened.error();
  record_reader in(opened->reveal(), answer_layout);
  auto access = token::parse(token_kind::access, in.text());
  auto refresh = token::parse(token_kind::refresh, in.text());
  if (!in.complete() || !access || !refresh) return oauth_errc::damaged_record;
  auto const* const given = find_access(state, access->digest());
  if (given == nullptr || now >= given->expires) return oauth_errc::bad_token;
  auto const wanted = validate_refreshed_scope(state, asked);
  if (!wanted) return wanted.error();
  if (!wanted->contains(given->scope)) return oauth_errc::scope_not_allowed;
  issued_tokens out;
  out.access_token = access->text();
  out.refresh_token = refresh->text();
  out.expires = given->expires;
  out.expires_in = given->expires - now;
  out.scope = given->scope;
  out.resource = state.resource;
  return out;
}

/** Replace the current refresh token, and the props if there are new ones. */
inline issued_tokens rotate(grant& state, grant_name const& name, token const& current,
                            secret const& props_key, secret const* new_props, refresh_request const& asked,
                            token_lifetimes const& lifetimes, unix_seconds now) {
  if (new_props != nullptr) state.sealed_props = seal_props(props_key, *new_props, name.key());
  auto const scope = validate_refreshed_scope(state, asked);
  token const access = add_access(state, name, props_key, scope ? *scope : state.scope, lifetimes, now);
  token const refresh = token::make(token_kind::refresh, name, state.family_key);
  record_writer both(answer_layout, 2 * token::size + 64);
  both.text(access.reveal()).text(refresh.reveal());
  secret const answer{both.take()};
  state.refresh.previous_digest = std::move(state.refresh.digest);
  state.refresh.previous_until = std::min(now + lifetimes.refresh_grace, state.access.back().expires);
  state.refresh.sealed_answer = seal_for(current.wrapping_key(), answer.reveal(), "answer", name.key());
  state.refresh.unused_access = access.digest();
  state.refresh.digest = refresh.digest();
  state.refresh.wrapped_key = wrap_key(refresh, props_key, name.key());
  return answer_of(state, access.text(), refresh.text(), now);
}

/** Find what an access token stands for. `resource` is whom it must be for. */
inline result<access_grant> read_access(grant const& state, grant_name const& name, token const& access,
                                        std::string_view resource, unix_seconds now) {
  auto const* const found = find_access(state, access.digest());
  if (found == nullptr) return oauth_errc::bad_token;
  if (now >= found->expires) return oauth_errc::token_expired;
  if (state.resource != resource) return oauth_errc::bad_target;
  auto const props_key = unwrap_key(access, found->wrapped_key, name.key());
  if (!props_key) return props_key.error();
  auto props = open_props(*props_key, state.sealed_props, name.key());
  if (!props) return props.error();
  access_grant out;
  out.user = state.user;
  out.client_id = state.client_id;
  out.scope = found->scope;
  out.resource = state.resource;
  out.expires = found->expires;
  out.grant_id = name.id();
  out.props = std::move(*props);
  return out;
}

}  // namespace mcpawl::oauth::detail
