// mcpawl/oauth/server/browser_cookie.hpp - which browser this is, and who signed in with it last, as a sealed cookie
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/grant/token.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** A browser as the server knows it. */
struct known_browser {
  std::string id;      ///< Random, and known to nobody else.
  std::string person;  ///< Who signed in last. Empty if nobody has, or that is too long for a cookie.

  /** A browser that has not been here. */
  static known_browser make() {
    known_browser out;
    out.id = detail::random_base64url(24);
    return out;
  }
};

/** Makes and reads the value of the cookie that tells one browser from another.

    It says who signed in last, not who is sitting there: what is decided by it must be decided again for
    whoever does sign in.

    @par Errors
    What is forged, altered, cut, too old, or sealed by a key that is no longer there, counts as absent.
    @par Lifetime
    The clock must outlive it.
    @par Thread safety
    One thread per copy; copies share the keys.
*/
class browser_cookie {
public:
  static constexpr unix_seconds default_lifetime = 30 * 86'400;
  static constexpr std::size_t max_person = 512;  ///< Bytes; a browser drops a cookie over 4096.

  /** @param issuer    ours: a cookie of another server that has the same keys is none here
      @param provider  the issuer upstream: who has signed in at another one is not known here */
  browser_cookie(sealer with, std::string_view issuer, std::string_view provider,
                 unix_seconds lifetime = default_lifetime, clock const& time = clock::system())
      : sealer_(std::move(with)),
        purpose_(std::string{"mcpawl.oauth.browser:"}.append(issuer).append(1, ' ').append(provider)),
        lifetime_(lifetime),
        clock_(&time) {}

  unix_seconds lifetime() const noexcept { return lifetime_; }

  /** The value of the cookie.

      @par Errors
      As `sealer::seal`. */
  std::string issue(known_browser const& browser) {
    bool const fits = browser.person.size() <= max_person;
    detail::record_writer out(layout);
    out.integer(clock_->wall() + lifetime_).text(browser.id);
    out.text(fits ? std::string_view{browser.person} : std::string_view{});
    return sealer_.seal(out.take(), purpose_);
  }

  /** Read the value of the cookie. Throws only `std::bad_alloc`. */
  std::optional<known_browser> read(std::string_view cookie) {
    if (cookie.size() > max_cookie) return std::nullopt;
    auto const opened = sealer_.open(cookie, purpose_);
    if (!opened) return std::nullopt;
    detail::record_reader in(*opened, layout);
    unix_seconds const expires = in.integer();
    known_browser out;
    out.id = in.text();
    out.person = in.text();
    if (!in.complete() || out.id.empty() || expires <= clock_->wall()) return std::nullopt;
    return out;
  }

private:
  static constexpr unsigned char layout = 1;
  static constexpr std::size_t max_cookie = 4096;

  sealer sealer_;
  std::string purpose_;
  unix_seconds lifetime_;
  clock const* clock_;
};

}  // namespace mcpawl::oauth
