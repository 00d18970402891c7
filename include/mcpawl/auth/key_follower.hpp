// mcpawl/auth/key_follower.hpp - one thread's part in keeping the published keys fresh
#pragma once

#include <mcpawl/auth/auth_errc.hpp>
#include <mcpawl/auth/key_discovery.hpp>
#include <mcpawl/auth/key_source.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/jose/jwk_set.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** How waiting for keys ended. */
enum class key_outcome {
  landed,    ///< A fetch has ended, well or not.
  not_now,   ///< None was allowed: too soon after the last one.
  stopping,  ///< The follower is gone, or was never attached.
};

/** Fetches keys for a `key_source` and waits for them, on one thread.

    Any thread may do the fetching; the source sees to it that one does at a time. Threads never post
    to each other, so the end of one (and of its `io_context`) leaves nothing dangling: a fetch that
    dies with it is begun again by another. The price: a thread whose requests wait for the fetch of
    another looks every ten milliseconds whether it has ended.

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
  void attach(boost::asio::any_io_executor executor, logger log) {
    if (thread_) thread_->stop();
    thread_ = std::make_shared<on_thread>(source_, trust_, std::move(executor), std::move(log));
    auto ended = [self = thread_](std::exception_ptr) {};
    auto bound = boost::asio::bind_cancellation_slot(thread_->cancel.slot(), std::move(ended));
    boost::asio::co_spawn(thread_->executor, on_thread::run(thread_), std::move(bound));
  }

  /** The keys as of now; null if there are none or they are too old. */
  std::shared_ptr<jose::jwk_set const> const& keys() {
    auto const now = source_->now();
    source_->follow(view_);
    if (thread_ && source_->due(now)) thread_->poke();
    return source_->fresh(view_, now) ? view_.keys : none_;
  }

  /** Ask for a fetch and wait for its end, or for the end of the one in flight.

      Cancellation: giving up does not stop the fetch, which others may be waiting for.
      Lifetime: the follower may die while this waits.
  */
  task<key_outcome> renew(key_want want) { return on_thread::wait(thread_, want); }

  key_source const& source() const noexcept { return *source_; }

private:
  using timer = boost::asio::steady_timer;
  struct known_timer;

  /** What the coroutines of one thread share. It may outlive the `io_context`, being nothing but
      memory then: the timers live in the coroutines and are known here by address. */
  struct on_thread : std::enable_shared_from_this<on_thread> {
    on_thread(std::shared_ptr<key_source> from, http::tls_trust with, boost::asio::any_io_executor on,
              logger to)
        : source(std::move(from)), trust(std::move(with)), executor(std::move(on)), log(std::move(to)) {}

    std::shared_ptr<key_source> source;
    http::tls_trust trust;
    boost::asio::any_io_executor executor;
    logger log;
    boost::asio::cancellation_signal cancel;
    timer* sleeping = nullptr;          // the loop's, while the loop exists
    std::vector<known_timer*> waiting;  // the requests'
    std::optional<key_flight> booked;   // taken by a request, for the loop to carry out
    bool stopped = false;

    /** For the log: where the keys are, or where one would learn it. */
    std::string url_text() const {
      auto const known = source->address();
      auto const& url = known ? *known : source->origin()->metadata().front();
      return url.origin() + url.target();
    }
    void poke() noexcept {
      if (sleeping) sleeping->cancel();
    }
    void wake_all() noexcept;
    void stop();
    static task<> sleep(timer& on, error_code& error) {
      return on.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
    static task<> run(std::shared_ptr<on_thread> self);
    static task<key_outcome> wait(std::shared_ptr<on_thread> self, key_want want);
    task<> fly(key_flight flight);
    task<result<http::origin_url>> locate(std::chrono::steady_clock::time_point deadline);
    void land(key_flight& flight, http::fetch_response answer);
    void crash(key_flight& flight, error_code why, http::fetch_response const& answer);
  };

  /** A timer that is known as long as it lives. */
  struct known_timer {
    known_timer(on_thread& thread, milliseconds longest)
        : timer_(thread.executor, longest), thread_(thread), index_(thread.waiting.size()) {
      thread_.waiting.push_back(this);
    }
    known_timer(known_timer const&) = delete;
    known_timer& operator=(known_timer const&) = delete;
    ~known_timer() {
      thread_.waiting.back()->index_ = index_;
      thread_.waiting[index_] = thread_.waiting.back();
      thread_.waiting.pop_back();
    }
    timer timer_;

  private:
    on_thread& thread_;
    std::size_t index_;
  };

  std::shared_ptr<key_source> source_;
  http::tls_trust trust_;
  key_view view_;
  std::shared_ptr<jose::jwk_set const> none_;
  std::shared_ptr<on_thread> thread_;
};

inline void key_follower::on_thread::wake_all() noexcept {
  for (auto* const each : waiting) each->timer_.cancel();
}

/** End the loop. Where it is gone, its `io_context` may be gone too and must not be touched. */
inline void key_follower::on_thread::stop() {
  stopped = true;
  if (!sleeping) return;
  auto end = [self = shared_from_this()] {
    self->cancel.emit(boost::asio::cancellation_type::terminal);
    self->wake_all();
  };
  boost::asio::dispatch(executor, std::move(end));
}

