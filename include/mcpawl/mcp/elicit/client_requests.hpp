// mcpawl/mcp/elicit/client_requests.hpp - the kinds of requests a call can send to its client
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/crypto/random.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>
#include <mcpawl/mcp/elicit/elicit_result.hpp>
#include <mcpawl/mcp/elicit/form_schema.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** The parameters of a form, whatever it asks for. */
inline client_request form_request(std::string key, std::string_view text, std::string_view schema) {
  std::string params = R"({"message":)";
  append_json_string(params, text);
  params += R"(,"requestedSchema":)";
  params += schema;
  params += '}';
  return {std::move(key), "elicitation/create", std::move(params), client_capability::form};
}

/** The content of an accepted form; nothing if the user declined or went away, which `action` tells. */
boost::json::value const* accepted_content(client_requester const& by, std::string_view key,
                                           client_response const& response, user_action& action);

/** Give up if the client refused to respond. */
inline void expect_no_refusal(client_requester const& by, std::string_view key,
                              client_response const& response) {
  if (response.refusal) by.reject(key, "the client refused: " + response.refusal->message);
}

inline user_action action_of(client_response const& response) {
  auto const text = view_of(response.result.at("action").as_string());
  if (text == "accept") return user_action::accepted;
  return text == "decline" ? user_action::declined : user_action::cancelled;
}

inline boost::json::value const* accepted_content(client_requester const& by, std::string_view key,
                                                  client_response const& response, user_action& action) {
  static boost::json::value const nothing(boost::json::object_kind);
  expect_no_refusal(by, key, response);
  action = action_of(response);
  if (action != user_action::accepted) return nullptr;
  auto const* content = response.result.get_object().if_contains("content");
  return content && content->is_object() ? content : &nothing;
}

/** Put the response to a form into a value, or say what is wrong with it. */
template <class T>
elicit_result<T> read_form(client_requester const& by, std::string_view key,
                           client_response const& response) {
  user_action action = user_action::cancelled;
  auto const* content = accepted_content(by, key, response, action);
  if (!content) return elicit_result<T>(action);
  T value{};
  if (auto const problem = decode(*content, value))
    by.reject(key, problem->pointer + ": " + problem->message);
  return elicit_result<T>(std::move(value));
}

}  // namespace detail

/** A form that the user fills in (MCP "Elicitation"); its fields are the members of `T`.

    `T` is a flat struct of text, numbers, `bool`, enumerations, optionals of these and vectors of
    enumerations; docs and bounds of the members are told to the client, and enforced on what comes back.
    Never ask for passwords or keys in a form: send the user to a page instead.
*/
template <class T>
class form {
public:
  using result_type = elicit_result<T>;
  form(std::string key, std::string text) : key_(std::move(key)), text_(std::move(text)) {}

  detail::client_request ask(revision) const {
    return detail::form_request(key_, text_, detail::form_schema<T>());
  }
  result_type read(detail::client_requester const& by, detail::client_response const& response) const {
    return detail::read_form<T>(by, key_, response);
  }

private:
  std::string key_;
  std::string text_;
};

/** A form with a schema written by hand, for what types cannot say; the response is not checked. */
class raw_form {
public:
  using result_type = elicit_result<boost::json::object>;
  raw_form(std::string key, std::string text, std::string schema)
      : key_(std::move(key)), text_(std::move(text)), schema_(std::move(schema)) {}

  detail::client_request ask(revision) const { return detail::form_request(key_, text_, schema_); }
  result_type read(detail::client_requester const& by, detail::client_response const& response) const {
    user_action action = user_action::cancelled;
    auto const* content = detail::accepted_content(by, key_, response, action);
    return content ? result_type(content->get_object()) : result_type(action);
  }

private:
  std::string key_;
  std::string text_;
  std::string schema_;
};

