// mcpawl/transport/unauthenticated_route.hpp - a path of the user's own beside the endpoint, where nobody is authenticated
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl {

namespace http {
class exchange;
}  // namespace http

/** The response of a route: a text, a type and a status. A string alone is a plain text with status 200. */
struct route_answer {
  route_answer(std::string text, std::string type = "text/plain; charset=utf-8", int status_code = 200)
      : body(std::move(text)), content_type(std::move(type)), status(status_code) {}
  route_answer(char const* text) : route_answer(std::string(text)) {}

  std::string body;
  std::string content_type;
  int status;
};

/** A path that the server answers beside its endpoint, WITHOUT AUTHENTICATION: a version, a page, a webhook that has its own signature.

    It comes after the checks of `Host` and `Origin` and before the policy, which is not asked: whoever reaches the server is
    answered. Nothing that needs a caller belongs there, since nobody knows who it is.

    @code
    mcpawl::serve_http(srv, {.routes = {{"GET", "/version", [] { return "1.4"; }}}});
    @endcode

    `HEAD` is answered where `GET` is, and other methods with 405 and `Allow`. Paths are compared whole, as they are sent. A path that is
    the endpoint's, the policy's, or one of the well-known ones of OAuth is an error when the server starts, and so is a method twice.

    @par Errors
    What the function throws is answered with 500 and told to the log alone.
    @par Thread safety
    The function is called on all I/O threads at once. It must not wait; one that takes the exchange may, by `co_await`.
*/
class unauthenticated_route {
public:
  /** @param method  of HTTP, in capital letters
      @param path    from its slash on, without a query
      @param answer  a function of nothing or of `http::request_head const&` that returns what makes a `route_answer`, or one of
                     `http::exchange&` that returns `task<>`, reads the body if it wants, and responds */
  template <class F>
  unauthenticated_route(std::string method, std::string path, F answer)
      : method_(std::move(method)), path_(std::move(path)) {
    if constexpr (std::is_invocable_r_v<route_answer, F const&, http::request_head const&>) {
      text_ = std::move(answer);
    } else if constexpr (std::is_invocable_r_v<route_answer, F const&>) {
      text_ = [answer = std::move(answer)](http::request_head const&) -> route_answer { return answer(); };
    } else {
      static_assert(
          std::is_invocable_r_v<task<>, F const&, http::exchange&>,
          "mcpawl: a route is answered by a function of nothing or of request_head const& that returns a "
          "text or a route_answer, or by one of exchange& that returns task<>");
      whole_ = std::move(answer);
    }
  }

  std::string const& method() const noexcept { return method_; }
  std::string const& path() const noexcept { return path_; }

  /** What answers by a text; empty if the other does. */
  std::function<route_answer(http::request_head const&)> const& text() const noexcept { return text_; }
  std::function<task<>(http::exchange&)> const& whole() const noexcept { return whole_; }

private:
  std::string method_, path_;
  std::function<route_answer(http::request_head const&)> text_;
  std::function<task<>(http::exchange&)> whole_;
};

}  // namespace mcpawl
