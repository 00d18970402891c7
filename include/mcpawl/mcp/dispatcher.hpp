// mcpawl/mcp/dispatcher.hpp - take one message, decide which protocol it speaks, answer it
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/handshake_core.hpp>
#include <mcpawl/mcp/request.hpp>
#include <mcpawl/mcp/service.hpp>
#include <mcpawl/mcp/sessions.hpp>
#include <mcpawl/mcp/stateless_core.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl {

/** Answers the messages that arrive on one thread.

    What a message says of itself decides, message by message, between the stateless protocol and the
    one with a handshake, so both kinds of client share one endpoint.

    @par Lifetime
    The service must outlive the dispatcher and every answer that is still pending.
    @par Thread safety
    One per thread.
*/
class dispatcher {
public:
  dispatcher(service const& s, sessions known, logger log, std::size_t json_depth)
      : service_(s), sessions_(std::move(known)), log_(std::move(log)), json_depth_(json_depth) {}

  /** Answer one message.

      @param out  where a coroutine tool's notifications go.
      Nothing that is passed in is needed any more when this returns: a pending answer owns what it needs.
  */
  reply handle(std::string_view body, protocol_headers const& headers, caller const& who,
               outbound_source& out) {
    unsigned char arena[8192];
    boost::json::monotonic_resource memory{arena, sizeof arena};
    auto parsed = parse_strict_json(body, json_depth_, &memory);
    if (!parsed) {
      bool const ambiguous = parsed.error() == json_errc::duplicate_member;
      return answer::of_fault(
          answer::outcome::malformed, {},
          {ambiguous ? rpc_code::invalid_request : rpc_code::parse_error, parsed.error().message()});
    }
    if (parsed->is_array())
      return answer::of_fault(answer::outcome::malformed, {},
                              {rpc_code::invalid_request, "batches are not supported: send one message"});
    auto read = read_message(*parsed);
    if (auto const* rejection = std::get_if<rpc_rejection>(&read))
      return answer::of_fault(answer::outcome::malformed, rejection->id, rejection->fault);
    return route(std::get<rpc_message>(read), headers, who, out);
  }

  /** End the session named in the headers; false if there is none that is this caller's. */
  bool end_session(protocol_headers const& headers, caller const& who) {
    return headers.session_id.count == 1 && sessions_.end(headers.session_id.value, who.principal);
  }

private:
  reply route(rpc_message const& m, protocol_headers const& h, caller const& who, outbound_source& out) {
    bool const claimed = claims_stateless(m);
    bool const stateless_header = h.version.present() && names_stateless_revision(h.version.value);
    auto const malformed = [&m](rpc_code code, char const* why) {
      return answer::of_fault(answer::outcome::malformed, m.id, {code, why});
    };
    switch (m.what) {
      case rpc_message::kind::response:
        // no server of any revision has asked anything yet; a stateless one never will
        if (stateless_header) return malformed(rpc_code::invalid_request, "a client sends no responses");
        return take_in_session(m, h, sessions_, who);
      case rpc_message::kind::notification:
        if (claimed || stateless_header) return take_stateless_notification(m, h);
        return take_in_session(m, h, sessions_, who);
      case rpc_message::kind::request:
        if (!claimed && stateless_header && m.method == "initialize")
          return malformed(rpc_code::header_mismatch,
                           "initialize does not belong to this MCP-Protocol-Version");
        if (claimed || stateless_header) return answer_stateless(service_, log_, m, h, who, out);
        return answer_in_session(service_, log_, m, h, sessions_, who, out);
    }
    return malformed(rpc_code::invalid_request, "not a message");
  }

  service const& service_;
  sessions sessions_;
  logger log_;
  std::size_t json_depth_;
};

}  // namespace mcpawl
