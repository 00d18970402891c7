// mcpawl/mcp/elicit/elicit_result.hpp - what a client responds: a filled-in form, words of a model, its roots
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/message.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** What the user did with a form or a link (MCP `ElicitResult`, `action`). */
enum class user_action { accepted, declined, cancelled };

/** The user's response to a form: a value, if it was accepted.

    @code
    auto sure = co_await ctx.elicit<confirmation>("sure", "Deploy?");
    if (!sure) throw mcpawl::tool_error("not confirmed");
    use(sure->reason);
    @endcode
*/
template <class T>
class elicit_result {
public:
  explicit elicit_result(T value) : action_(user_action::accepted), value_(std::move(value)) {}
  explicit elicit_result(user_action without_value) : action_(without_value) {}

  explicit operator bool() const noexcept { return value_.has_value(); }
  user_action action() const noexcept { return action_; }
  bool declined() const noexcept { return action_ == user_action::declined; }
  bool cancelled() const noexcept { return action_ == user_action::cancelled; }

  /** The value.

      @par Errors
      Throws `std::bad_optional_access` if there is none. */
  T const& operator*() const& { return value_.value(); }
  T&& operator*() && { return std::move(value_).value(); }
  T const* operator->() const { return &value_.value(); }

private:
  user_action action_;
  std::optional<T> value_;
};

/** The user's response to being sent to a page. Accepted means "I will look", not "I have done it". */
class elicit_url_result {
public:
  explicit elicit_url_result(user_action action) noexcept : action_(action) {}
  explicit operator bool() const noexcept { return action_ == user_action::accepted; }
  user_action action() const noexcept { return action_; }

private:
  user_action action_;
};

/** What a model of the client's said, or that the user did not let it. */
class sampling_result {
public:
  /** Not made: the user refused. */
  sampling_result() = default;
  explicit sampling_result(boost::json::object result) : result_(std::move(result)) {}

  explicit operator bool() const noexcept { return !result_.empty(); }
  /** All text blocks of the message together. */
  std::string text() const {
    std::string out;
    auto const* content = result_.if_contains("content");
    if (!content) return out;
    if (auto const* array = content->if_array())
      for (auto const& block : *array) append_text(out, block);
    else
      append_text(out, *content);
    return out;
  }
  std::string model() const { return member("model"); }
  std::string stop_reason() const { return member("stopReason"); }
  /** The whole CreateMessageResult. */
  boost::json::object const& json() const noexcept { return result_; }

private:
  static void append_text(std::string& out, boost::json::value const& block) {
    auto const* object = block.if_object();
    auto const* type = object ? object->if_contains("type") : nullptr;
    auto const* text = object ? object->if_contains("text") : nullptr;
    if (type && type->is_string() && type->get_string() == "text" && text && text->is_string())
      out += detail::view_of(text->get_string());
  }
  std::string member(char const* name) const {
    auto const* found = result_.if_contains(name);
    return found && found->is_string() ? std::string(detail::view_of(found->get_string())) : std::string();
  }

  boost::json::object result_;
};

/** A folder the client works in (MCP `Root`); informational only. */
struct root {
  std::string uri;
  std::string name;  ///< Empty for none.
};

}  // namespace mcpawl
