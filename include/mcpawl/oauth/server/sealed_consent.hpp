// mcpawl/oauth/server/sealed_consent.hpp - what a consent page asks about, sealed, so that the page carries it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/oauth/server/flow.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** What the browser carries while an authorization waits for it: both must come back. */
struct flow_handle {
  std::string handle;   ///< In the form of the consent page, or as the `state` of the login upstream.
  std::string browser;  ///< In a cookie, so that nobody else can go on: an authorization that an attacker has
                        ///< begun must not end in the browser of a victim (RFC 9700 section 4.7).
};

/** A question that was put to a person and has come back with their answer. */
struct asked_consent {
  asked_consent(std::string which, unix_seconds until, flow what)
      : id(std::move(which)), expires(until), asked(std::move(what)) {}

  std::string id;  ///< Random; the page is good for one answer, and this names it.
  unix_seconds expires;
  flow asked;
};

/** Seals what a consent page asks about, for ten minutes and one browser.

    Anybody may ask for the page, so the server keeps nothing of it: the form holds the request, which nobody
    can read or alter, and a cookie holds a random value whose digest is sealed with it. That a page is
    answered once is for the caller to see to, by `asked_consent::id`.

    @par Errors
    `oauth_errc::flow_not_found` for what is forged, cut, too old, of another server or sealed by a key that is gone;
    `oauth_errc::flow_of_another_browser`; `oauth_errc::damaged_record` if the rules no longer allow the redirect URI.
    @par Lifetime
    The clock must outlive it.
    @par Thread safety
    One thread per copy; copies share the keys.
*/
class sealed_consent {
public:
  static constexpr unix_seconds lifetime = 600;
  /** Bytes of a form's value that is looked at. A request has up to 12 KiB with the longest state, redirect
      URI and client_id. */
  static constexpr std::size_t max_handle_bytes = 32 * 1024;

  /** @param issuer ours: a page of another server that has the same keys is none here */
  sealed_consent(sealer with, std::string_view issuer, redirect_rules rules = {},
                 clock const& time = clock::system())
      : sealer_(std::move(with)),
        purpose_(std::string{"mcpawl.oauth.consent:"}.append(issuer)),
        rules_(std::move(rules)),
        clock_(&time) {}

  /** Seal a question.

      @par Errors
      As `sealer::seal`. */
  flow_handle seal(flow const& what) {
    flow_handle handle;
    handle.browser = detail::random_base64url(bytes_of_browser);
    secret const record = what.bytes();
    detail::record_writer out(layout, record.reveal().size() + 256);
    out.integer(clock_->wall() + lifetime).text(detail::random_base64url(bytes_of_id));
    out.text(detail::digest_for(browser_purpose, handle.browser)).text(record.reveal());
    secret const plain{out.take()};
    handle.handle = sealer_.seal(plain.reveal(), purpose_);
    return handle;
  }

  /** Open a question for the browser that was asked. */
  result<asked_consent> open(flow_handle const& handle) {
    auto const opened = unseal(handle.handle);
    if (!opened) return oauth_errc::flow_not_found;
    fields const found = read(opened->reveal());
    if (!found.good || found.expires <= clock_->wall()) return oauth_errc::flow_not_found;
    if (!equal_in_constant_time(found.browser, detail::digest_for(browser_purpose, handle.browser)))
      return oauth_errc::flow_of_another_browser;
    auto asked = flow::parse(found.record, rules_);
    if (!asked) return asked.error();
    return asked_consent(std::string{found.id}, found.expires, std::move(*asked));
  }

  /** The id of a question, whichever browser it was put to; to tell an answered page from a foreign one. */
  std::optional<std::string> id_of(std::string_view handle) {
    auto const opened = unseal(handle);
    if (!opened) return std::nullopt;
    fields const found = read(opened->reveal());
    if (!found.good) return std::nullopt;
    return std::string{found.id};
  }

private:
  static constexpr unsigned char layout = 1;
  static constexpr std::size_t bytes_of_id = 18, bytes_of_browser = 33;
  static constexpr std::string_view browser_purpose = "mcpawl.oauth.consent.browser";

  struct fields {
    bool good = false;
    unix_seconds expires = 0;
    std::string_view id, browser, record;
  };

  static fields read(std::string_view plain) noexcept {
    detail::record_reader in(plain, layout);
    fields out;
    out.expires = in.integer();
    out.id = in.text();
    out.browser = in.text();
    out.record = in.text();
    out.good = in.complete();
    return out;
  }

  std::optional<secret> unseal(std::string_view handle) {
    if (handle.size() > max_handle_bytes) return std::nullopt;
    auto opened = sealer_.open(handle, purpose_);
    if (!opened) return std::nullopt;
    return secret{std::move(*opened)};
  }

  sealer sealer_;
  std::string purpose_;
  redirect_rules rules_;
  clock const* clock_;
};

}  // namespace mcpawl::oauth
