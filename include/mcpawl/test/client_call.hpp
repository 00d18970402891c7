// mcpawl/test/client_call.hpp - one request of a test client, and what is said of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/types/client_profile.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/test/client_options.hpp>
#include <mcpawl/test/question.hpp>
#include <mcpawl/test/reply.hpp>
#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What a client declares that it can be asked. */
inline boost::json::object capabilities_of(test::client_options const& options) {
  auto const can = [&options](client_capability c) {
    return std::find(options.capabilities.begin(), options.capabilities.end(), c) !=
           options.capabilities.end();
  };
  boost::json::object out;
  boost::json::object elicitation;
  if (can(client_capability::form)) elicitation["form"].emplace_object();
  if (can(client_capability::url)) elicitation["url"].emplace_object();
  if (!elicitation.empty()) out["elicitation"] = std::move(elicitation);
  if (can(client_capability::sampling) || can(client_capability::sampling_tools)) {
    auto& sampling = out["sampling"].emplace_object();
    if (can(client_capability::sampling_tools)) sampling["tools"].emplace_object();
  }
  if (can(client_capability::roots)) out["roots"].emplace_object();
  return out;
}
/** Who a client says it is. */
inline boost::json::object info_of(test::client_options const& options) {
  return {{"name", options.name}, {"version", "1"}};
}

/** A text as Boost.JSON takes it. */
inline boost::json::string_view json_text(std::string_view text) { return {text.data(), text.size()}; }

/** The parameters of a message; empty if it has none. */
inline boost::json::object params_of(boost::json::object const& message) {
  auto const* params = message.if_contains("params");
  return params && params->is_object() ? params->get_object() : boost::json::object();
}

/** The text of a value; empty for what is none. */
inline std::string text_or_empty(boost::json::value const* v) {
  auto const* text = v ? v->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

inline test::progress_report progress_of(boost::json::object const& params) {
  test::progress_report out{params.at("progress").to_number<double>(), {}, {}};
  if (auto const* total = params.if_contains("total")) out.total = total->to_number<double>();
  out.message = text_or_empty(params.if_contains("message"));
  return out;
}

inline test::logged_message logged_message_of(boost::json::object const& params) {
  auto const level = parse_message_level(text_or_empty(params.if_contains("level")));
  return {level.value_or(message_level::info), text_or_empty(params.if_contains("logger")),
          params.at("data")};
}

/** One request as its client sees it. */
struct client_call {
  std::string method;
  boost::json::object params;
  reply_record record;
  std::int64_t id = 0;  ///< Of the latest round.
  bool over = false;
  bool cancelling = false;
  bool acknowledged = false;                     ///< Of a subscription.
  boost::json::object honoured = {};             ///< Likewise.
  std::string failure = {};                      ///< Why it cannot go on; empty if it can.
  std::vector<std::string> open_questions = {};  ///< That were left without an answer.
  std::size_t log_from = 0;                      ///< Lines of the server's log before it.
};

/** Why a call failed that asked what nobody answers. */
inline std::string unexpected(test::question const& q) {
  return "it asked what the test does not answer: " + q.describe() +
         "; tell the client by answer_next, on_elicit, on_sample or on_roots";
}

/** What is known of a call that takes too long.

    @param blocked  whether a blocking function has not returned. */
inline std::string overdue(client_call const& call, std::string const& patience, bool blocked) {
  auto const number = [](double value) {
    std::string out;
    append_json_number(out, value);
    return out;
  };
  std::string text = "mcpawl::test: " + call.record.label + ": ";
  text += call.cancelling ? "it was cancelled, and still runs after " : "it is not over after ";
  text += patience;
  if (!call.failure.empty()) text += "; " + call.failure;
  for (auto const& open : call.open_questions) text += "; it waits for the answer to " + open;
  if (blocked) text += "; a blocking function has not returned";
  if (call.open_questions.empty() && !blocked) text += "; it waits for something of its own";
  if (!call.record.progress.empty()) {
    auto const& last = call.record.progress.back();
    text += "; its last progress was " + number(last.progress);
    if (last.total) text += " of " + number(*last.total);
    if (!last.message.empty()) text += " \"" + last.message + '"';
  }
  return text;
}

}  // namespace mcpawl::detail
