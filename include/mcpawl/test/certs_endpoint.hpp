// mcpawl/test/certs_endpoint.hpp - publishes the keys of a fake issuer, with every way to fail
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/fake_identity.hpp>
#include <mcpawl/test/loopback_listener.hpp>
#include <mcpawl/test/plain_http.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::test {

/** What the certs endpoint does instead of answering with the keys. */
enum class certs_fault {
  none,             ///< It answers with the keys.
  slow,             ///< It answers with the keys after 150 ms.
  down,             ///< It closes every connection at once.
  hang,             ///< It reads the request and says nothing.
  drip,             ///< It sends one byte every 20 ms.
  endless,          ///< It sends a body that never ends.
  huge,             ///< It sends a good document with 32 MiB of white space.
  truncated,        ///< It closes in the middle of the body.
  html,             ///< 200 with a login page, as Access answers where a path is protected.
  redirect,         ///< 302 to `/elsewhere`, which has the keys.
  error_with_keys,  ///< 500 with the keys in the body.
  not_found,        ///< 404 with the keys in the body.
  bad_json,         ///< 200 with a body that stops being JSON.
  empty_set,        ///< 200 with no keys.
  reset,            ///< It reads the request and resets the connection.
  compressed,       ///< 200 with a body that is said to be gzip, which nobody asked for.
  deep,             ///< 200 with arrays in arrays in arrays.
  same_kid_twice,   ///< 200 with every key twice.
};

/** Serve the keys of a fake Access, or of another fake issuer, on a loopback port.

    It speaks HTTP/1.1 by hand, one request per connection, because its faults are none that a proper
    server could be made to commit.

    @par Lifetime
    What is given to `serve` must live until the executor's context has stopped or `close()` was called.
    @par Thread safety
    `fault()` and the counters may be used from any thread; the rest on the executor's.
*/
class certs_endpoint {
public:
  /** Listen on 127.0.0.1; port 0 takes a free one.

      @par Errors
      Throws `boost::system::system_error` if the port cannot be had. */
  explicit certs_endpoint(boost::asio::any_io_executor executor, std::uint16_t port = 0)
      : listener_(std::move(executor), port) {}
  certs_endpoint(certs_endpoint const&) = delete;
  certs_endpoint& operator=(certs_endpoint const&) = delete;
  ~certs_endpoint() { close(); }

  /** Begin to answer, with the keys of this access at `/cdn-cgi/access/certs` and identities at
      `/cdn-cgi/access/get-identity`. */
  void serve(fake_access const& access) {
    auto keys = [&access] { return access.certs(); };
    auto identity = [&access](plain_request const& asked) -> std::optional<plain_answer> {
      if (asked.path() != get_identity_path) return std::nullopt;
      return get_identity(access, asked.field("cookie"), access.time().wall());
    };
    serve("/cdn-cgi/access/certs", std::move(keys), std::move(identity));
  }

  /** Begin to answer, with the keys at a path of your own and perhaps other responses elsewhere.

      @param keys called for each request, like `others`, on the executor's thread */
  void serve(std::string path, std::function<std::string()> keys,
             std::function<std::optional<plain_answer>(plain_request const&)> others) {
    state_->path = std::move(path);
    state_->keys = std::move(keys);
    state_->others = std::move(others);
    listener_.serve([shared = state_](tcp::socket socket) { return visit(std::move(socket), shared); });
  }

  void close() { listener_.close(); }

  /** `http://127.0.0.1:PORT`, a team domain. */
  std::string team_domain() const { return listener_.origin(); }

  void fault(certs_fault now) noexcept { state_->fault = now; }

  /** Requests for the keys seen so far. */
  int fetches() const noexcept { return state_->fetches; }
  /** Requests for anything else: there should be none. */
  int strays() const noexcept { return state_->strays; }

private:
  using tcp = detail::tcp;

  struct state {
    std::atomic<certs_fault> fault{certs_fault::none};
    std::atomic<int> fetches{0};
    std::atomic<int> strays{0};
    std::string path;
    std::function<std::string()> keys;
    std::function<std::optional<plain_answer>(plain_request const&)> others;
  };

