// tests/support/session_client.hpp - a client of the revisions with sessions, each of whose requests may go to another
// instance
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "running.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace support {

/** An event of a stream. */
struct stream_event {
  std::string id;
  boost::json::value data;  ///< Null if it has none.
};

/** A connection on which an event stream comes. */
class event_connection {
public:
  explicit event_connection(std::uint16_t port) : connection_(port) {}

  loopback_client& connection() noexcept { return connection_; }

  /** Read the head; the stream is not there unless this is 200. */
  int begin() {
    auto const head = connection_.read_head();
    return head.status;
  }
  /** The next event that has data, or the next of all; nothing at the end of the stream. */
  std::optional<stream_event> next(bool with_data = true) {
    stream_event out;
    bool any = false;
    for (;;) {
      auto const line = next_line();
      if (!line) return std::nullopt;
      if (line->starts_with("id: ")) out.id = line->substr(4);
      if (line->starts_with("data: ")) {
        any = true;
        if (line->size() > 6) out.data = boost::json::parse(line->substr(6));
      }
      if (!line->empty() || !any) continue;
      if (!with_data || !out.data.is_null()) return out;
      any = false;
    }
  }

private:
  std::optional<std::string> next_line() {
    for (;;) {
      auto const end = text_.find('\n');
      if (end != std::string::npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      std::string const chunk = connection_.read_chunk();
      if (chunk.empty()) return std::nullopt;
      text_ += chunk;
    }
  }

  loopback_client connection_;
  std::string text_;
};

/** A client with a session. */
class session_client {
public:
  /** Open a session; what the client can be asked is in `capabilities`. */
  session_client(std::uint16_t port, std::string_view capabilities = "{}",
                 std::string_view version = "2025-11-25")
      : version_(version) {
    std::string body = R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")";
    body.append(version).append(R"(","capabilities":)").append(capabilities);
    body += R"(,"clientInfo":{"name":"test","version":"1"}}})";
    auto const reply = post(port, body);
    id_ = reply.field("mcp-session-id");
    post(port, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }

  std::string const& id() const noexcept { return id_; }

  /** Send a message, and read the whole response. */
  http_reply post(std::uint16_t port, std::string_view body, bool events = true) const {
    loopback_client connection(port);
    return connection.request("POST", "/mcp", headers(events), body);
  }
  http_reply request(std::uint16_t port, int id, std::string_view method,
                     std::string_view params = "{}") const {
    return post(port, request_text(id, method, params));
  }
  static std::string request_text(int id, std::string_view method, std::string_view params = "{}") {
    std::string body = R"({"jsonrpc":"2.0","id":)" + std::to_string(id);
    body.append(R"(,"method":")").append(method).append(R"(","params":)").append(params);
    return body + '}';
  }
  static std::string call_text(int id, std::string_view tool, std::string_view arguments = "{}") {
    std::string params = R"({"name":")";
    params.append(tool).append(R"(","arguments":)").append(arguments);
    return request_text(id, "tools/call", params + '}');
  }

  /** Send a message whose response is read later. */
  void send(event_connection& on, std::string_view body, bool events = true) const {
    on.connection().send_request("POST", "/mcp", headers(events), body);
  }
  /** Open the stream of the session, or go on with one. */
  void listen(event_connection& on, std::string_view last_event = {}) const {
    auto with = headers(true);
    if (!last_event.empty()) with.emplace_back("Last-Event-ID", std::string(last_event));
    on.connection().send_request("GET", "/mcp", with);
  }
  int end(std::uint16_t port) const {
    loopback_client connection(port);
    return connection.request("DELETE", "/mcp", headers(true)).status;
  }

private:
  fields headers(bool events) const {
    fields out{{"Content-Type", "application/json"},
               {"Accept", events ? "application/json, text/event-stream" : "application/json"}};
    if (id_.empty()) return out;
    out.emplace_back("Mcp-Session-Id", id_);
    out.emplace_back("MCP-Protocol-Version", version_);
    return out;
  }

  std::string version_;
  std::string id_;
};

}  // namespace support
