// mcpawl/test/loopback_listener.hpp - what the servers of doubles share: a loopback port, a thread, a request read by
// hand
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/test/plain_http.hpp>
#include <mcpawl/text/number_text.hpp>

#include <boost/asio/any_io_executor.hpp>
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

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace mcpawl::test::detail {

using tcp = boost::asio::ip::tcp;

/** An `io_context` with a thread that runs it once it is started. */
class background_context {
public:
  background_context() = default;
  background_context(background_context const&) = delete;
  background_context& operator=(background_context const&) = delete;
  ~background_context() { stop(); }

  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  void start() {
    thread_ = std::thread([this] { context_.run(); });
  }
  /** End the thread; what it was doing is left where it is. */
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

private:
  boost::asio::io_context context_{1};
  std::thread thread_;
};

/** Listens at 127.0.0.1 from when it is made, and hands each connection to a function.

    @par Thread safety
    `port` and `origin` are for any thread, the rest for the executor's. */
class loopback_listener {
public:
  /** Serves one connection, which ends when it returns. */
  using visit = std::function<task<>(tcp::socket)>;

  /** @param port  0 takes a free one. */
  explicit loopback_listener(boost::asio::any_io_executor executor, std::uint16_t port = 0)
      : state_(std::make_shared<state>(std::move(executor), port)) {}
  loopback_listener(loopback_listener const&) = delete;
  loopback_listener& operator=(loopback_listener const&) = delete;
  ~loopback_listener() { close(); }

  /** Begin to accept, once. The port was open before: nobody who came too early is turned away. */
  void serve(visit each) {
    state_->each = std::move(each);
    boost::asio::co_spawn(state_->acceptor.get_executor(), accept(state_), boost::asio::detached);
  }
  void close() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
  }

  std::uint16_t port() const noexcept { return state_->port; }
  /** `http://127.0.0.1:PORT` */
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port()); }

private:
  struct state {
    state(boost::asio::any_io_executor executor, std::uint16_t wanted)
        : acceptor(std::move(executor), tcp::endpoint(boost::asio::ip::address_v4::loopback(), wanted)),
          port(acceptor.local_endpoint().port()) {}
    tcp::acceptor acceptor;
    std::uint16_t port;
    visit each;
  };

  static task<> accept(std::shared_ptr<state> shared) {
    for (;;) {
      boost::system::error_code error;
      auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
      tcp::socket socket = co_await shared->acceptor.async_accept(token);
      if (error) co_return;
      auto const executor = socket.get_executor();
      boost::asio::co_spawn(executor, shared->each(std::move(socket)), boost::asio::detached);
    }
  }

  std::shared_ptr<state> state_;
};

inline constexpr std::size_t max_plain_head = 16 * 1024, max_plain_body = 256 * 1024;

/** Read the line and the fields of a request; nothing if it has not the form that clients of tests send. */
inline std::optional<plain_request> read_plain_head(std::string_view text) {
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

/** How long the body is; nothing if it is too long, or of another form. */
inline std::optional<std::size_t> plain_body_size(plain_request const& request) {
  if (!request.field("transfer-encoding").empty()) return std::nullopt;
  std::string_view const text = request.field("content-length");
  std::size_t size = 0;
  if (text.empty()) return size;
  bool const number = mcpawl::detail::read_number(text, size);
  return number && size <= max_plain_body ? std::optional(size) : std::nullopt;
}

/** Read one request; nothing if it is none that is understood here. `error` is set if the client left before. */
inline task<std::optional<plain_request>> read_plain_request(tcp::socket& socket,
                                                             boost::system::error_code& error) {
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
  std::string text;
  auto buffer = boost::asio::dynamic_buffer(text, max_plain_head);
  std::size_t const head = co_await boost::asio::async_read_until(socket, buffer, "\r\n\r\n", token);
  if (error) co_return std::nullopt;
  std::optional<plain_request> request = read_plain_head(std::string_view(text).substr(0, head - 2));
  std::optional<std::size_t> const size = request ? plain_body_size(*request) : std::nullopt;
  if (!size) co_return std::nullopt;
  request->body = text.substr(head, *size);
  std::size_t const have = request->body.size();
  request->body.resize(*size);
  auto rest = boost::asio::buffer(request->body.data() + have, *size - have);
  co_await boost::asio::async_read(socket, rest, token);
  co_return request;
}

/** Send what goes over the wire; of an empty text nothing, and the connection stays until the client gives up. */
inline task<> send_plain(tcp::socket& socket, std::string const& wire) {
  boost::system::error_code ignored;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
  co_await boost::asio::async_write(socket, boost::asio::buffer(wire), token);
  if (!wire.empty()) co_return;
  char byte = 0;
  co_await socket.async_read_some(boost::asio::buffer(&byte, 1), token);
}

}  // namespace mcpawl::test::detail
