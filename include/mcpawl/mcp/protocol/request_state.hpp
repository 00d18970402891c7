// mcpawl/mcp/protocol/request_state.hpp - what a call of the stateless protocol has learnt so far, sealed for its
// client to carry
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What is carried from one round of a call to the next: responses, and results of steps taken once. */
struct request_state {
  boost::json::object responses;
  boost::json::object steps;
};

/** Append a value so that equal values give equal text, in whatever order their members came. */
inline void append_canonical(std::string& out, boost::json::value const& v) {
  if (auto const* object = v.if_object()) {
    std::vector<boost::json::key_value_pair const*> members;
    for (auto const& member : *object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](auto const* a, auto const* b) { return a->key() < b->key(); });
    out += '{';
    for (auto const* member : members) {
      append_json_string(out, {member->key().data(), member->key().size()});
      out += ':';
      append_canonical(out, member->value());
      out += ',';
    }
    out += '}';
  } else if (auto const* array = v.if_array()) {
    out += '[';
    for (auto const& item : *array) {
      append_canonical(out, item);
      out += ',';
    }
    out += ']';
  } else {
    append_json(out, v);
  }
}

/** What a state is bound to: the server, who calls, the method, and its parameters but those that change between rounds.

    A state that comes back with another caller or another call does not open (MCP 2026-07-28 "Multi
    Round-Trip Requests": the server SHOULD bind it to principal, method and salient parameters), nor with
    another server that happens to have the same keys.

    @param server  the name of the server, which its instances share. */
inline std::string state_binding(std::string_view server, std::string_view principal, std::string_view method,
                                 boost::json::object const* params) {
  std::string text;
  if (params) {
    std::vector<boost::json::key_value_pair const*> members;
    for (auto const& member : *params) {
      auto const key = member.key();
      if (key != "_meta" && key != "inputResponses" && key != "requestState") members.push_back(&member);
    }
    std::sort(members.begin(), members.end(),
              [](auto const* a, auto const* b) { return a->key() < b->key(); });
    for (auto const* member : members) {
      append_json_string(text, {member->key().data(), member->key().size()});
      text += ':';
      append_canonical(text, member->value());
      text += ',';
    }
  }
  sha256_digest const digest = sha256(text);
  std::string out = "mcpawl request state 2:" + std::to_string(server.size()) + ':';
  out += server;
  out += method;
  out += ':';
  out.append(reinterpret_cast<char const*>(digest.data()), digest.size());
  return out += principal;
}

/** Seal a state until `expires`. */
inline std::string seal_state(sealer& seal, request_state const& state, unix_seconds expires,
                              std::string_view binding) {
  std::string text = R"({"e":)";
  append_json_number(text, expires);
  text += R"(,"a":)";
  append_json(text, state.responses);
  text += R"(,"s":)";
  append_json(text, state.steps);
  text += '}';
  return seal.seal(text, binding);
}

/** Open a state; nothing if it is not ours, not of this call, or too old. */
inline std::optional<request_state> open_state(sealer& seal, std::string_view sealed, unix_seconds now,
                                               std::string_view binding) {
  auto const text = seal.open(sealed, binding);
  if (!text) return std::nullopt;
  auto parsed = parse_strict_json(*text, 128);
  auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return std::nullopt;
  auto const* expires = object->if_contains("e");
  auto* responses = object->if_contains("a");
  auto* steps = object->if_contains("s");
  if (!expires || !expires->is_int64() || expires->get_int64() <= now) return std::nullopt;
  if (!responses || !responses->is_object() || !steps || !steps->is_object()) return std::nullopt;
  return request_state{std::move(responses->get_object()), std::move(steps->get_object())};
}

}  // namespace mcpawl::detail
