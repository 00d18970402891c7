// mcpawl/auth/access_jwt.hpp - the door of a server behind Cloudflare Access
#pragma once

#include <mcpawl/auth/access_claims.hpp>
#include <mcpawl/auth/access_options.hpp>
#include <mcpawl/auth/access_verifier.hpp>
#include <mcpawl/auth/assertion.hpp>
#include <mcpawl/auth/key_follower.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/auth/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/jose/errc.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Let in who has an application token of Cloudflare Access (self-hosted application).

    The token comes in `Cf-Access-Jwt-Assertion`, once, and must be signed (RS256) by a key that the team
    domain publishes at `/cdn-cgi/access/certs`, be issued by exactly that team domain for one of the
    audiences, not be expired (to the second), not begin later than the leeway from now, have the type
    "app", and name a user, or a service if that is allowed. Nothing else in a request counts.

    | request | status | code |
    |---|---|---|
    | no token | 401 | missing_token |
    | a token that is not accepted, for whatever reason | 403 (401 with a challenge) | invalid_token |
    | no key to decide with, or none for its kid while the keys cannot be fetched | 503, Retry-After |
   keys_unavailable |

    The precise reason is in the log only. Access makes the challenge itself where Managed OAuth is on, so
    none is sent by default; see `access_options::challenge`.

    Keys are fetched when the policy is attached to its first thread, kept fresh in the background, and
    serve on while they cannot be fetched: see `key_source`.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_jwt::from_env()};   // TEAM_DOMAIN, POLICY_AUD
    @endcode

    @par Lifetime
    As `auth_policy` says. Copies share the keys.
    @par Thread safety
    One copy per thread.

    https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
*/
class access_jwt {
public:
  using identity_type = access_identity;

  /** Errors: throws `configuration_error` with all mistakes in the options. */
  explicit access_jwt(access_options options)
      : options_(std::make_shared<access_options const>(access_options::checked(std::move(options)))),
        verifier_(options_->expectation(), options_->remembered()),
        keys_(std::make_shared<key_source>(options_->keys_url(), options_->time(), options_->timing()),
              options_->authorities()) {}

  /** Read `TEAM_DOMAIN`, `POLICY_AUD` (one or several, with commas) and `ALLOW_SERVICE_TOKENS` (optional).

      Errors: throws `configuration_error` with all mistakes.
  */
  static access_jwt from_env(settings from = settings()) {
    auto options = access_options::from(from);
    from.complain();
    return access_jwt(std::move(options));
  }

  /** Bind this copy to its thread and begin to fetch the keys. */
  void attach(auth_environment const& environment) { keys_.attach(environment.executor, environment.log); }

  /** Decide about a request. Waits only where keys must be fetched first. */
  task<auth_result<access_identity>> authenticate(http::request_head const& head) {
    if (!keys_.attached()) {
      auto executor = co_await boost::asio::this_coro::executor;
      keys_.attach(std::move(executor), logger());
    }
    auto decided = check(head);
    if (decided) co_return *std::move(decided);
    if (curable(decided.error())) {
      auto const want = verifier_.has_keys() ? key_want::unknown_kid : key_want::any_key;
      auto const outcome = co_await keys_.renew(want);
      // the follower died while we waited, and with it everything of this object
      if (outcome == key_outcome::stopping) co_return stopping();
      if (outcome == key_outcome::landed) decided = check(head);
      if (decided) co_return *std::move(decided);
    }
    co_return deny(decided.error());
  }

  /** Decide with the keys at hand, without waiting; what `authenticate` does first. */
  auth_result<access_identity> verify_now(http::request_head const& head) {
    auto decided = check(head);
    if (decided) return *std::move(decided);
    return deny(decided.error());
  }

  /** The caller's name for sessions: kind, issuer and subject or common name. */
  std::string principal(access_identity const& who) const { return access_principal(*who); }

  /** The keys, for a look at how they are doing. */
  key_source const& source() const noexcept { return keys_.source(); }

private:
  static bool curable(error_code error) noexcept {
    return error == jose::errc::unknown_kid || error == auth_errc::no_keys ||
           error == auth_errc::keys_too_old;
  }

  result<access_identity> check(http::request_head const& head) {
    auto const token = find_assertion(head, options_->cookie_accepted());
    if (!token) return token.error();
    verifier_.use(keys_.keys());
    if (!verifier_.has_keys())
      return keys_.source().generation() == 0 ? auth_errc::no_keys : auth_errc::keys_too_old;
    return verifier_.verify_or_recall(*token, options_->time().wall(), options_->time().steady());
  }

  static denial stopping() {
    denial out(503, "keys_unavailable", "the server is stopping");
    out.retry_after = std::chrono::seconds(1);
    return out;
  }

  denial deny(error_code error) const {
    if (error == auth_errc::missing_token) return challenged(denial(401, "missing_token", error.message()));
    // a kid that nobody could look up is no proof of a bad token
    bool const blind = error == jose::errc::unknown_kid && keys_.source().failing();
    if (blind || error == condition::unavailable || error == condition::internal) {
      denial out(503, "keys_unavailable", error.message());
      auto const wait = std::chrono::ceil<std::chrono::seconds>(keys_.source().back_off());
      out.retry_after = std::max(wait, std::chrono::seconds(1));
      return out;
    }
    denial out(options_->challenges() ? 401 : 403, "invalid_token", error.message());
    if (auto const kid = verifier_.last_kid(); error.category() == jose_category() && !kid.empty())
      out.log_reason.append(" (kid ").append(kid.substr(0, 80)).append(1, ')');
    return challenged(std::move(out));
  }

  static boost::system::error_category const& jose_category() noexcept {
    return make_error_code(jose::errc::unknown_kid).category();
  }

  /** Add the challenge of RFC 6750 section 3, where the options ask for one. */
  denial challenged(denial out) const {
    if (!options_->challenges()) return out;
    out.www_authenticate = "Bearer";
    if (out.code == "invalid_token") out.www_authenticate += " error=\"invalid_token\"";
    if (auto const& url = options_->resource_metadata(); !url.empty())
      out.www_authenticate.append(out.code == "invalid_token" ? ", " : " ")
          .append("resource_metadata=\"")
          .append(url)
          .append(1, '"');
    return out;
  }

  std::shared_ptr<access_options const> options_;
  access_verifier verifier_;
  key_follower keys_;
};

static_assert(auth_policy<access_jwt>);

}  // namespace mcpawl
