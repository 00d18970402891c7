// mcpawl/oauth/client/client_assertion.hpp - clients that authenticate with a key of their own (private_key_jwt)
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/oauth/client/assertion_verifier.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/client/client_fetcher.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::oauth {

/** Validates the assertions of clients (RFC 7523, OpenID Connect Core section 9).

    An assertion is signed by RS256 or ES256 with a key of the client's document, is from the client about
    itself, for us alone, good for five minutes at most, and has a `jti` that was not used before.

    @par Errors
    `oauth_errc::authentication_failed`, which is `invalid_client`, for all that is wrong with one;
    `oauth_errc::document_unavailable` and what the store says: perhaps later.
    @par Lifetime
    The store and the clock must outlive it and its tasks; the tasks may outlive it.
    @par Thread safety
    All functions may be called from any thread at once. Copies are alike.
*/
class client_assertions {
public:
  /** @param audiences what we are called in `aud`: the issuer, and the URL of the token endpoint */
  client_assertions(kv_store& store, client_documents documents, std::vector<std::string> audiences,
                    clock const& time = clock::system())
      : store_(&store), clock_(&time), documents_(std::move(documents)), audiences_(std::move(audiences)) {}

  /** Validate an assertion of this client; no error if it is good, and then it is used up. */
  task<error_code> validate(client who, secret assertion) const {
    return validate_with(*this, std::move(who), std::move(assertion));
  }

private:
  static task<error_code> validate_with(client_assertions self, client who, secret assertion) {
    if (who.metadata.auth != client_auth::private_key_jwt || who.id.empty())
      co_return oauth_errc::authentication_failed;
    auto keys = co_await self.documents_.keys_of(who.metadata);
    if (!keys) co_return keys.error();
    auto const expected = detail::expect_assertion(who.id, self.audiences_);
    unix_seconds const now = self.clock_->wall();
    auto good = detail::verify_assertion(assertion.reveal(), *keys, expected, now);
    if (!good && jose::newer_keys_may_help(good.error()) && who.metadata.jwks.empty()) {
      constexpr std::chrono::seconds pause{30};  // whatever a client invents, its keys are fetched no oftener
      auto const newer = co_await self.documents_.keys_of(who.metadata, pause);
      if (newer && *newer != *keys)
        good = detail::verify_assertion(assertion.reveal(), *newer, expected, now);
    }
    if (!good) co_return oauth_errc::authentication_failed;

    std::string key = "assertion/";
    mcpawl::detail::append_base64url(key,
                                     detail::digest_for("mcpawl.oauth.assertion", who.id + '\n', good->jti));
    store_write write(std::move(key), std::string{});
    write.expires(good->expires + 60);  // clocks of several processes may differ
    auto const first = co_await self.store_->compare_and_set(std::move(write), store_absent);
    if (!first) co_return first.error();
    if (!*first) co_return oauth_errc::authentication_failed;
    co_return error_code{};
  }

  kv_store* store_;
  clock const* clock_;
  client_documents documents_;
  std::vector<std::string> audiences_;
};

}  // namespace mcpawl::oauth

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
