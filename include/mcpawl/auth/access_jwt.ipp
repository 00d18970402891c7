// mcpawl/auth/access_jwt.ipp - the bodies of access_jwt.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/assertion.hpp>
#include <mcpawl/auth/fixed_token.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/token_authenticator.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/unverified_issuer.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/key_origin.hpp>
#include <mcpawl/keys/key_source.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

template <class Engine>
class basic_access_jwt<Engine>::impl {
  using verifier = basic_access_verifier<Engine>;

public:
  explicit impl(access_options options)
      : options_(std::make_shared<access_options const>(detail::validated(std::move(options)))),
        tokens_(std::make_shared<detail::key_source>(origin(*options_), *options_->time, options_->timing),
                options_->authorities(), *options_->time, options_->expectation(), options_->remember) {}

  void attach(auth_environment const& environment) {
    logger const& log = environment.log;
    auto report = [log](verifier& with) { report_engines(with, log); };
    tokens_.attach(environment.executor, log, std::move(report), environment.observed);
  }
  detail::key_source const& source() const noexcept { return tokens_.source(); }

  authentication<access_identity> authenticate(http::request_head const& head) {
    auto const token = token_of(head);
    if (!token) return deny(token.error());
    return tokens_.authenticate(*token, [this](error_code why) { return deny(why); });
  }

  std::optional<linked_token> linked_token_of(http::request_head const& head) const {
    auto const token = token_of(head);
    if (!token) return std::nullopt;
    return linked_token(linked_token::form::assertion,
                        std::make_shared<detail::fixed_token>(secret(std::string(*token))));
  }

  bool recognizes(http::request_head const& head) const {
    auto const token = token_of(head);
    return token || token.error() != make_error_code(detail::auth_errc::missing_token);
  }
  bool recognizes_issuer(http::request_head const& head) const {
    auto const token = token_of(head);
    return token && jose::detail::names_issuer(*token, options_->issuer());
  }

private:
  /** A set without a key that Access signs with must not replace one that has some. */
  static detail::key_origin origin(access_options const& options) {
    detail::key_origin at(options.keys_url());
    at.algorithms({jose::algorithm::rs256});
    return at;
  }

  result<std::string_view> token_of(http::request_head const& head) const {
    return detail::find_assertion(head, options_->cookie);
  }

  static void report_engines(verifier const& with, logger const& log) {
    for (auto const& use : with.engines()) {
      if (use.report.reason.empty()) continue;
      log.write(use.report.faulty ? log_level::warning : log_level::info, "engine_replaced",
                {{"kid", use.kid}, {"engine", use.report.engine}, {"reason", use.report.reason}});
    }
  }

  denial deny(error_code error) const {
    if (error == detail::auth_errc::missing_token)
      return challenged(denial(401, "missing_token", error.message()));
    // a key that nobody could look up is no proof of a bad token
    if (tokens_.keys_unknown(error) || error == condition::unavailable || error == condition::internal) {
      denial out(503, "keys_unavailable", error.message());
      auto const wait = std::chrono::ceil<std::chrono::seconds>(source().back_off());
      out.retry_after = std::max(wait, std::chrono::seconds(1));
      return out;
    }
    denial out(options_->challenge ? 401 : 403, "invalid_token", error.message());
    tokens_.add_kid(out, error);
    return challenged(std::move(out));
  }

  /** Add the challenge of RFC 6750 section 3, where the options ask for one. */
  denial challenged(denial out) const {
    if (!options_->challenge) return out;
    out.www_authenticate = "Bearer";
    if (out.code == "invalid_token") out.www_authenticate += " error=\"invalid_token\"";
    if (auto const& url = options_->resource_metadata; !url.empty())
      out.www_authenticate.append(out.code == "invalid_token" ? ", " : " ")
          .append("resource_metadata=\"")
          .append(url)
          .append(1, '"');
    return out;
  }

  std::shared_ptr<access_options const> options_;
  detail::token_authenticator<verifier> tokens_;
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
  impl_->attach(environment);
}

template <class Engine>
authentication<access_identity> basic_access_jwt<Engine>::authenticate(http::request_head const& head) {
  return impl_->authenticate(head);
}

template <class Engine>
bool basic_access_jwt<Engine>::recognizes(http::request_head const& head) const {
  return impl_->recognizes(head);
}
template <class Engine>
bool basic_access_jwt<Engine>::recognizes_issuer(http::request_head const& head) const {
  return impl_->recognizes_issuer(head);
}

template <class Engine>
std::optional<linked_token> basic_access_jwt<Engine>::linked_token_of(http::request_head const& head,
                                                                      access_identity const&) {
  return impl_->linked_token_of(head);
}

template <class Engine>
detail::key_source const& basic_access_jwt<Engine>::source() const noexcept {
  return impl_->source();
}

template <class Engine>
bool basic_access_jwt<Engine>::ready() const noexcept {
  return impl_->source().generation() != 0;
}

static_assert(auth_policy<access_jwt>);

}  // namespace mcpawl
