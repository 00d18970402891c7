// mcpawl/mcp/protocol/replay_requester.hpp - asks a client of the stateless protocol: by ending the call, which is made
// again
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>
#include <mcpawl/mcp/protocol/interruption.hpp>
#include <mcpawl/mcp/protocol/request_state.hpp>
#include <mcpawl/mcp/types/client_profile.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What one round of a call brings: what earlier rounds learnt, and the client's responses to the last. */
struct replay_input {
  request_state known;
  boost::json::object responses;
};

/** Answers from what came with the request; what is missing ends the call as `input_required`.

    @par Lifetime
    The sealer and the clock must outlive it.
*/
class replay_requester final : public client_requester {
public:
  replay_requester(replay_input input, client_profile client, sealer& seal, state_binding binding,
                   clock const& time, unix_seconds lifetime)
      : input_(std::move(input)),
        client_(std::move(client)),
        seal_(seal),
        binding_(std::move(binding)),
        clock_(time),
        lifetime_(lifetime) {}

  task<std::vector<client_response>> ask(std::vector<client_request> requests) override {
    std::vector<client_response> responses;
    std::string missing;
    unsigned undeclared = 0;
    std::set<std::string_view> asked;
    for (auto const& q : requests) {
      if (!asked.insert(q.key).second)
        throw call_refused{response::outcome::answered,
                           {rpc_code::internal_error, "two questions have one key"}};
      if (auto const* known = find(q)) {
        responses.push_back({*known, {}});
      } else if (client_.can(q.needs)) {
        missing += missing.empty() ? '{' : ',';
        append_json_string(missing, q.key);
        missing += R"(:{"method":")";
        missing += q.method;
        missing += R"(","params":)";
        missing += q.params;
        missing += '}';
      } else {
        undeclared |= static_cast<unsigned>(q.needs);
      }
    }
    if (undeclared != 0) {
      std::string data = R"({"requiredCapabilities":)" + required_capabilities(undeclared) + '}';
      throw call_refused{response::outcome::malformed,
                         {rpc_code::missing_client_capability,
                          "the client did not declare a capability that this call needs", std::move(data)}};
    }
    if (!missing.empty()) throw input_required{missing + '}', state()};
    co_return responses;
  }

  [[noreturn]] void reject(std::string_view key, std::string_view why) const override {
    std::string text = "inputResponses/";
    text.append(key).append(": ").append(why);
    throw call_refused{response::outcome::answered, {rpc_code::invalid_params, std::move(text)}};
  }

  boost::json::value const* recall(std::string_view key) const override {
    return input_.known.steps.if_contains({key.data(), key.size()});
  }
  void keep(std::string_view key, std::string_view json) override {
    if (auto parsed = parse_strict_json(json, 64))
      input_.known.steps[{key.data(), key.size()}] = std::move(*parsed);
  }

  void end_round() override { throw input_required{{}, state()}; }

private:
  std::string state() { return seal_state(seal_, input_.known, clock_.wall() + lifetime_, binding_.text()); }

  /** The response to a request; what was answered in an earlier round stays as it was. */
  boost::json::value const* find(client_request const& q) {
    boost::json::string_view const key{q.key.data(), q.key.size()};
    if (auto const* known = input_.known.responses.if_contains(key))
      return is_result_of(q.method, *known) ? known : nullptr;
    auto const* fresh = input_.responses.if_contains(key);
    if (!fresh || !is_result_of(q.method, *fresh)) return nullptr;
    return &(input_.known.responses[key] = *fresh);
  }

  replay_input input_;
  client_profile client_;
  sealer& seal_;
  state_binding binding_;
  clock const& clock_;
  unix_seconds lifetime_;
};

}  // namespace mcpawl::detail
