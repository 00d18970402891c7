// mcpawl/transport/session_sharing.hpp - what a request needs of other instances, before and after it is answered
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/protocol/open_stream.hpp>
#include <mcpawl/mcp/session/forwarded_messages.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/mcp/session/shared_sessions.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/transport/denied.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What is told, with 503, to who wants something that other instances have to learn. */
inline constexpr std::string_view shared_store_is_silent = "the store that the instances share is silent";

/** The response to a message that was forwarded. */
inline http::response forwarded_response(forwarded_messages::outcome what) {
  using outcome = forwarded_messages::outcome;
  switch (what) {
    case outcome::forwarded: return http::response(202);
    case outcome::unknown: return refusal(404, "unknown session: open the event stream first");
    case outcome::full: break;
    case outcome::too_large:
      return refusal(413, "the message is too large for the store that the instances share");
    case outcome::unreachable: break;
  }
  http::response out = refusal(
      503, what == outcome::full ? "too many messages wait for the event stream" : shared_store_is_silent);
  out.field("Retry-After", "1");
  return out;
}

/** Has sessions read before a request is handled, and told of afterwards, where instances share them.

    @par Lifetime
    The dispatcher outlives it; headers and caller outlive each coroutine.
    @par Thread safety
    Belongs to the thread of the dispatcher. */
class session_sharing {
public:
  explicit session_sharing(dispatcher& protocol) noexcept : protocol_(protocol) {}

  /** Whether there are other instances. */
  bool on() const noexcept { return protocol_.known().shared() != nullptr; }

  /** Read what others know of the session of a request, unless that is known. */
  task<> refresh(protocol_headers headers, caller who) {
    auto const session = protocol_.session_named(headers, who);
    if (session && !all().is_current(*session)) co_await all().refresh(session);
  }

  /** Tell others what a message has changed in its session; false if that failed. */
  task<bool> tell(protocol_headers headers, caller who) {
    auto const session = protocol_.session_named(headers, who);
    if (!session) co_return true;
    bool const told = co_await all().tell(session);
    co_return told;
  }

  /** Have a session ended by others, too; false if that failed. */
  task<bool> end(protocol_headers headers, caller who) {
    auto const session = protocol_.session_named(headers, who);
    if (!session) co_return true;
    bool lives = true;
    if (!all().is_current(*session)) lives = co_await all().refresh(session);
    bool ended = true;
    if (lives) ended = co_await all().end(session);
    co_return ended;
  }

  /** Have a stream here that was begun on another instance, if a client comes back to it. */
  task<> fetch_stream(protocol_headers headers, caller who) {
    co_await refresh(headers, who);
    auto session = protocol_.session_named(headers, who);
    auto const wanted = read_event_id(headers);
    if (!session || !wanted || !may_name_call_stream(wanted->stream) ||
        session->find_stream(wanted->stream).log)
      co_return;
    co_await all().fetch_stream(std::move(session), std::string(wanted->stream), wanted->after);
  }

  /** Pass a message on to the instance that has the event stream of its client (HTTP+SSE). */
  task<forwarded_messages::outcome> forward(std::string id, caller who, std::string message) {
    auto const name = session_table::shared_name_of(id);
    auto const done =
        co_await all().forwarded().forward(name, std::string(who.principal), std::move(message));
    co_return done;
  }

  /** A stream is read here from now on. */
  task<> begin(opened_stream const& of) {
    if (is_own(of)) co_await all().begin_listening(of.session, of.named_elsewhere);
  }

  /** Tells others at its end that a stream is not read here any more; the reader goes before. */
  class listening {
  public:
    listening(session_sharing const& others, opened_stream const& of) noexcept : others_(others), of_(of) {}
    listening(listening const&) = delete;
    listening& operator=(listening const&) = delete;
    ~listening() {
      if (others_.on() && is_own(of_)) others_.all().end_listening(of_.session);
    }

  private:
    session_sharing const& others_;
    opened_stream const& of_;
  };

private:
  /** Whether an instance may have given a stream of a call this name; who makes one up costs no look into the store. */
  static bool may_name_call_stream(std::string_view name) noexcept {
    constexpr std::size_t max_size = 40;
    constexpr std::string_view characters = "0123456789abcdef";
    bool const begins = name.size() > 1 && name.size() <= max_size && name.front() == 'c';
    return begins && name.substr(1).find_first_not_of(characters) == name.npos;
  }
  static bool is_own(opened_stream const& of) noexcept { return of.stream.name.starts_with('s'); }
  shared_sessions& all() const noexcept { return *protocol_.known().shared(); }

  dispatcher& protocol_;
};

}  // namespace mcpawl::detail
