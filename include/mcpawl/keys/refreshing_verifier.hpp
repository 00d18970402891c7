// mcpawl/keys/refreshing_verifier.hpp - verify a token, and again with newer keys where those may help
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/key_follower.hpp>
#include <mcpawl/keys/key_source.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

/** Keeps the keys of a verifier fresh.

    @tparam Verifier  has `use(keys)` and `has_keys()`, as `jose::caching_verifier` and what is built on it.

    How a token is verified is a function of the caller's, which takes the verifier and returns a `result<T>`.
    A copy follows the same source and is not attached yet.

    @par Lifetime
    May be destroyed while `verify` waits, which then says so.
    @par Thread safety
    One thread at a time; the source is shared.
    @par Example
    @code
    auto check = [token, now](my_verifier& with) { return with.verify(token, now); };
    auto decided = co_await verifier.verify(std::move(check));   // named first: GCC 12
    @endcode
*/
template <class Verifier>
class refreshing_verifier {
public:
  /** What a function says of a token. */
  template <class Verify>
  using result_of = std::invoke_result_t<Verify&, Verifier&>;

  /** @param arguments  make the verifier. */
  template <class... Arguments>
  refreshing_verifier(std::shared_ptr<key_source> source, http::tls_trust trust, Arguments&&... arguments)
      : verifier_(std::forward<Arguments>(arguments)...), keys_(std::move(source), std::move(trust)) {}
  refreshing_verifier(refreshing_verifier const& other) : verifier_(other.verifier_), keys_(other.keys_) {}
  refreshing_verifier(refreshing_verifier&&) noexcept = default;
  refreshing_verifier& operator=(refreshing_verifier const&) = delete;
  ~refreshing_verifier() = default;

  /** Begin to follow the keys on this thread's executor.

      @param on_keys  called whenever the verifier got other keys. */
  void attach(boost::asio::any_io_executor executor, logger log, std::function<void(Verifier&)> on_keys = {},
              observation const* observed = nullptr) {
    on_keys_ = std::move(on_keys);
    keys_.attach(std::move(executor), std::move(log), observed);
  }
  bool attached() const noexcept { return keys_.attached(); }

  /** Verify with the keys at hand, without waiting.

      @par Errors
      `auth_errc::no_keys` or `auth_errc::keys_too_old` where there are none to use, else what `verify` says. */
  template <class Verify>
  result_of<Verify> verify_now(Verify&& verify) {
    auto const& keys = keys_.keys();
    if (keys.get() != used_) {
      verifier_.use(keys);
      used_ = keys.get();
      if (on_keys_) on_keys_(verifier_);
    }
    if (!verifier_.has_keys())
      return source().generation() == 0 ? auth_errc::no_keys : auth_errc::keys_too_old;
    return verify(verifier_);
  }

  /** Verify; where newer keys may help, have them fetched and verify again. Nothing if this object was destroyed
      meanwhile, or was never attached: nothing of it, or of who owns it, may be used then. */
  template <class Verify>
  task<std::optional<result_of<Verify>>> verify(Verify verify) {
    std::optional<result_of<Verify>> decided = verify_now(verify);
    if (!*decided && newer_keys_may_help(decided->error())) {
      auto const want = verifier_.has_keys() ? key_want::unknown_kid : key_want::any_key;
      auto const outcome = co_await keys_.renew(want);
      if (outcome == key_outcome::stopping) co_return std::nullopt;
      if (outcome == key_outcome::ended) decided = verify_now(verify);
    }
    co_return decided;
  }

  /** Whether an error may be cured by newer keys. */
  static bool newer_keys_may_help(error_code why) noexcept {
    return jose::newer_keys_may_help(why) || no_keys(why);
  }

  /** Whether an error says nothing against the token: the keys that would tell cannot be had. */
  bool keys_unknown(error_code why) const noexcept {
    return no_keys(why) || (jose::newer_keys_may_help(why) && source().failing());
  }

  Verifier const& verifier() const noexcept { return verifier_; }
  key_source const& source() const noexcept { return keys_.source(); }

private:
  static bool no_keys(error_code why) noexcept {
    return why == auth_errc::no_keys || why == auth_errc::keys_too_old;
  }

  Verifier verifier_;
  std::function<void(Verifier&)> on_keys_;
  jose::jwk_set const* used_ = nullptr;  // never followed: the verifier holds the keys
  key_follower keys_;
};

}  // namespace mcpawl::detail
