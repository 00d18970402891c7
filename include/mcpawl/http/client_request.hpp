// mcpawl/http/client_request.hpp - one request to an API, in which nothing that a user typed can become something else
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>
#include <mcpawl/http/client_path.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/http/trace_headers.hpp>
#include <mcpawl/http/url.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl {

class http_client;

/** A request, made by the functions of `http_client` and sent by `http_client::send`.

    What is added to the URL is percent-encoded as a whole: all but letters, digits and `-._~`. So a value cannot add a parameter, a
    segment, a fragment or a host. What cannot be made safe is refused: `send` then returns the first of these errors and sends nothing.

    @code
    auto const request = api.get("/v1/users").segment(user).segment("orders").query("since", since).query("limit", 20);
    @endcode

    @par Errors
    Kept until `send`: `http_errc::segment_refused`, `http_errc::field_refused`.
    @par Lifetime
    Owns copies of what it was given.
*/
class http_request {
public:
  /** Append a segment to the path: `a/b` becomes `/a%2Fb`. Empty, `.` and `..` are refused, since servers and proxies remove them and
      a segment before them. */
  http_request& segment(std::string_view text) {
    if (text.empty() || detail::is_dot_segment(text)) return refuse(http::http_errc::segment_refused);
    if (path_.empty() || path_.back() != '/') path_ += '/';
    http::append_form_encoded(path_, text);
    return *this;
  }
  /** Append a segment that is a number. */
  template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
  http_request& segment(Number number) {
    return segment(text_of(number));
  }

  /** Append a parameter to the query: `a b&c` becomes `a%20b%26c`. */
  http_request& query(std::string_view name, std::string_view value) {
    http::append_form_field(query_, name, value);
    return *this;
  }
  /** Append a parameter that is a number, `true` or `false`. */
  template <class Value>
  requires(std::is_arithmetic_v<Value> && !std::same_as<Value, char>)
  http_request& query(std::string_view name, Value value) {
    if constexpr (std::same_as<Value, bool>)
      return query(name, std::string_view(value ? "true" : "false"));
    else
      return query(name, std::string_view(text_of(value)));
  }

  /** Add a header field.

      Refused are names that are no tokens, values with control characters such as CR and LF, and the fields that the client itself
      sets: Host, Content-Length, Transfer-Encoding, Connection and other fields about the connection, Accept-Encoding, Expect. */
  http_request& header(std::string_view name, std::string_view value) {
    bool const plain = std::none_of(value.begin(), value.end(),
                                    [](char c) { return http::detail::is_control(c) && c != '\t'; });
    if (!http::is_token(name) || !plain || is_ours(name)) return refuse(http::http_errc::field_refused);
    fields_.emplace_back(name, value);
    return *this;
  }

  /** Make the request part of a trace (W3C Trace Context), as `context::trace()` has it. Baggage stays here: it is the client's
      word. */
  template <trace_headers Trace>
  http_request& trace(Trace const& of) {
    std::string_view const parent = of.traceparent, rest = of.tracestate;
    if (parent.empty()) return *this;
    header("traceparent", parent);
    return rest.empty() ? *this : header("tracestate", rest);
  }

  /** Send a body. */
  http_request& body(std::string_view content_type, std::string bytes) {
    if (!content_type.empty()) header("Content-Type", content_type);
    body_ = std::move(bytes);
    return *this;
  }
  /** Send JSON. */
  http_request& json(boost::json::value const& value) {
    return body("application/json", boost::json::serialize(value));
  }

  /** For everything, instead of `http_client_options::timeout`. */
  http_request& timeout(std::chrono::milliseconds total) {
    timeout_ = total;
    return *this;
  }
  /** For the body of the response, instead of `http_client_options::max_response_bytes`. */
  http_request& max_response_bytes(std::size_t most) {
    max_response_bytes_ = most;
    return *this;
  }

  std::string const& method() const noexcept { return method_; }
  /** The URL as it will be asked for. */
  std::string url() const { return query_.empty() ? origin_ + path_ : origin_ + path_ + '?' + query_; }
  /** What was refused first, if anything was. */
  std::optional<http::http_errc> refused() const noexcept { return refused_; }

private:
  friend class http_client;

  /** Of the trace it was made a part of; empty for none. */
  std::string_view traceparent() const noexcept {
    for (auto const& [name, value] : fields_)
      if (http::iequals(name, "traceparent")) return value;
    return {};
  }

  http_request(std::string_view method, std::string origin, std::string path)
      : method_(method), origin_(std::move(origin)), path_(std::move(path)) {}
  http_request(std::string_view method, http::origin_url const& url)
      : method_(method), origin_(url.origin()), path_(url.target()) {
    std::size_t const mark = path_.find('?');
    if (mark == std::string::npos) return;
    query_ = path_.substr(mark + 1);
    path_.resize(mark);
  }

  static bool is_ours(std::string_view name) noexcept {
    for (std::string_view each :
         {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "keep-alive",
          "proxy-connection", "te", "trailer", "upgrade", "expect"})
      if (http::iequals(name, each)) return true;
    return false;
  }

  template <class Number>
  static std::string text_of(Number number) {
    std::array<char, 64> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return std::string(text.data(), end);
  }

  http_request& refuse(http::http_errc why) noexcept {
    if (!refused_) refused_ = why;
    return *this;
  }

  std::string method_, origin_, path_, query_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::optional<std::string> body_;
  std::optional<std::chrono::milliseconds> timeout_;
  std::optional<std::size_t> max_response_bytes_;
  std::optional<http::http_errc> refused_;
};

}  // namespace mcpawl