/** A page the user is sent to, for what must not pass through the client (MCP "Elicitation", URL mode).

    The URL must not hold secrets, and the page must check that who opens it is who was asked.

    A client of 2025-11-25 that can be asked on no stream gets the error -32042 with the URL, goes there and
    calls again: a tool looks first whether the user has been there already.
*/
class page {
public:
  using result_type = elicit_url_result;
  /** @param visit  names this visit for `server::notify_elicitation_complete`: unique, not guessable; empty
                    if nobody will be told of its end. */
  page(std::string key, std::string text, std::string url, std::string visit = {})
      : key_(std::move(key)), text_(std::move(text)), url_(std::move(url)), visit_(std::move(visit)) {}

  detail::client_request ask(revision r) const {
    std::string params = R"({"mode":"url","message":)";
    append_json_string(params, text_);
    params += R"(,"url":)";
    append_json_string(params, url_);
    std::string visit;
    if (!is_stateless(r)) {
      visit = visit_.empty() ? detail::random_hex(16) : visit_;
      params += R"(,"elicitationId":)";
      append_json_string(params, visit);
    }
    params += '}';
    detail::client_request asked(key_, "elicitation/create", std::move(params), client_capability::url);
    asked.visit = std::move(visit);
    return asked;
  }
  result_type read(detail::client_requester const& by, detail::client_response const& response) const {
    detail::expect_no_refusal(by, key_, response);
    return result_type(detail::action_of(response));
  }

private:
  std::string key_;
  std::string text_;
  std::string url_;
  std::string visit_;
};

/** Words to be said by a model of the client's (MCP "Sampling", deprecated since 2026-07-28). */
class sampling {
public:
  using result_type = sampling_result;
  sampling(std::string key, std::string_view prompt, int max_tokens = 1000) : key_(std::move(key)) {
    more_ = R"("messages":[{"role":"user","content":{"type":"text","text":)";
    append_json_string(more_, prompt);
    more_ += R"(}}],"maxTokens":)";
    append_json_number(more_, max_tokens);
  }
  /** The raw level: all parameters of `sampling/createMessage`. */
  sampling(std::string key, boost::json::object const& params) : key_(std::move(key)) {
    boost::json::value const all(params);
    append_json(more_, all);
    more_ = more_.substr(1, more_.size() - 2);
    if (params.contains("tools")) needs_ = client_capability::sampling_tools;
  }

  sampling& system(std::string_view text) {
    more_ += R"(,"systemPrompt":)";
    append_json_string(more_, text);
    return *this;
  }
  /** Set how varied the words may be; a value that is not finite is left out. */
  sampling& temperature(double value) {
    if (!std::isfinite(value)) return *this;
    more_ += R"(,"temperature":)";
    append_json_number(more_, value);
    return *this;
  }

  detail::client_request ask(revision) const {
    return {key_, "sampling/createMessage", '{' + more_ + '}', needs_};
  }
  result_type read(detail::client_requester const& by, detail::client_response const& response) const {
    constexpr int user_rejected = -1;
    if (response.refusal && static_cast<int>(response.refusal->code) == user_rejected) return result_type();
    detail::expect_no_refusal(by, key_, response);
    return result_type(response.result.get_object());
  }

private:
  std::string key_;
  std::string more_;
  client_capability needs_ = client_capability::sampling;
};

/** The folders the client works in (MCP "Roots", deprecated since 2026-07-28). */
class roots_list {
public:
  using result_type = std::vector<root>;
  explicit roots_list(std::string key = "roots") : key_(std::move(key)) {}

  detail::client_request ask(revision) const { return {key_, "roots/list", "{}", client_capability::roots}; }
  result_type read(detail::client_requester const& by, detail::client_response const& response) const {
    detail::expect_no_refusal(by, key_, response);
    result_type out;
    for (auto const& item : response.result.at("roots").as_array()) {
      auto const* object = item.if_object();
      auto const* uri = object ? object->if_contains("uri") : nullptr;
      auto const* name = object ? object->if_contains("name") : nullptr;
      if (!uri || !uri->is_string()) by.reject(key_, "a root has no uri");
      out.push_back({std::string(detail::view_of(uri->get_string())), {}});
      if (name && name->is_string()) out.back().name = detail::view_of(name->get_string());
    }
    return out;
  }

private:
  std::string key_;
};

}  // namespace mcpawl
