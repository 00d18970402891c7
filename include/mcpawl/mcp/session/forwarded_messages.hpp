// mcpawl/mcp/session/forwarded_messages.hpp - messages of HTTP+SSE that came to another instance than the one with the stream
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/session/shared_streams.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Passes messages of clients of HTTP+SSE (MCP 2024-11-05 "Transports") on to the instance that has their stream.

    That one says in the store whose stream it has, and says so again before `claimed_seconds` are over. Who gets a message for it puts
    it there, numbered, and tells; so messages that were sent one after the other are taken in their order.

    @par Lifetime
    It outlives its coroutines.
    @par Thread safety
    Any thread. */
class forwarded_messages {
public:
  static constexpr unix_seconds claimed_seconds = 90;
  static constexpr unix_seconds kept_seconds = 60;  ///< A message that nobody takes.
  static constexpr std::size_t max_waiting = 32;    ///< Messages for one stream.

  /** What others are asked for. */
  struct peers {
    std::function<void(session::shared_name const&)> tell;  ///< That there is a message for a stream.
    std::function<void(error_code)> unreachable;            ///< The store does not answer.
    std::function<void(task<>)> run;                        ///< What is not part of a request.
  };

  forwarded_messages(std::shared_ptr<kv_store> store, clock const& time, peers others)
      : store_(std::move(store)), clock_(&time), others_(std::move(others)) {}
  forwarded_messages(forwarded_messages const&) = delete;
  forwarded_messages& operator=(forwarded_messages const&) = delete;

  /** Say that the stream of a client is here; false if the store cannot be reached. */
  task<bool> claim(session::shared_name of, std::string principal) {
    store_write write(stream_key(of), std::move(principal));
    write.expires(clock_->wall() + claimed_seconds);
    auto const written = co_await store_->put(std::move(write));
    if (!written) others_.unreachable(written.error());
    co_return written.has_value();
  }

  /** Call `notify` whenever there is a message for a stream, on any thread, until `release`. It must not block. */
  void listen(session::shared_name const& of, std::function<void()> notify) {
    std::lock_guard const lock(mutex_);
    listening_[of] = std::move(notify);
  }
  /** The stream is gone. */
  void release(session::shared_name const& of) {
    {
      std::lock_guard const lock(mutex_);
      listening_.erase(of);
    }
    others_.run(forget(of));
  }

  /** There is something for a stream, or may be. */
  void notify(session::shared_name const& of) {
    std::lock_guard const lock(mutex_);
    if (auto const found = listening_.find(of); found != listening_.end()) found->second();
  }
  void notify_all() {
    std::lock_guard const lock(mutex_);
    for (auto const& [name, notify] : listening_) notify();
  }

  enum class outcome {
    forwarded,
    unknown,      ///< Nobody has such a stream, or it is somebody else's.
    full,         ///< `max_waiting` wait already.
    too_large,    ///< For the store.
    unreachable,  ///< The store does not answer.
  };

  /** Put a message down for the instance that has the stream of its client. */
  task<outcome> forward(session::shared_name of, std::string principal, std::string message) {
    auto const home = co_await store_->get(stream_key(of));
    if (!home) co_return failed(home.error());
    if (!*home || (*home)->value != principal) co_return outcome::unknown;
    for (;;) {
      auto const there = co_await waiting(of);
      if (!there) co_return failed(there.error());
      if (there->size() >= max_waiting) co_return outcome::full;
      std::uint64_t const last = there->empty() ? 0 : number_of(there->back().key);
      store_write write(message_prefix(of) + padded_number(last + 1, 20), message);
      write.expires(clock_->wall() + kept_seconds);
      auto const written = co_await store_->compare_and_set(std::move(write), store_absent);
      if (!written) co_return failed(written.error());
      if (!*written) continue;  // somebody else had this number
      others_.tell(of);
      co_return outcome::forwarded;
    }
  }

  /** Take the messages that wait for a stream, in their order.

      @par Errors
      What the store says. */
  task<result<std::vector<std::string>>> take(session::shared_name of) {
    auto const there = co_await waiting(of);
    if (!there) co_return there.error();
    std::vector<std::string> out;
    for (auto const& each : *there) {
      auto taken = co_await store_->take(each.key, durability::relaxed);
      if (taken && *taken) out.push_back(std::move((*taken)->value));
    }
    co_return out;
  }

private:
  static std::string stream_key(session::shared_name const& of) {
    return "stream/" + shared_streams::text_of(of);
  }
  static std::string message_prefix(session::shared_name const& of) {
    return "message/" + shared_streams::text_of(of) + '/';
  }
  static std::uint64_t number_of(std::string_view key) {
    return std::stoull(std::string(key.substr(key.rfind('/') + 1)));
  }

  outcome failed(error_code why) const {
    if (why == make_error_code(store_errc::value_too_large)) return outcome::too_large;
    others_.unreachable(why);
    return outcome::unreachable;
  }

  /** What waits for a stream, in its order: `max_waiting` at most. */
  task<result<std::vector<store_item>>> waiting(session::shared_name of) {
    std::vector<store_item> out;
    std::string const prefix = message_prefix(of);
    std::string behind;
    for (;;) {
      auto page = co_await store_->scan(prefix, behind, max_waiting - out.size());
      if (!page) co_return page.error();
      for (auto& each : page->items) out.push_back(std::move(each));
      if (!page->next || out.size() >= max_waiting) co_return out;
      behind = *page->next;
    }
  }

  task<> forget(session::shared_name of) {
    co_await store_->erase(stream_key(of), durability::relaxed);
    co_await take(of);
  }

  std::shared_ptr<kv_store> store_;
  clock const* clock_;
  peers others_;
  std::mutex mutex_;
  std::map<session::shared_name, std::function<void()>> listening_;
};

}  // namespace mcpawl::detail
