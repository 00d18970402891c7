// mcpawl/test/plain_http_server.hpp - lets a double answer on a loopback port, one request per connection
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/test/loopback_listener.hpp>
#include <mcpawl/test/plain_http.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl::test {

/** An HTTP/1.1 server in a thread of its own, at 127.0.0.1, ready when it is made and gone when it is
    destroyed.

    It reads by hand and takes only what clients of tests send: no chunked bodies, no pipelining, 16 KiB of
    head and 256 KiB of body. Answers may be cut short or never come, see `delivery`.

    @par Errors
    The constructor throws `boost::system::system_error` if no port can be had.
    @par Thread safety
    The handler is called on the server's thread; `origin()` and `port()` are for any.
*/
class plain_http_server {
public:
  using handler = std::function<plain_answer(plain_request const&)>;

  plain_http_server() : listener_(background_.executor()) {}
  plain_http_server(plain_http_server const&) = delete;
  plain_http_server& operator=(plain_http_server const&) = delete;
  ~plain_http_server() { stop(); }

  /** Begin to answer, once. The port was open before: nobody who came too early is turned away. */
  void serve(handler answer) {
    auto const shared = std::make_shared<handler const>(std::move(answer));
    listener_.serve([shared](detail::tcp::socket socket) { return visit(std::move(socket), shared); });
    background_.start();
  }

  /** End its thread; nothing is answered any more. */
  void stop() { background_.stop(); }

  std::uint16_t port() const noexcept { return listener_.port(); }
  /** `http://127.0.0.1:PORT` */
  std::string origin() const { return listener_.origin(); }

private:
  static task<> visit(detail::tcp::socket socket, std::shared_ptr<handler const> answer) {
    boost::system::error_code error;
    auto const request = co_await detail::read_plain_request(socket, error);
    if (error) co_return;
    std::string const wire = request ? (*answer)(*request).wire() : not_understood();
    co_await detail::send_plain(socket, wire);
  }
  static std::string not_understood() {
    return answer_with(400, "text/plain", "no request that is understood here\n").wire();
  }

  detail::background_context background_;
  detail::loopback_listener listener_;
};

}  // namespace mcpawl::test
