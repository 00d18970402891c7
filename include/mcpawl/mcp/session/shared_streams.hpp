// mcpawl/mcp/session/shared_streams.hpp - streams of calls that are read on another instance than the call is on
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Passes the events of a stream on by way of a store: the instance of the call writes them down as long as another
    wants them, and that one appends them to a log of its own.

    @par Lifetime
    It outlives its coroutines.
    @par Thread safety
    Any thread. */
class shared_streams {
public:
  static constexpr unix_seconds kept_seconds = 600;      ///< How long events are in the store.
  static constexpr std::chrono::seconds wanted_for{60};  ///< After somebody said so last.
  static constexpr std::chrono::seconds want_again{15};  ///< How often who reads says so.
  static constexpr std::chrono::seconds unread_for{30};  ///< Then a reader that has left is not waited for.
  static constexpr std::chrono::milliseconds look_again{500};  ///< In case that nobody tells of news.

  shared_streams(std::shared_ptr<kv_store> store, clock const& time)
      : store_(std::move(store)), clock_(&time) {}
  shared_streams(shared_streams const&) = delete;
  shared_streams& operator=(shared_streams const&) = delete;

  static std::string text_of(session::shared_name const& name) {
    std::string out;
    append_base64url(out, std::string_view(name));
    return out;
  }

  /** Notified when there is something new of a stream. */
  std::shared_ptr<async_event> news_of(session::shared_name const& of, std::string_view stream) {
    std::lock_guard const lock(mutex_);
    std::erase_if(news_, [](auto const& each) { return each.second.expired(); });
    auto& known = news_[of + std::string(stream)];
    auto news = known.lock();
    if (!news) {
      news = std::make_shared<async_event>();
      known = news;
    }
    return news;
  }
  void notify(session::shared_name const& of, std::string_view stream) {
    std::shared_ptr<async_event> news;
    {
      std::lock_guard const lock(mutex_);
      auto const found = news_.find(of + std::string(stream));
      if (found != news_.end()) news = found->second.lock();
    }
    if (news) news->notify();
  }

  /** Whether another instance writes a stream down, or has written all of it. */
  task<bool> is_there(session::shared_name of, std::string stream) {
    auto const found = co_await progress_of(std::move(of), std::move(stream));
    co_return found && found->how != progress::let_go;
  }

  /** Write down what is in a log and what comes, until it ends, somebody else reads it, or nobody wants it.

      @param tell  that there is something new */
  task<> spill(session::shared_name of, std::string stream, std::shared_ptr<event_log> log,
               std::function<void()> tell) {
    bool const first = want(of + stream);
    if (!first) co_return;
    std::string const prefix = event_prefix(of, stream);
    auto const changed = std::make_shared<async_event>();
    auto const ticket = log->attach(changed->notifier());
    progress now{random_hex(8), progress::open};
    bool good = co_await write_progress(of, stream, now);
    bool news = true;
    std::uint64_t cursor = 0;
    std::string message;
    while (good && now.how == progress::open) {
      auto const got = log->next(ticket, cursor, message);
      if (got == event_log::reading::message) {
        store_write write(event_key(prefix, cursor), std::move(message));
        write.expires(clock_->wall() + kept_seconds);
        auto const written = co_await store_->put(std::move(write));
        good = written.has_value();
        news = true;
      } else if (got == event_log::reading::none) {
        if (std::exchange(news, false)) tell();
        if (is_wanted(of + stream))
          co_await changed->wait(wanted_for);
        else
          now.how = progress::let_go;
      } else {
        now.how = got == event_log::reading::finished ? progress::finished : progress::let_go;
      }
    }
    log->detach(ticket);
    if (!good) now.how = progress::let_go;
    co_await write_progress(of, stream, now);
    forget(of + stream);
    tell();
  }

  /** Append to a log what another instance writes down, until that is all, or nobody reads it any more.

      @param want  tells that somebody still reads */
  task<> follow(std::shared_ptr<session> of, std::string stream, std::shared_ptr<event_log> log,
                std::uint64_t after, std::shared_ptr<async_event> news, std::function<void()> want) {
    using steady = std::chrono::steady_clock;
    auto const name = of->name_for_others();
    std::string const prefix = event_prefix(name, stream);
    auto told = steady::now(), read = told;
    std::string writer;
    for (;;) {
      auto const known = co_await progress_of(name, stream);
      bool const there =
          known && known->how != progress::let_go && (writer.empty() || writer == known->writer);
      if (there) {
        writer = known->writer;
        bool const all = co_await append_new(prefix, after, *log);
        if (all && known->how == progress::finished) {
          log->finish();
          co_return;
        }
      }
      auto const now = steady::now();
      if (log->being_read()) read = now;
      if (!there || now - read > unread_for) break;
      if (now - told > want_again) {
        told = now;
        want();
      }
      co_await news->wait(look_again);
    }
    // its client comes back and asks again
    of->drop(stream);
    log->close_stream();
  }

private:
  /** How far the writer of a stream is. */
  struct progress {
    static constexpr char open = 'o', finished = 'f', let_go = 'l';
    std::string writer;  ///< Another each time.
    char how;
  };

  static std::string event_prefix(session::shared_name const& of, std::string_view stream) {
    return head_key(of, stream) + '/';
  }
  static std::string head_key(session::shared_name const& of, std::string_view stream) {
    return "event/" + text_of(of) + '/' + std::string(stream);
  }
  static std::string event_key(std::string const& prefix, std::uint64_t number) {
    return prefix + padded_number(number, 20);
  }

  task<std::optional<progress>> progress_of(session::shared_name of, std::string stream) {
    auto const found = co_await store_->get(head_key(of, stream));
    if (!found || !*found || (*found)->value.size() < 2) co_return std::nullopt;
    std::string const& text = (*found)->value;
    co_return progress{text.substr(1), text.front()};
  }
  task<bool> write_progress(session::shared_name of, std::string stream, progress now) {
    store_write write(head_key(of, stream), now.how + now.writer);
    write.expires(clock_->wall() + kept_seconds);
    auto const written = co_await store_->put(std::move(write));
    co_return written.has_value();
  }

  /** False if there may be more. */
  task<bool> append_new(std::string prefix, std::uint64_t& after, event_log& to) {
    constexpr std::size_t at_once = 100;
    std::string behind = event_key(prefix, after);
    for (;;) {
      auto const page = co_await store_->scan(prefix, behind, at_once);
      if (!page) co_return false;
      for (auto const& item : page->items) {
        after = std::stoull(item.key.substr(prefix.size()));
        to.append_numbered(after, item.entry.value);
      }
      if (!page->next) co_return true;
      behind = *page->next;
    }
  }

  /** Note that somebody wants a stream; true if nobody has written it down so far. */
  bool want(std::string const& which) {
    std::lock_guard const lock(mutex_);
    auto const now = std::chrono::steady_clock::now();
    return wanted_.insert_or_assign(which, now).second;
  }
  bool is_wanted(std::string const& which) {
    std::lock_guard const lock(mutex_);
    auto const found = wanted_.find(which);
    return found != wanted_.end() && std::chrono::steady_clock::now() - found->second < wanted_for;
  }
  void forget(std::string const& which) {
    std::lock_guard const lock(mutex_);
    wanted_.erase(which);
  }

  std::shared_ptr<kv_store> store_;
  clock const* clock_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<async_event>> news_;
  std::map<std::string, std::chrono::steady_clock::time_point> wanted_;  // what is written down here
};

}  // namespace mcpawl::detail
