// mcpawl/keys/key_follower.ipp - the bodies of key_follower.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/share_of_time.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/key_discovery.hpp>
#include <mcpawl/keys/key_follower.hpp>
#include <mcpawl/keys/key_source.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl::detail {

MCPAWL_DECL void key_follower::attach(boost::asio::any_io_executor executor, logger log,
                                      observation const* observed) {
  if (thread_) thread_->stop();
  thread_ = std::make_shared<on_thread>(source_, trust_, std::move(executor), std::move(log), observed);
  source_->notify_ended(thread_->changed);
  auto ended = [self = thread_](std::exception_ptr) {};
  auto bound = boost::asio::bind_cancellation_slot(thread_->cancel.slot(), std::move(ended));
  boost::asio::co_spawn(thread_->executor, on_thread::run(thread_), std::move(bound));
}

/** End the loop. Where it is gone, its `io_context` may be gone too and must not be touched. */
MCPAWL_DECL void key_follower::on_thread::stop() {
  stopped = true;
  if (!looping) return;
  auto end = [self = shared_from_this()] {
    self->cancel.emit(boost::asio::cancellation_type::terminal);
    self->ended->notify();
  };
  boost::asio::dispatch(executor, std::move(end));
}

/** The loop has ended, also when the `io_context` destroys its coroutine: nobody may use its executor or wait
    for the lease. */
struct key_follower::on_thread::departure {
  on_thread& thread;
  ~departure() {
    thread.looping = false;
    thread.pending.reset();
  }
};

MCPAWL_DECL task<> key_follower::on_thread::run(std::shared_ptr<on_thread> self) {
  constexpr milliseconds longest(60'000);
  boost::asio::steady_timer alarm(self->executor);
  departure const at_the_end{*self};
  self->looping = true;

  std::uint64_t seen = self->source->ended();
  while (!self->stopped) {
    if (!self->pending) self->pending = self->source->ask(key_want::renewal).lease;
    if (self->pending) {
      key_fetch_lease lease = std::move(*self->pending);
      self->pending.reset();
      co_await self->fetch_keys(std::move(lease));
    }
    if (auto const ended = self->source->ended(); ended != seen) {
      seen = ended;
      self->ended->notify();
    }
    // where it is due and somebody else fetches, the end of that fetch is told
    auto const left = self->source->until_due(self->source->now());
    alarm.expires_after(left > milliseconds(0) ? std::min(left, longest) : longest);
    alarm.async_wait([changed = self->changed](error_code ec) {
      if (!ec) changed->notify();
    });
    co_await self->changed->wait();
  }
}

MCPAWL_DECL task<key_outcome> key_follower::on_thread::wait(std::shared_ptr<on_thread> self, key_want want) {
  if (!self || self->stopped) co_return key_outcome::stopping;
  auto asked = self->source->ask(want);
  if (!asked.wait) co_return key_outcome::not_now;
  if (asked.lease) {
    self->pending = std::move(asked.lease);
    self->changed->notify();
  }
  auto const deadline =
      std::chrono::steady_clock::now() + self->source->timing().fetch_timeout + milliseconds(1000);
  while (!self->stopped && self->source->ended() == asked.seen) {
    if (co_await self->ended->wait_until(deadline)) continue;
    co_await throw_if_cancelled();
    break;  // the fetch takes longer than it may
  }
  if (self->stopped) co_return key_outcome::stopping;
  co_return key_outcome::ended;
}

MCPAWL_DECL task<> key_follower::on_thread::fetch_keys(key_fetch_lease lease) {
  http::fetch_response nothing;
  error_code why;
  try {
    auto const deadline = std::chrono::steady_clock::now() + source->timing().fetch_timeout;
    auto const address = co_await locate(deadline);
    if (stopped) co_return;
    if (address) {
      http::fetch_request request(*address);
      request.timeout(share_of_time(deadline, 1));
      request.max_body_bytes(source->timing().document_bytes);
      auto response = co_await http::fetch(std::move(request), trust);
      if (stopped) co_return;
      if (response) {
        on_response(lease, std::move(*response));
        co_return;
      }
      why = response.error();
    } else {
      why = address.error();
    }
  } catch (boost::system::system_error const& e) {
    why = e.code();
  } catch (std::exception const&) {
    why = boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
  }
  if (!stopped) on_failure(lease, why, nothing);
}

/** Find out where the keys are. An issuer whose metadata fails has its keys where they were last. */
MCPAWL_DECL task<result<http::origin_url>> key_follower::on_thread::locate(
    std::chrono::steady_clock::time_point deadline) {
  auto known = source->address();
  if (source->origin()->keys()) co_return *known;
  auto found =
      co_await discover_keys(source->origin(), trust, source->timing().document_bytes, deadline, log);
  if (!found && known && !stopped) co_return *known;
  if (found) source->found_at(*found);
  co_return found;
}

MCPAWL_DECL void key_follower::on_thread::on_response(key_fetch_lease& lease, http::fetch_response response) {
  if (response.status != 200) {
    bool const redirect = response.status >= 300 && response.status < 400;
    on_failure(lease, redirect ? auth_errc::redirect_instead_of_keys : auth_errc::status_instead_of_keys,
               response);
    return;
  }
  if (auto same = source->same_document(response.body)) {
    std::size_t const usable = same->keys().size();
    lease.succeed(std::move(same), std::move(response.body));
    tell(key_fetch_record::outcome::unchanged, usable);
    log.debug("keys_unchanged", {{"url", url_text()}});
    return;
  }
  auto parsed = jose::parse_jwk_set(response.body);
  if (!parsed) {
    auto const first = response.body.find_first_not_of(" \t\r\n");
    bool const page = response.content_type.starts_with("text/html") ||
                      (first != std::string::npos && response.body[first] == '<');
    on_failure(lease, page ? make_error_code(auth_errc::web_page_instead_of_keys) : parsed.error(), response);
    return;
  }
  auto const& origin = *source->origin();
  auto const of_use = [&origin](jose::jwk const& key) { return origin.accepts(key.algorithms()); };
  if (std::none_of(parsed->keys().begin(), parsed->keys().end(), of_use)) {
    on_failure(lease, auth_errc::no_acceptable_key, response);
    return;
  }
  auto keys = std::make_shared<jose::jwk_set const>(std::move(*parsed));
  auto const usable = std::to_string(keys->keys().size());
  auto const skipped = std::to_string(keys->skipped_count());
  for (auto const& key : keys->skipped())
    log.warning("key_skipped", {{"url", url_text()}, {"kid", key.kid}, {"reason", key.reason.message()}});
  tell(key_fetch_record::outcome::changed, keys->keys().size());
  lease.succeed(std::move(keys), std::move(response.body));
  log.info("keys_fetched", {{"url", url_text()}, {"usable", usable}, {"skipped", skipped}});
}

MCPAWL_DECL void key_follower::on_thread::on_failure(key_fetch_lease& lease, error_code why,
                                                     http::fetch_response const& response) {
  bool const old_ones = source->generation() != 0;
  auto const retry = std::to_string(lease.fail().count());
  tell(key_fetch_record::outcome::failed, 0);
  log.write(old_ones ? log_level::warning : log_level::error, "keys_not_fetched",
            {{"url", url_text()},
             {"reason", why.message()},
             {"status", std::to_string(response.status)},
             {"content_type", response.content_type},
             {"retry_in_ms", retry},
             {"serving", old_ones ? "old keys" : "nobody"}});
}

}  // namespace mcpawl::detail
