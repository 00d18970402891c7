// mcpawl/test/plain_http_server.hpp - lets a double answer on a loopback port, one request per connection
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/test/plain_http.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
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

  plain_http_server() : state_(std::make_shared<state>(context_)) {}
  plain_http_server(plain_http_server const&) = delete;
  plain_http_server& operator=(plain_http_server const&) = delete;
  ~plain_http_server() { stop(); }

  /** Begin to answer, once. The port was open before: nobody who came too early is turned away. */
  void serve(handler answer) {
    state_->answer = std::move(answer);
    boost::asio::co_spawn(context_, accept(state_), boost::asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }

  /** End its thread; nothing is answered any more. */
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  std::uint16_t port() const noexcept { return state_->port; }
  /** `http://127.0.0.1:PORT` */
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port()); }

private:
  using tcp = boost::asio::ip::tcp;
  static constexpr std::size_t max_head = 16 * 1024, max_body = 256 * 1024;

  struct state {
    explicit state(boost::asio::io_context& context)
        : acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          port(acceptor.local_endpoint().port()) {}
    tcp::acceptor acceptor;
    std::uint16_t port;
    handler answer;
  };

  static task<> accept(std::shared_ptr<state> shared) {
    for (;;) {
      boost::system::error_code error;
      auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
      tcp::socket socket = co_await shared->acceptor.async_accept(token);
      if (error) co_return;
      auto const executor = socket.get_executor();
      boost::asio::co_spawn(executor, visit(std::move(socket), shared), boost::asio::detached);
    }
  }

  static task<> visit(tcp::socket socket, std::shared_ptr<state> shared) {
    boost::system::error_code error;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
    std::string text;
    auto buffer = boost::asio::dynamic_buffer(text, max_head);
    std::size_t const head = co_await boost::asio::async_read_until(socket, buffer, "\r\n\r\n", token);
    if (error) co_return;
    std::optional<plain_request> request = read_head(std::string_view(text).substr(0, head - 2));
    std::string reply = answer_with(400, "text/plain", "no request that is understood here\n").wire();
    std::optional<std::size_t> const size = request ? body_size(*request) : std::nullopt;
    if (size) {
      request->body = text.substr(head, *size);
      std::size_t const have = request->body.size();
      request->body.resize(*size);
      auto rest = boost::asio::buffer(request->body.data() + have, *size - have);
      co_await boost::asio::async_read(socket, rest, token);
      if (error) co_return;
      reply = shared->answer(*request).wire();
    }
    co_await boost::asio::async_write(socket, boost::asio::buffer(reply), token);
    if (!reply.empty()) co_return;
    char byte = 0;  // until the client gives up
    co_await socket.async_read_some(boost::asio::buffer(&byte, 1), token);
  }

  static std::optional<plain_request> read_head(std::string_view text) {
    auto const line = [&text] {
      auto const end = text.find("\r\n");
      std::string_view const found = text.substr(0, end);
      text.remove_prefix(end + 2);  // every line has its end
      return found;
    };
    plain_request out;
    std::string_view const first = line();
    auto const space = first.find(' '), last = first.rfind(' ');
    if (space == last || first.substr(last + 1) != "HTTP/1.1" || first[space + 1] != '/') return std::nullopt;
    out.method = first.substr(0, space);
    out.target = first.substr(space + 1, last - space - 1);
    while (!text.empty()) {
      std::string_view const field = line();
      auto const colon = field.find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      out.fields.emplace_back(field.substr(0, colon), http::trim(field.substr(colon + 1)));
    }
    return out;
  }

  static std::optional<std::size_t> body_size(plain_request const& request) {
    if (!request.field("transfer-encoding").empty()) return std::nullopt;
    std::string_view const text = request.field("content-length");
    std::size_t size = 0;
    if (text.empty()) return size;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    bool const number = error == std::errc() && end == text.data() + text.size();
    return number && size <= max_body ? std::optional(size) : std::nullopt;
  }

  boost::asio::io_context context_{1};
  std::shared_ptr<state> state_;
  std::thread thread_;
};

}  // namespace mcpawl::test