inline task<> key_follower::on_thread::run(std::shared_ptr<on_thread> self) {
  constexpr milliseconds shortest(10), longest(60'000);
  timer pause(self->executor);
  // also when the io_context destroys this coroutine: nobody may find the timer or wait for the flight
  struct departure {
    on_thread& thread;
    ~departure() {
      thread.sleeping = nullptr;
      thread.booked.reset();
    }
  } const at_the_end{*self};
  self->sleeping = &pause;

  std::uint64_t seen = self->source->flights();
  while (!self->stopped) {
    if (!self->booked) self->booked = self->source->ask(key_want::renewal).flight;
    if (self->booked) {
      key_flight flight = std::move(*self->booked);
      self->booked.reset();
      co_await self->fly(std::move(flight));
    }
    if (auto const ended = self->source->flights(); ended != seen) {
      seen = ended;
      self->wake_all();
    }
    milliseconds const nap = std::clamp(self->source->until_due(self->source->now()), shortest, longest);
    pause.expires_after(self->waiting.empty() ? nap : shortest);
    error_code ignored;
    co_await sleep(pause, ignored);
  }
}

inline task<key_outcome> key_follower::on_thread::wait(std::shared_ptr<on_thread> self, key_want want) {
  if (!self || self->stopped) co_return key_outcome::stopping;
  auto asked = self->source->ask(want);
  if (!asked.wait) co_return key_outcome::not_now;
  bool const first = self->waiting.empty();
  if (asked.flight) self->booked = std::move(asked.flight);
  known_timer known(*self, self->source->timing().fetch_timeout + milliseconds(1000));
  if (first || self->booked) self->poke();
  while (!self->stopped && self->source->flights() == asked.seen) {
    error_code error;
    co_await sleep(known.timer_, error);
    if (!error) break;  // nobody woke us: the fetch takes longer than it may
  }
  if (self->stopped) co_return key_outcome::stopping;
  co_return key_outcome::landed;
}

inline task<> key_follower::on_thread::fly(key_flight flight) {
  http::fetch_response nothing;
  error_code why;
  try {
    auto const deadline = std::chrono::steady_clock::now() + source->timing().fetch_timeout;
    auto const address = co_await locate(deadline);
    if (stopped) co_return;
    if (address) {
      http::fetch_request request(*address);
      request.timeout(detail::share_of_time(deadline, 1));
      request.max_body_bytes(source->timing().document_bytes);
      auto answer = co_await http::fetch(std::move(request), trust);
      if (stopped) co_return;
      if (answer) {
        land(flight, std::move(*answer));
        co_return;
      }
      why = answer.error();
    } else {
      why = address.error();
    }
  } catch (boost::system::system_error const& e) {
    why = e.code();
  } catch (std::exception const&) {
    why = boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
  }
  if (!stopped) crash(flight, why, nothing);
}

/** Find out where the keys are. An issuer whose metadata fails has its keys where they were last. */
inline task<result<http::origin_url>> key_follower::on_thread::locate(
    std::chrono::steady_clock::time_point deadline) {
  auto known = source->address();
  if (source->origin()->keys()) co_return *known;
  auto found =
      co_await detail::discover_keys(source->origin(), trust, source->timing().document_bytes, deadline, log);
  if (!found && known && !stopped) co_return *known;
  if (found) source->found_at(*found);
  co_return found;
}

inline void key_follower::on_thread::land(key_flight& flight, http::fetch_response answer) {
  if (answer.status != 200) {
    bool const redirect = answer.status >= 300 && answer.status < 400;
    crash(flight, redirect ? auth_errc::redirect_instead_of_keys : auth_errc::status_instead_of_keys, answer);
    return;
  }
  if (auto same = source->same_document(answer.body)) {
    flight.succeed(std::move(same), std::move(answer.body));
    log.debug("keys unchanged", {{"url", url_text()}});
    return;
  }
  auto parsed = jose::parse_jwk_set(answer.body);
  if (!parsed) {
    auto const first = answer.body.find_first_not_of(" \t\r\n");
    bool const page = answer.content_type.starts_with("text/html") ||
                      (first != std::string::npos && answer.body[first] == '<');
    crash(flight, page ? make_error_code(auth_errc::web_page_instead_of_keys) : parsed.error(), answer);
    return;
  }
  auto const& origin = *source->origin();
  auto const of_use = [&origin](jose::jwk const& key) { return origin.accepts(key.algorithms()); };
  if (std::none_of(parsed->keys().begin(), parsed->keys().end(), of_use)) {
    crash(flight, auth_errc::no_acceptable_key, answer);
    return;
  }
  auto keys = std::make_shared<jose::jwk_set const>(std::move(*parsed));
  auto const usable = std::to_string(keys->keys().size());
  auto const skipped = std::to_string(keys->skipped_count());
  for (auto const& key : keys->skipped())
    log.warning("key skipped", {{"url", url_text()}, {"kid", key.kid}, {"reason", key.reason.message()}});
  flight.succeed(std::move(keys), std::move(answer.body));
  log.info("keys fetched", {{"url", url_text()}, {"usable", usable}, {"skipped", skipped}});
}

inline void key_follower::on_thread::crash(key_flight& flight, error_code why,
                                           http::fetch_response const& answer) {
  bool const old_ones = source->generation() != 0;
  auto const retry = std::to_string(flight.fail().count());
  log.write(old_ones ? log_level::warning : log_level::error, "keys not fetched",
            {{"url", url_text()},
             {"reason", why.message()},
             {"status", std::to_string(answer.status)},
             {"content_type", answer.content_type},
             {"retry_in_ms", retry},
             {"serving", old_ones ? "old keys" : "nobody"}});
}

}  // namespace mcpawl
