// mcpawl/auth/access_jwt.ipp - the bodies of access_jwt.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/assertion.hpp>
#include <mcpawl/auth/fixed_token.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/key_follower.hpp>
#include <mcpawl/keys/key_origin.hpp>
#include <mcpawl/keys/key_source.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl {

template <class Engine>
class basic_access_jwt<Engine>::impl {
public:
  explicit impl(access_options options)
      : options_(std::make_shared<access_options const>(access_options::checked(std::move(options)))),
        verifier_(options_->expectation(), options_->remembered()),
        keys_(std::make_shared<key_source>(origin(*options_), options_->time(), options_->timing()),
              options_->authorities()) {}

  void attach(boost::asio::any_io_executor executor, logger log) {
    log_ = log;
    keys_.attach(std::move(executor), std::move(log));
  }
  bool attached() const noexcept { return keys_.attached(); }
  key_source const& source() const noexcept { return keys_.source(); }

  static task<auth_result<access_identity>> authenticate(impl& self, http::request_head const& head) {
    if (!self.attached()) {
      auto executor = co_await boost::asio::this_coro::executor;
      self.attach(std::move(executor), logger());
    }
    auto decided = self.check(head);
    if (decided) co_return *std::move(decided);
    if (needs_key_refresh(decided.error())) {
      auto const want = self.verifier_.has_keys() ? key_want::unknown_kid : key_want::any_key;
      auto const outcome = co_await self.keys_.renew(want);
      // the follower died while we waited, and with it everything of this object
      if (outcome == key_outcome::stopping) co_return stopping();
      if (outcome == key_outcome::ended) decided = self.check(head);
      if (decided) co_return *std::move(decided);
    }
    co_return self.deny(decided.error());
  }

  std::optional<auth_result<access_identity>> decide_now(http::request_head const& head) {
    if (!attached()) return std::nullopt;
    auto decided = check(head);
    if (decided) return auth_result<access_identity>(*std::move(decided));
    if (needs_key_refresh(decided.error())) return std::nullopt;
    return auth_result<access_identity>(deny(decided.error()));
  }

  auth_result<access_identity> verify_now(http::request_head const& head) {
    auto decided = check(head);
    if (decided) return *std::move(decided);
    return deny(decided.error());
  }

  std::optional<linked_token> linked_token_of(http::request_head const& head) const {
    auto const token = find_assertion(head, options_->cookie_accepted());
    if (!token) return std::nullopt;
    return linked_token(linked_token::form::assertion,
                        std::make_shared<detail::fixed_token>(secret(std::string(*token))));
  }

private:
  /** A set without a key that Access signs with must not replace one that has some. */
  static key_origin origin(access_options const& options) {
    key_origin at(options.keys_url());
    at.algorithms({jose::algorithm::rs256});
    return at;
  }

  static bool needs_key_refresh(error_code error) noexcept {
    return jose::newer_keys_may_help(error) || error == auth_errc::no_keys ||
           error == auth_errc::keys_too_old;
  }

  result<access_identity> check(http::request_head const& head) {
    auto const token = find_assertion(head, options_->cookie_accepted());
    if (!token) return token.error();
    use(keys_.keys());
    if (!verifier_.has_keys())
      return keys_.source().generation() == 0 ? auth_errc::no_keys : auth_errc::keys_too_old;
    return verifier_.verify_cached(*token, options_->time().wall(), options_->time().steady());
  }

  void use(std::shared_ptr<jose::jwk_set const> const& keys) {
    if (keys.get() == used_) return;
    verifier_.use(keys);
    used_ = keys.get();
    if (!log_) return;
    for (auto const& use : verifier_.engines()) {
      if (use.report.reason.empty()) continue;
      log_->write(use.report.faulty ? log_level::warning : log_level::info, "engine replaced",
                  {{"kid", use.kid}, {"engine", use.report.engine}, {"reason", use.report.reason}});
    }
  }

  static denial stopping() {
    denial out(503, "keys_unavailable", "the server is stopping");
    out.retry_after = std::chrono::seconds(1);
    return out;
  }

  denial deny(error_code error) const {
    if (error == auth_errc::missing_token) return challenged(denial(401, "missing_token", error.message()));
    // a key that nobody could look up is no proof of a bad token
    bool const keys_unknown = jose::newer_keys_may_help(error) && keys_.source().failing();
    if (keys_unknown || error == condition::unavailable || error == condition::internal) {
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
  basic_access_verifier<Engine> verifier_;
  jose::jwk_set const* used_ = nullptr;  // never followed: the verifier holds the keys
  std::optional<logger> log_;            // from the time it is attached
  key_follower keys_;
};

template <class Engine>
basic_access_jwt<Engine>::basic_access_jwt(access_options options)
    : impl_(std::make_unique<impl>(std::move(options))) {}
template <class Engine>
basic_access_jwt<Engine>::basic_access_jwt(basic_access_jwt const& other)
    : impl_(std::make_unique<impl>(*other.impl_)) {}
template <class Engine>
basic_access_jwt<Engine>::basic_access_jwt(basic_access_jwt&&) noexcept = default;
template <class Engine>
basic_access_jwt<Engine>::~basic_access_jwt() = default;

template <class Engine>
basic_access_jwt<Engine> basic_access_jwt<Engine>::from_env(settings from) {
  auto options = access_options::from(from);
  from.throw_if_invalid();
  return basic_access_jwt(std::move(options));
}

template <class Engine>
void basic_access_jwt<Engine>::attach(auth_environment const& environment) {
  impl_->attach(environment.executor, environment.log);
}

template <class Engine>
task<auth_result<access_identity>> basic_access_jwt<Engine>::authenticate(http::request_head const& head) {
  return impl::authenticate(*impl_, head);
}

template <class Engine>
std::optional<auth_result<access_identity>> basic_access_jwt<Engine>::decide_now(
    http::request_head const& head) {
  return impl_->decide_now(head);
}

template <class Engine>
auth_result<access_identity> basic_access_jwt<Engine>::verify_now(http::request_head const& head) {
  return impl_->verify_now(head);
}

template <class Engine>
std::optional<linked_token> basic_access_jwt<Engine>::linked_token_of(http::request_head const& head,
                                                                      access_identity const&) {
  return impl_->linked_token_of(head);
}

template <class Engine>
key_source const& basic_access_jwt<Engine>::source() const noexcept {
  return impl_->source();
}

static_assert(auth_policy<access_jwt>);

}  // namespace mcpawl
