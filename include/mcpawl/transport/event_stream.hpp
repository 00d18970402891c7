// mcpawl/transport/event_stream.hpp - write the messages of a log to a connection as server-sent events
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/transport/disconnect_watch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** How the events of a stream are written. */
struct event_style {
  std::string name;  ///< Of the stream, for the ids of its events; empty for events without.
  std::chrono::milliseconds retry{0};  ///< Told to the client at the beginning, with an id to come back with.
  std::chrono::milliseconds keep_alive{15'000};  ///< Between comments while there is nothing to say.
  /** Asked every `check_every` whether the client may still listen; empty if nobody has to ask. */
  std::function<task<bool>()> may_listen = {};
  std::chrono::milliseconds check_every{1'000};
  /** Awaited before the log is looked at; empty if nothing has to be put there first. */
  std::function<task<>()> look_elsewhere = {};
};

/** Holds the right to read a log. */
class log_reader {
public:
  log_reader(std::shared_ptr<event_log> log, std::shared_ptr<async_event> const& changed)
      : log_(std::move(log)), ticket_(log_->attach(changed->notifier())) {}
  ~log_reader() { log_->detach(ticket_); }
  log_reader(log_reader const&) = delete;
  log_reader& operator=(log_reader const&) = delete;

  event_log::reading next(std::uint64_t& cursor, std::string& message) {
    return log_->next(ticket_, cursor, message);
  }

private:
  std::shared_ptr<event_log> log_;
  std::uint64_t ticket_;
};

/** Write what is in a log after message number `cursor`, and what comes, until the log ends, the client
    leaves or may listen no longer, or another connection takes the log over. The events were started already.

    @param watch  waits for what `reader` notifies. It is stopped by the caller.

    With a `retry` time it begins with an event without data, whose id the client can come back with (MCP
    2025-11-25 "Sending Messages to the Server"). */
inline task<> write_events(http::exchange& ex, log_reader& reader, disconnect_watch& watch,
                           event_style const& style, std::uint64_t cursor) {
  std::string id;
  auto const name_event = [&] {
    if (!style.name.empty()) id = style.name + '-' + std::to_string(cursor);
  };
  if (style.retry.count() > 0) {
    name_event();
    std::string const priming =
        "id: " + id + "\nretry: " + std::to_string(style.retry.count()) + "\ndata: \n\n";
    if (!co_await ex.raw_event(priming)) co_return;
  }
  using steady = std::chrono::steady_clock;
  std::string message;
  auto written = steady::now(), checked = written;
  ex.hold_events();
  for (;;) {
    if (watch.left()) co_return;
    if (style.may_listen && steady::now() - checked >= style.check_every) {
      if (!co_await style.may_listen()) {
        co_await ex.end_events();
        co_return;
      }
      checked = steady::now();
    }
    if (style.look_elsewhere) co_await style.look_elsewhere();
    auto const got = reader.next(cursor, message);
    bool alive = true;
    if (got == event_log::reading::message) {
      name_event();
      alive = co_await ex.event(message, id);
      written = steady::now();
    } else if (got == event_log::reading::none) {
      alive = co_await ex.send_held();
      if (!alive) co_return;
      auto next = written + style.keep_alive;
      if (style.may_listen) next = std::min<steady::time_point>(next, checked + style.check_every);
      auto const patience = std::chrono::ceil<std::chrono::milliseconds>(next - steady::now());
      if (patience.count() > 0) co_await watch.wait(patience);
      if (steady::now() >= written + style.keep_alive) {
        alive = co_await ex.comment("keep-alive");
        written = steady::now();
      }
    } else {
      // let go of properly, too: a client that comes back waits for the end of this stream
      co_await ex.end_events();
      co_return;
    }
    if (!alive) co_return;
  }
}

/** Write the events of a log to a client that listens, watching whether it is still there. */
inline task<> write_events_watched(http::exchange& ex, log_reader& reader,
                                   std::shared_ptr<async_event> changed, event_style const& style,
                                   std::uint64_t cursor) {
  auto const watch = std::make_shared<disconnect_watch>(ex, std::move(changed));
  std::exception_ptr failure;
  try {
    co_await write_events(ex, reader, *watch, style, cursor);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await watch->stop();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mcpawl::detail
