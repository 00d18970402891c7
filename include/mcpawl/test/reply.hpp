// mcpawl/test/reply.hpp - what came of a call in a test: its result or its error, and all that was said meanwhile
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/test/question.hpp>

#include <concepts>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** Thrown where a test cannot go on: no response came, or it is not what was asked for. `what()` says all of why. */
class call_failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/** An error of JSON-RPC: the server refused the request. */
struct reply_error {
  int code;             ///< -32602, say.
  std::string message;  ///< For the client to read.
  boost::json::value data = nullptr;
};

/** How far a call said it was. */
struct progress_report {
  double progress;
  std::optional<double> total;
  std::string message;  ///< Empty in 2024-11-05.
};

/** A message that a call logged to its client. */
struct logged_message {
  message_level level;
  std::string logger;  ///< Empty for none.
  boost::json::value data;
};

}  // namespace mcpawl::test

namespace mcpawl::detail {

/** What is known of a call so far. */
struct reply_record {
  std::string label;  ///< `tools/call "add"`
  std::optional<boost::json::object> result = {};
  std::optional<test::reply_error> error = {};
  bool cancelled = false;
  std::vector<test::question> questions = {};
  std::vector<test::progress_report> progress = {};
  std::vector<test::logged_message> messages = {};
  std::vector<std::string> server_log = {};
};

}  // namespace mcpawl::detail

namespace mcpawl::test {

/** What came of one request.

    @code
    auto const reply = client.call("add", add_args{2, 3});
    BOOST_TEST(reply);                          // or REQUIRE(reply), EXPECT_TRUE(reply) << reply: prints why not
    BOOST_TEST(reply.as<sum>().total == 5);
    @endcode

    It is one of four: a result, which is `ok()`; a result by which a tool says that it failed, `is_error()`; an
    error of the protocol, `error()`; or nothing, since the test cancelled the call, `cancelled()`.

    @par Errors
    What is not there to be read (the text of an error, a struct that does not fit) is thrown as a
    `call_failure` that says what came instead. */
class reply {
public:
  explicit reply(mcpawl::detail::reply_record record) : is_(std::move(record)) {}

  /** Whether the call succeeded. */
  bool ok() const { return is_.result && !is_error(); }
  explicit operator bool() const { return ok(); }
  /** Whether a tool says that it failed; `text()` then has its words. */
  bool is_error() const {
    auto const* failed = is_.result ? is_.result->if_contains("isError") : nullptr;
    return failed && failed->is_bool() && failed->get_bool();
  }
  /** The error of the protocol, if it is one: an unknown tool or one that the caller may not see, say. */
  std::optional<reply_error> const& error() const noexcept { return is_.error; }
  /** Whether the test cancelled the call before there was a response. */
  bool cancelled() const noexcept { return is_.cancelled; }

  /** The result as it came. */
  boost::json::object const& result() const {
    if (!is_.result) throw call_failure("mcpawl::test: no result: " + describe());
    return *is_.result;
  }
  /** All its texts, a line break between two: of a tool's content, of what was read, of a prompt's messages. */
  std::string text() const {
    std::string out;
    bool first = true;
    for (auto const* member : {"content", "contents", "messages"}) {
      auto const* all = result().if_contains(member);
      if (!all || !all->is_array()) continue;
      for (auto const& item : all->get_array()) {
        auto const* text = text_in(item);
        if (!text) continue;
        if (!first) out += '\n';
        first = false;
        out.append(text->data(), text->size());
      }
    }
    return out;
  }
  /** The structured content of a tool. Revisions before 2025-06-18 have none: then it is read from the text, which
      says the same. */
  boost::json::value structured() const {
    if (auto const* found = result().if_contains("structuredContent")) return *found;
    boost::system::error_code ec;
    boost::json::value parsed = boost::json::parse(text(), ec);
    if (ec) throw call_failure("mcpawl::test: no structured content: " + describe());
    return parsed;
  }
  /** The structured content as a struct, or whatever the tool returned; of a resource its text, which is JSON. */
  template <class T>
  requires mcpawl::detail::schema_type<T>
  T as() const {
    if (!ok()) throw call_failure("mcpawl::test: no result to decode: " + describe());
    if constexpr (std::same_as<T, std::string>)
      if (!is_.result->contains("structuredContent")) return text();
    boost::json::value const json = structured();
    T value{};
    auto problem = mcpawl::detail::decode(json, value);
    // what is no object is sent in one
    auto const* wrapped = problem && json.is_object() ? json.get_object().if_contains("result") : nullptr;
    if (wrapped && json.get_object().size() == 1) {
      value = T{};
      problem = mcpawl::detail::decode(*wrapped, value);
    }
    if (problem)
      throw call_failure("mcpawl::test: the result is another: " + problem->pointer + ' ' + problem->message +
                         ": " + describe());
    return value;
  }
  /** What was suggested to complete an argument. */
  std::vector<std::string> values() const {
    std::vector<std::string> out;
    auto const* completion = result().if_contains("completion");
    auto const* object = completion ? completion->if_object() : nullptr;
    auto const* all = object ? object->if_contains("values") : nullptr;
    if (!all || !all->is_array()) throw call_failure("mcpawl::test: no completion: " + describe());
    for (auto const& one : all->get_array()) out.emplace_back(one.as_string().c_str());
    return out;
  }

  /** What the call asked, in its order. */
  std::vector<question> const& questions() const noexcept { return is_.questions; }
  /** The progress it reported. */
  std::vector<progress_report> const& progress() const noexcept { return is_.progress; }
  /** What it logged to its client. */
  std::vector<logged_message> const& messages() const noexcept { return is_.messages; }
  /** What the server wrote to its own log meanwhile, at `info` and above: why an internal error is one. */
  std::vector<std::string> const& server_log() const noexcept { return is_.server_log; }

  /** All of it in words. */
  std::string describe() const {
    std::string out = is_.label + ": ";
    if (is_.error) {
      out += "error " + std::to_string(is_.error->code) + ": " + is_.error->message;
      if (!is_.error->data.is_null()) out += ' ' + boost::json::serialize(is_.error->data);
    } else if (is_.result) {
      if (is_error()) out += "isError: ";
      out += is_error() ? text() : boost::json::serialize(*is_.result);
    } else {
      out += is_.cancelled ? "cancelled" : "no response";
    }
    if (!ok())
      for (auto const& line : is_.server_log) out += "\n  server log: " + line;
    return out;
  }
  friend std::ostream& operator<<(std::ostream& to, reply const& r) { return to << r.describe(); }

private:
  static boost::json::string const* text_in(boost::json::value const& item) {
    auto const* object = item.if_object();
    for (int depth = 0; object && depth != 3; ++depth) {
      if (auto const* text = object->if_contains("text")) return text->if_string();
      auto const* inner = object->if_contains("content");   // of a message
      if (!inner) inner = object->if_contains("resource");  // of what is embedded
      object = inner ? inner->if_object() : nullptr;
    }
    return nullptr;
  }

  mcpawl::detail::reply_record is_;
};

}  // namespace mcpawl::test
