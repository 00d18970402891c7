// tests/support/session_client.hpp - a client of the revisions with sessions, each of whose requests may go to another
// instance
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "event_stream.hpp"
#include "running.hpp"

#include <mcpawl/core/clock.hpp>
#include <mcpawl/mcp/offer/server_options.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace support {

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
  event_stream send(std::uint16_t port, std::string_view body, bool events = true) const {
    event_stream out(port);
    out.client().send_request("POST", "/mcp", headers(events), body);
    return out;
  }
  /** Open the stream of the session, or go on with one. */
  event_stream listen(std::uint16_t port, std::string_view last_event = {}) const {
    auto with = headers(true);
    if (!last_event.empty()) with.emplace_back("Last-Event-ID", std::string(last_event));
    return {port, "GET", "/mcp", with};
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

/** The first text of a result. */
inline std::string result_text(boost::json::value const& message) {
  return std::string(message.at("result").at("content").at(0).at("text").as_string());
}

/** The answer to a question for a `name`. */
inline std::string accepted_answer(boost::json::value const& question, std::string_view name) {
  std::string body = R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(question.at("id"));
  body += R"(,"result":{"action":"accept","content":{"name":")";
  return body.append(name).append("\"}}}");
}

/** What instances of one server have in common. */
inline mcpawl::server_options instance_options(std::shared_ptr<mcpawl::kv_store> store,
                                               mcpawl::clock const& time) {
  mcpawl::server_options out;
  out.keys.emplace_back("0123456789abcdefghijklmnopqrstuv");
  out.shared_store = std::move(store);
  out.time = &time;
  return out;
}

}  // namespace support
