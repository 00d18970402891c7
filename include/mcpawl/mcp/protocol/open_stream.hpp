// mcpawl/mcp/protocol/open_stream.hpp - which stream a client gets that wants to listen, and from which message on
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/session_protocol.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** A stream to be read after message number `after`. */
struct opened_stream {
  std::shared_ptr<mcpawl::detail::session> session;
  mcpawl::detail::session::stream stream;
  std::uint64_t after;
  bool named_elsewhere = false;  ///< The client has named an event that is not known here.
};

/** `Last-Event-ID`, where it is one of ours: the stream, and the number of the event that was read last. */
struct event_id {
  std::string_view stream;
  std::uint64_t after;
};

inline std::optional<event_id> read_event_id(protocol_headers const& h) {
  if (h.last_event.count != 1) return std::nullopt;
  std::string_view const text = h.last_event.value;
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto const number = text.substr(dash + 1);
  event_id out{text.substr(0, dash), 0};
  auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.after);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return out;
}

/** Find the stream for a client that listens (MCP 2025-11-25 "Listening for Messages from the Server" and
    "Resumability and Redelivery").

    Without `Last-Event-ID` it is that of the session, from the first message on that nobody has read yet.
    With it, it is the stream of that event, and only that, from the event after it. The stream of a session
    is never lost to its client: if its events are of another process, it begins anew.
*/
inline std::variant<opened_stream, response> open_stream(protocol_headers const& h, session_manager& known,
                                                         caller const& who) {
  auto const refuse = [](response::outcome what, char const* why) {
    return response::of_error(what, {}, {rpc_code::invalid_request, why});
  };
  bool const stateless = h.version.present() && names_stateless_revision(h.version.value);
  if (stateless || !h.session_id.present())
    return refuse(response::outcome::not_allowed, "there is no session to listen to: use POST");
  auto found = session_of({}, h, known, who, nullptr);
  if (auto* refusal = std::get_if<response>(&found)) return std::move(*refusal);
  auto session = std::get<std::shared_ptr<mcpawl::detail::session>>(std::move(found));
  session->heard_by(who.kept_identity());
  if (h.last_event.count > 1) return refuse(response::outcome::malformed, "Last-Event-ID is repeated");

  std::string_view const last = h.last_event.present() ? h.last_event.value : std::string_view();
  auto const id = read_event_id(h);
  auto named = id ? session->find_stream(id->stream) : mcpawl::detail::session::stream();
  if (named.log) return opened_stream{std::move(session), std::move(named), id->after};
  if (!last.empty() && !last.starts_with('s'))
    return refuse(response::outcome::malformed, "the events after Last-Event-ID are gone");
  auto own = session->own_stream();
  std::uint64_t const unread = own.log->last_read();
  return opened_stream{std::move(session), std::move(own), unread, !last.empty()};
}

}  // namespace mcpawl::detail
