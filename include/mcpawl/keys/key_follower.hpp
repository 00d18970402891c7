// mcpawl/keys/key_follower.hpp - one thread's part in keeping the published keys fresh
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/key_source.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** How waiting for keys ended. */
enum class key_outcome {
  ended,     ///< A fetch has ended, well or not.
  not_now,   ///< None was allowed: too soon after the last one.
  stopping,  ///< The follower is gone, or was never attached.
};

/** Fetches keys for a `key_source` and waits for them, on one thread.

    Any thread may do the fetching; the source sees to it that one does at a time, and notifies one event of
    each thread when a fetch has ended. Who is notified is alive, so the end of a thread (and of its
    `io_context`) leaves nothing dangling: a fetch that dies with it is begun again by another.

    A copy follows the same source and is not attached yet.

    @par Lifetime
    Destroying it ends its coroutine, on its thread or after its `io_context` has stopped. An attached
    follower keeps `io_context::run` busy.
    @par Thread safety
    One thread at a time; the source is shared.
*/
class key_follower {
public:
  using milliseconds = std::chrono::milliseconds;

  key_follower(std::shared_ptr<key_source> source, http::tls_trust trust)
      : source_(std::move(source)), trust_(std::move(trust)) {}
  key_follower(key_follower const& other) : source_(other.source_), trust_(other.trust_) {}
  key_follower(key_follower&&) noexcept = default;
  key_follower& operator=(key_follower const&) = delete;
  ~key_follower() {
    if (thread_) thread_->stop();
  }

  bool attached() const noexcept { return thread_ != nullptr; }

  /** Begin to follow on this thread's executor; fetches the keys at once if nobody has. */
  MCPAWL_DECL void attach(boost::asio::any_io_executor executor, logger log,
                          observation const* observed = nullptr);

  /** The keys as of now; null if there are none or they are too old. */
  std::shared_ptr<jose::jwk_set const> const& keys() {
    auto const now = source_->now();
    source_->follow(view_);
    if (thread_ && source_->due(now)) thread_->changed->notify();
    return source_->fresh(view_, now) ? view_.keys : none_;
  }

  /** Ask for a fetch and wait for its end, or for the end of the one that runs.

      Cancellation: giving up does not stop the fetch, which others may be waiting for.
      Lifetime: the follower may die while this waits.
  */
  task<key_outcome> renew(key_want want) { return on_thread::wait(thread_, want); }

  key_source const& source() const noexcept { return *source_; }

private:
  /** What the coroutines of one thread share. It may outlive the `io_context`, being nothing but memory then. */
  struct on_thread : std::enable_shared_from_this<on_thread> {
    on_thread(std::shared_ptr<key_source> from, http::tls_trust with, boost::asio::any_io_executor on,
              logger to, observation const* watching)
        : source(std::move(from)),
          trust(std::move(with)),
          executor(std::move(on)),
          log(std::move(to)),
          observed(watching) {}

    std::shared_ptr<key_source> source;
    http::tls_trust trust;
    boost::asio::any_io_executor executor;
    logger log;
    observation const* observed;  // null where nobody observes; outlives the executor's context
    boost::asio::cancellation_signal cancel;
    /** The loop waits for it: a fetch has ended on whichever thread, or there is something to do. Without a
        deadline, since other threads notify it while this one ends. */
    std::shared_ptr<async_event> const changed = std::make_shared<async_event>();
    /** The requests of this thread wait for it; the loop notifies. */
    std::shared_ptr<async_event> const ended = std::make_shared<async_event>();
    std::optional<key_fetch_lease> pending;  // taken by a request, for the loop to carry out
    bool looping = false;                    // while the loop exists
    bool stopped = false;

    /** For the log: where the keys are, or where one would learn it. */
    std::string url_text() const {
      auto const known = source->address();
      auto const& url = known ? *known : source->origin()->metadata().front();
      return url.origin() + url.target();
    }
    void tell(key_fetch_record::outcome result, std::size_t usable) const {
      if (!observed) return;
      std::string const url = url_text();
      observed->tell(&observer::on_key_fetch, key_fetch_record{url.substr(0, url.find('?')), result, usable});
    }
    MCPAWL_DECL void stop();
    struct departure;
    MCPAWL_DECL static task<> run(std::shared_ptr<on_thread> self);
    MCPAWL_DECL static task<key_outcome> wait(std::shared_ptr<on_thread> self, key_want want);
    MCPAWL_DECL task<> fetch_keys(key_fetch_lease lease);
    MCPAWL_DECL task<result<http::origin_url>> locate(std::chrono::steady_clock::time_point deadline);
    MCPAWL_DECL void on_response(key_fetch_lease& lease, http::fetch_response response);
    MCPAWL_DECL void on_failure(key_fetch_lease& lease, error_code why, http::fetch_response const& response);
  };

  std::shared_ptr<key_source> source_;
  http::tls_trust trust_;
  key_view view_;
  std::shared_ptr<jose::jwk_set const> none_;
  std::shared_ptr<on_thread> thread_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/keys/key_follower.ipp>
#endif
