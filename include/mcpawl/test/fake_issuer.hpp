// mcpawl/test/fake_issuer.hpp - an OAuth issuer for tests: metadata, keys and access tokens, on loopback
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_claims.hpp>
#include <mcpawl/auth/bearer_verifier.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/test/access_token.hpp>
#include <mcpawl/test/certs_endpoint.hpp>
#include <mcpawl/test/loopback_listener.hpp>
#include <mcpawl/test/plain_http.hpp>
#include <mcpawl/test/signing_key.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** An issuer of access tokens, ready when it is made, gone when it is destroyed.

    It has no login and no token endpoint: tokens are made by calling it. They are RS256, as most issuers'.

    @code
    mcpawl::test::fake_issuer issuer("my-api");
    mcpawl::jwt_bearer<> policy(mcpawl::bearer_options{
        .public_url = "http://127.0.0.1:8080", .issuer = issuer.name(), .audiences = {"my-api"}});
    auto token = issuer.sign(issuer.token("alice", "files:read").claim("department", "sales"));
    issuer.rotate();
    issuer.fault(mcpawl::test::certs_fault::hang);
    @endcode

    @par Thread safety
    All functions may be called from several threads; making and destroying it is for one.
*/
class fake_issuer {
public:
  explicit fake_issuer(std::string audience, clock const& time = clock::system())
      : endpoint_(background_.executor()),
        audience_(std::move(audience)),
        clock_(time),
        key_(signing_key::generate()),
        metadata_(good_metadata()) {
    auto keys = [this] { return key_set(); };
    auto others = [this](plain_request const& asked) { return document(asked.path()); };
    endpoint_.serve("/jwks", std::move(keys), std::move(others));
    background_.start();
  }
  fake_issuer(fake_issuer const&) = delete;
  fake_issuer& operator=(fake_issuer const&) = delete;
  ~fake_issuer() { background_.stop(); }

  /** `http://127.0.0.1:PORT`: the `iss` of its tokens. */
  std::string name() const { return endpoint_.team_domain(); }
  std::string keys_url() const { return name() + "/jwks"; }

  /** An access token, to be changed and signed: `iss`, `aud`, `sub`, `iat`, `exp` an hour from now,
      `client_id`, and `scope` unless it is empty. */
  access_token token(std::string_view subject, std::string_view scope = {}) const {
    unix_seconds const now = clock_.wall();
    access_token made;
    made.claim("iss", name()).claim("aud", audience_).claim("sub", subject).claim("client_id", "tests");
    made.claim("iat", now).claim("exp", now + 3600);
    if (!scope.empty()) made.claim("scope", scope);
    return made;
  }

  /** The token signed with the current key. */
  std::string sign(access_token const& token) const {
    signing_key const key = current_key();
    return token.sign(key, names_keys_ ? std::string_view(key.kid()) : std::string_view());
  }

  /** The identity that a server would have from a token, to call a tool with it: the token is really signed
      and verified, since nothing else can make one.

      @par Errors
      Throws `boost::system::system_error` if the token would be refused.
  */
  template <class Claims = no_claims>
  bearer_identity<Claims> identity(access_token const& token) const {
    mcpawl::detail::bearer_verifier<Claims> verifier(
        mcpawl::detail::bearer_expectation(name(), std::vector<std::string>(1, audience_)));
    verifier.use(std::make_shared<jose::jwk_set const>(jose::parse_jwk_set(key_set()).value()));
    return verifier.verify(sign(token), clock_.wall()).value();
  }

  signing_key current_key() const {
    std::lock_guard const lock(mutex_);
    return key_;
  }

  /** Publish a new key and sign with it; the one before stays published, the one before that is withdrawn. */
  void rotate() {
    signing_key made = signing_key::generate();
    std::lock_guard const lock(mutex_);
    previous_ = std::exchange(key_, std::move(made));
  }

  /** Name keys and tokens by a `kid`, or be an issuer that has one key at a time and does not. */
  void name_keys(bool named) noexcept { names_keys_ = named; }

  /** The key set. */
  std::string key_set() const {
    std::lock_guard const lock(mutex_);
    if (!names_keys_) return "{\"keys\":[" + key_.nameless_jwk() + "]}";
    return "{\"keys\":[" + key_.jwk() + (previous_ ? ',' + previous_->jwk() : std::string()) + "]}";
  }

  /** Publish this as metadata instead of the truth; nothing answers 404. */
  void metadata(std::optional<std::string> document) {
    std::lock_guard const lock(mutex_);
    metadata_ = std::move(document);
  }
  std::string good_metadata() const {
    return R"({"issuer":")" + name() + R"(","jwks_uri":")" + keys_url() + R"(","authorization_endpoint":")" +
           name() + R"(/authorize","token_endpoint":")" + name() + "/token\"}";
  }

  /** Commit a fault instead of answering with keys. */
  void fault(certs_fault now) noexcept { endpoint_.fault(now); }
  /** Requests for the keys seen so far. */
  int fetches() const noexcept { return endpoint_.fetches(); }

private:
  std::optional<plain_answer> document(std::string_view path) const {
    bool const known =
        path == "/.well-known/openid-configuration" || path == "/.well-known/oauth-authorization-server";
    std::lock_guard const lock(mutex_);
    if (!known || !metadata_) return std::nullopt;
    return answer_with(200, "application/json", *metadata_);
  }

  detail::background_context background_;
  certs_endpoint endpoint_;
  std::string audience_;
  clock const& clock_;
  std::atomic<bool> names_keys_{true};
  mutable std::mutex mutex_;
  signing_key key_;
  std::optional<signing_key> previous_;
  std::optional<std::string> metadata_;
};

}  // namespace mcpawl::test