  static task<> visit(tcp::socket socket, std::shared_ptr<state> shared) {
    if (shared->fault == certs_fault::down) {
      ++shared->fetches;
      co_return;
    }
    boost::system::error_code error;
    auto const request = co_await detail::read_plain_request(socket, error);
    if (error) co_return;
    bool const asks_for_keys = request && request->method == "GET" && request->target == shared->path;
    if (asks_for_keys) {
      co_await send_keys(socket, *shared);
      co_return;
    }
    std::string const reply = elsewhere(request.value_or(plain_request()), *shared);
    co_await detail::send_plain(socket, reply);
  }

  /** The response to a request for anything but the keys. */
  static std::string elsewhere(plain_request const& request, state& shared) {
    auto const other = shared.others(request);
    if (!other) ++shared.strays;
    if (request.method == "GET" && request.target == "/elsewhere")
      return whole(200, "application/json", shared.keys());
    return other ? other->wire() : head(404, "text/plain", 0);
  }

  static task<> send_keys(tcp::socket& socket, state& shared) {
    boost::system::error_code error;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
    ++shared.fetches;
    certs_fault const fault = shared.fault;
    std::string const reply = text_for(fault, shared.keys());
    if (fault == certs_fault::reset) {
      socket.set_option(boost::asio::socket_base::linger(true, 0), error);
      co_return;
    }
    if (fault == certs_fault::slow) co_await pause(socket, std::chrono::milliseconds(150));
    if (fault == certs_fault::drip) {
      for (std::size_t i = 0; i != reply.size() && !error; ++i) {
        co_await boost::asio::async_write(socket, boost::asio::buffer(&reply[i], 1), token);
        co_await pause(socket, std::chrono::milliseconds(20));
      }
      co_return;
    }
    if (fault == certs_fault::endless) {
      co_await boost::asio::async_write(socket, boost::asio::buffer(reply), token);
      std::string const block(16 * 1024, ' ');
      while (!error) co_await boost::asio::async_write(socket, boost::asio::buffer(block), token);
      co_return;
    }
    co_await detail::send_plain(socket, reply);
  }

  static task<> pause(tcp::socket& socket, std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(socket.get_executor(), time);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }

  static std::string head(int status, std::string_view type, std::size_t size) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + std::string(type) +
           "\r\nContent-Length: " + std::to_string(size) + "\r\nConnection: close\r\n\r\n";
  }

  static std::string whole(int status, std::string_view type, std::string const& body) {
    return head(status, type, body.size()) + body;
  }

  static std::string text_for(certs_fault fault, std::string const& keys) {
    switch (fault) {
      case certs_fault::hang: return std::string();
      case certs_fault::endless:
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
      case certs_fault::huge:
        return whole(200, "application/json", keys + std::string(std::size_t{32} << 20, ' '));
      case certs_fault::truncated:
        return head(200, "application/json", keys.size()) + keys.substr(0, keys.size() / 2);
      case certs_fault::html:
        return whole(200, "text/html; charset=utf-8",
                     "<!DOCTYPE html><html><head><title>Sign in - Cloudflare Access</title></head></html>");
      case certs_fault::redirect:
        return "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      case certs_fault::error_with_keys: return whole(500, "application/json", keys);
      case certs_fault::not_found: return whole(404, "application/json", keys);
      case certs_fault::bad_json: return whole(200, "application/json", keys.substr(0, keys.size() / 2));
      case certs_fault::empty_set: return whole(200, "application/json", R"({"keys":[],"public_certs":[]})");
      case certs_fault::compressed:
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
               "Content-Length: 4\r\nConnection: close\r\n\r\n\x1f\x8b\x08\x01";
      case certs_fault::deep: return whole(200, "application/json", std::string(20'000, '['));
      case certs_fault::same_kid_twice: {
        auto const first = keys.find('[') + 1;
        std::string const list = keys.substr(first, keys.find(']') - first);
        return whole(200, "application/json", "{\"keys\":[" + list + ',' + list + "]}");
      }
      case certs_fault::none:
      case certs_fault::reset:
      case certs_fault::slow:
      case certs_fault::down:
      case certs_fault::drip: break;
    }
    return whole(200, "application/json", keys);
  }

  detail::loopback_listener listener_;
  std::shared_ptr<state> const state_ = std::make_shared<state>();
};

}  // namespace mcpawl::test
