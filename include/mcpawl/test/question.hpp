// mcpawl/test/question.hpp - what a tool asked of its client in a test, and what the test answers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/elicit/elicit_result.hpp>
#include <mcpawl/test/json_input.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** What a tool asked: a form, a page to visit, words of a model, or the folders of the client. */
struct question {
  std::string method;          ///< `elicitation/create`, `sampling/createMessage` or `roots/list`.
  std::string key;             ///< As the tool named it; empty before 2026-07-28, which sends it to nobody.
  boost::json::object params;  ///< As they were sent.

  /** The words a user is shown; of a sampling request the text of its last message. */
  std::string message() const {
    if (auto const* text = params.if_contains("message")) return text_of(text);
    auto const* all = params.if_contains("messages");
    auto const* messages = all ? all->if_array() : nullptr;
    auto const* last = messages && !messages->empty() ? messages->back().if_object() : nullptr;
    auto const* content = last ? last->if_contains("content") : nullptr;
    auto const* block = content ? content->if_object() : nullptr;
    return text_of(block ? block->if_contains("text") : nullptr);
  }
  /** The page a user is sent to; empty for a form. */
  std::string url() const { return text_of(params.if_contains("url")); }

  /** The question in one line, for people. */
  std::string describe() const {
    std::string out = method;
    if (!key.empty()) out += " \"" + key + '"';
    if (auto const text = message(); !text.empty()) out += ": \"" + text + '"';
    if (auto const page = url(); !page.empty()) out += " (" + page + ')';
    return out;
  }

private:
  static std::string text_of(boost::json::value const* v) {
    auto const* text = v ? v->if_string() : nullptr;
    return text ? std::string(text->data(), text->size()) : std::string();
  }
};

/** What a test answers to a question; made by `accept`, `decline`, `cancel`, `say`, `list_roots`, `refuse` and
    `never_answer`. */
class answer {
public:
  /** The raw level: the `result` as it is sent. */
  explicit answer(boost::json::object result) : result_(std::move(result)) {}
  /** The raw level: an error of JSON-RPC. */
  answer(int code, std::string message) : error_(boost::json::object()) {
    (*error_)["code"] = code;
    (*error_)["message"] = std::move(message);
  }
  /** No answer at all. */
  answer() = default;

  boost::json::object const* result() const noexcept { return result_ ? &*result_ : nullptr; }
  boost::json::object const* error() const noexcept { return error_ ? &*error_ : nullptr; }

private:
  std::optional<boost::json::object> result_;
  std::optional<boost::json::object> error_;
};

/** The user fills in a form and sends it. */
inline answer accept(json_input const& content) {
  boost::json::object result;
  result["action"] = "accept";
  result["content"] = content.object();
  return answer(std::move(result));
}
/** The user agrees to visit a page. */
inline answer accept() {
  boost::json::object result;
  result["action"] = "accept";
  return answer(std::move(result));
}
/** The user says no. */
inline answer decline() {
  boost::json::object result;
  result["action"] = "decline";
  return answer(std::move(result));
}
/** The user closes the form without a decision. */
inline answer cancel() {
  boost::json::object result;
  result["action"] = "cancel";
  return answer(std::move(result));
}

/** The model of the client says something (`sampling/createMessage`). */
inline answer say(std::string_view text, std::string_view model = "test-model") {
  boost::json::object content;
  content["type"] = "text";
  content["text"] = text;
  boost::json::object result;
  result["role"] = "assistant";
  result["content"] = std::move(content);
  result["model"] = model;
  result["stopReason"] = "endTurn";
  return answer(std::move(result));
}

/** The client works in these folders (`roots/list`). */
inline answer list_roots(std::vector<root> const& roots) {
  boost::json::array all;
  for (auto const& one : roots) {
    boost::json::object entry;
    entry["uri"] = one.uri;
    if (!one.name.empty()) entry["name"] = one.name;
    all.push_back(std::move(entry));
  }
  boost::json::object result;
  result["roots"] = std::move(all);
  return answer(std::move(result));
}

/** The client answers with an error of JSON-RPC; -1 is what clients say when a user forbids sampling.

    Since 2026-07-28 a client has no way to say so: it does not come back, and the call fails with these words. */
inline answer refuse(std::string message, int code = -1) { return {code, std::move(message)}; }

/** The question is left open, as by a user who has gone for lunch: for tests of how long a tool waits. */
inline answer never_answer() { return {}; }

}  // namespace mcpawl::test
