// mcpawl/auth/token_authenticator.hpp - decide about the tokens of an issuer, whose keys may have to be fetched first
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/keys/key_source.hpp>
#include <mcpawl/keys/refreshing_verifier.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What policies do with a token that they have found: verify it with the keys at hand, and again with newer ones where these
    may help.

    @tparam Verifier  has `verify_cached(token, wall, steady)`, which returns an identity or why there is none.
    @par Thread safety
    As `refreshing_verifier`: one per thread. */
template <class Verifier>
class token_authenticator {
public:
  using identity_type = typename decltype(std::declval<Verifier&>().verify_cached(
      std::string_view(), unix_seconds(), std::chrono::steady_clock::time_point()))::value_type;

  /** @param arguments  make the verifier. The clock must outlive this. */
  template <class... Arguments>
  token_authenticator(std::shared_ptr<key_source> source, http::tls_trust trust, clock const& time,
                      Arguments&&... arguments)
      : verifier_(std::move(source), std::move(trust), std::forward<Arguments>(arguments)...), time_(&time) {}

  /** As `refreshing_verifier::attach`. */
  void attach(boost::asio::any_io_executor executor, logger log, std::function<void(Verifier&)> on_keys = {},
              observation const* observed = nullptr) {
    observed_ = observed;
    verifier_.attach(std::move(executor), std::move(log), std::move(on_keys), observed);
  }

  /** Decide about a token. Waits only where newer keys might change the decision, or where this was never attached: then it
      belongs to the thread it is used on first.

      @param token  of the request's head, which outlives the decision.
      @param deny   makes a denial of an error; copied, and not called once this was destroyed. */
  template <class Deny>
  authentication<identity_type> authenticate(std::string_view token, Deny deny) {
    if (!verifier_.attached()) return authenticate_later(token, std::move(deny));
    auto decided = verifier_.verify_now(checking(token));
    if (observed_) tell_recall();
    if (decided) return *std::move(decided);
    if (verifier_.newer_keys_may_help(decided.error())) return authenticate_later(token, std::move(deny));
    return deny(decided.error());
  }

  /** Add to a denial which key its token names, if that may be the matter. */
  void add_kid(denial& out, error_code why) const {
    auto const kid = verifier_.verifier().last_kid();
    if (why.category() != make_error_code(jose::jose_errc::unknown_kid).category() || kid.empty()) return;
    out.log_reason.append(" (kid ").append(kid.substr(0, 80)).append(1, ')');
  }

  bool keys_unknown(error_code why) const noexcept { return verifier_.keys_unknown(why); }
  Verifier const& verifier() const noexcept { return verifier_.verifier(); }
  key_source const& source() const noexcept { return verifier_.source(); }

private:
  /** Tell whether the token was known again. */
  void tell_recall() {
    if constexpr (requires(Verifier const& v) { v.recalls().hits + v.recalls().misses; }) {
      auto const& now = verifier_.verifier().recalls();
      bool const hit = now.hits != hits_, miss = now.misses != misses_;
      hits_ = now.hits;
      misses_ = now.misses;
      if (hit || miss) observed_->tell(&observer::on_token_cache, token_cache_record{hit});
    }
  }

  auto checking(std::string_view token) const {
    return [token, time = time_](Verifier& with) {
      return with.verify_cached(token, time->wall(), time->steady());
    };
  }

  template <class Deny>
  task<auth_result<identity_type>> authenticate_later(std::string_view token, Deny deny) {
    if (!verifier_.attached()) {
      auto executor = co_await boost::asio::this_coro::executor;
      verifier_.attach(std::move(executor), logger());
    }
    auto check = checking(token);
    auto decided = co_await verifier_.verify(std::move(check));
    if (!decided) co_return stopping();
    if (*decided) co_return **std::move(decided);
    co_return deny(decided->error());
  }

  static denial stopping() {
    denial out(503, "keys_unavailable", "the server is stopping");
    out.retry_after = std::chrono::seconds(1);
    return out;
  }

  refreshing_verifier<Verifier> verifier_;
  clock const* time_;
  observation const* observed_ = nullptr;  // null where nobody observes
  std::uint64_t hits_ = 0, misses_ = 0;    // as told
};

}  // namespace mcpawl::detail
