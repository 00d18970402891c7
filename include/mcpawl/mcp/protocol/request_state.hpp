// mcpawl/mcp/protocol/request_state.hpp - what a call of the stateless protocol has learnt so far, sealed for its
// client to carry
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/container/small_vector.hpp>
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

namespace mcpawl::detail {

/** What is carried from one round of a call to the next: responses, and results of steps taken once. */
struct request_state {
  boost::json::object responses;
  boost::json::object steps;
};

/** Append the members of an object, in the order of their names, but those for which `left_out` says so. */
template <class LeftOut>
void append_canonical_members(std::string& out, boost::json::object const& object, LeftOut const& left_out);

/** Append a value so that equal values give equal text, in whatever order their members came. */
inline void append_canonical(std::string& out, boost::json::value const& v) {
  if (auto const* object = v.if_object()) {
    out += '{';
    append_canonical_members(out, *object, [](boost::json::string_view) { return false; });
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

template <class LeftOut>
void append_canonical_members(std::string& out, boost::json::object const& object, LeftOut const& left_out) {
  boost::container::small_vector<boost::json::key_value_pair const*, 16> members;
  for (auto const& member : object)
    if (!left_out(member.key())) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](auto const* a, auto const* b) { return a->key() < b->key(); });
  for (auto const* member : members) {
    append_json_string(out, {member->key().data(), member->key().size()});
    out += ':';
    append_canonical(out, member->value());
    out += ',';
  }
}

/** What a state is bound to: the server, who calls, the method, and its parameters but those that change between rounds.

    A state that comes back with another caller or another call does not open (MCP 2026-07-28 "Multi
    Round-Trip Requests": the server SHOULD bind it to principal, method and salient parameters), nor with
    another server that happens to have the same keys.

    Few calls ever have a state. So what is short is hashed when somebody asks for it; what is long is hashed at once,
    and not kept.
*/
class state_binding {
public:
  static constexpr std::size_t longest_kept = 1024;

  /** @param server  the name of the server, which its instances share. */
  state_binding(std::string_view server, std::string_view principal, std::string_view method,
                boost::json::object const* params)
      : head_(server_part(server, method)), principal_(principal) {
    if (params)
      append_canonical_members(params_, *params, [](boost::json::string_view name) {
        return name == "_meta" || name == "inputResponses" || name == "requestState";
      });
    if (params_.size() > longest_kept) hash();
  }

  std::string_view text() {
    if (text_.empty()) hash();
    return text_;
  }

private:
  static std::string server_part(std::string_view server, std::string_view method) {
    std::string out = "mcpawl request state 2:" + std::to_string(server.size()) + ':';
    out.append(server).append(method);
    return out += ':';
  }

  void hash() {
    sha256_digest const digest = sha256(params_);
    params_ = {};
    text_ = std::move(head_);
    text_.append(reinterpret_cast<char const*>(digest.data()), digest.size());
    text_ += principal_;
  }

  std::string head_;
  std::string principal_;
  std::string params_;  // until they are hashed
  std::string text_;    // empty until then
};

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
