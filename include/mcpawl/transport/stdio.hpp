// mcpawl/transport/stdio.hpp - MCP over a pair of streams, one message a line
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/transport/channel_client.hpp>
#include <mcpawl/transport/event_stream.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace mcpawl::detail {

/** A descriptor of somebody else's, used without blocking and given back as it was.

    Works for pipes, sockets, terminals and files. */
class borrowed_stream {
public:
  /** @par Errors
      Throws `std::system_error` if it is not open. */
  borrowed_stream(boost::asio::any_io_executor executor, int descriptor)
      : original_(descriptor), flags_(::fcntl(descriptor, F_GETFL)), stream_(std::move(executor)) {
    int const copy = flags_ < 0 ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) throw std::system_error(errno, std::generic_category(), "mcpawl: a stream for stdio");
    stream_.assign(copy);
    ::fcntl(descriptor, F_SETFL, flags_ | O_NONBLOCK);
  }
  ~borrowed_stream() { ::fcntl(original_, F_SETFL, flags_); }
  borrowed_stream(borrowed_stream const&) = delete;
  borrowed_stream& operator=(borrowed_stream const&) = delete;

  int descriptor() { return stream_.native_handle(); }
  void close() {
    error_code ignored;
    stream_.close(ignored);
  }
  bool closed() const { return !stream_.is_open(); }

  /** Wait until it can be read or written; false if it was closed. */
  task<bool> ready(boost::asio::posix::stream_descriptor::wait_type what) {
    error_code ec;
    co_await stream_.async_wait(what, boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    co_return !ec;
  }

private:
  int original_;
  int flags_;
  boost::asio::posix::stream_descriptor stream_;
};

/** Serves one client over two streams (MCP "stdio", all revisions).

    Each message is a line of UTF-8; nothing else is ever written. A line that is no message, or too long, is
    answered by an error, and the stream goes on. Requests are answered as they are ready, not in their order.
    @par Thread safety
    Belongs to the thread of its executor.
*/
class stdio_link final {
public:
  stdio_link(boost::asio::any_io_executor executor, int input, int output, dispatcher protocol,
             limits const& bounds, logger log)
      : executor_(executor),
        in_(executor, input),
        out_(executor, output),
        protocol_(std::move(protocol)),
        bounds_(bounds),
        log_(std::move(log)),
        client_(std::make_shared<line_client>()),
        over_(std::make_shared<async_event>()),
        written_(std::make_shared<async_event>()) {
    client_->on_call_over = over_->notifier();
  }
  stdio_link(stdio_link const&) = delete;
  stdio_link& operator=(stdio_link const&) = delete;
  ~stdio_link() { protocol_.known().table().close(); }

  /** Serve until the input ends or `stop`, then let calls finish within `drain_timeout`. Run `write` beside
      it.

      @param who  what every message comes from. */
  task<> read(caller who) {
    std::string buffer;
    bool skipping = false;
    while (!stopping_ && !out_.closed()) {
      std::array<char, 65536> bytes;
      auto const got = ::read(in_.descriptor(), bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) {
        if (!co_await in_.ready(boost::asio::posix::stream_descriptor::wait_read)) break;
        continue;
      }
      if (got <= 0) break;
      std::string_view rest{bytes.data(), static_cast<std::size_t>(got)};
      while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        if (!skipping) buffer += rest.substr(0, end);
        bool const whole = end != rest.size();
        rest.remove_prefix(whole ? end + 1 : end);
        if (!skipping && buffer.size() > bounds_.body_bytes) {
          refuse("the message is too large");
          buffer.clear();
          skipping = true;
        }
        if (!whole) break;
        if (!skipping) receive(buffer, who);
        skipping = false;
        buffer.clear();
        co_await client_->room();
      }
    }
    if (!buffer.empty() && !stopping_) receive(buffer, who);
    co_await drain();
  }

  /** Write what there is for the client until `read` is done with it. */
  task<> write() {
    log_reader reader(client_->out(), written_);
    std::uint64_t cursor = 0;
    std::string bytes;
    std::string message;
    for (;;) {
      auto got = reader.next(cursor, message);
      while (got == event_log::reading::message) {
        append_line(bytes, message);
        if (bytes.size() >= max_gathered) break;
        got = reader.next(cursor, message);
      }
      if (!bytes.empty()) {
        if (!co_await write_all(bytes)) break;
        bytes.clear();
      } else if (got == event_log::reading::none) {
        co_await written_->wait();
      } else {
        break;
      }
    }
    out_.close();
    in_.close();
  }

  /** Until when calls may go on; the past, unless it drains. */
  async_event::time_point deadline() const noexcept { return until_; }

  /** Read no more; `read` then drains and returns. */
  void stop() {
    stopping_ = true;
    in_.close();
  }

private:
  static constexpr std::size_t max_gathered = 64 * 1024;

  /** The client; its calls wait when it does not read. */
  class line_client final : public channel_client {
  public:
    line_client() { out()->on_room(room_->notifier()); }

    task<> take(std::string message) override {
      say(std::move(message));
      co_await room();
    }
    /** Wait until not too much waits to be written. */
    task<> room() {
      constexpr std::size_t max_queued = 256;
      while (out()->backlog() > max_queued) co_await room_->wait();
    }

  private:
    std::shared_ptr<async_event> const room_ = std::make_shared<async_event>();  // when a line was taken
  };

  void refuse(char const* why) { client_->out()->append(write_error({}, {rpc_code::invalid_request, why})); }

  void receive(std::string_view line, caller const& who) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    // without a policy nothing requires scopes
    std::ignore = client_->receive(protocol_, line, who, executor_);
  }

  /** Append a message as a line: a line break between its parts means nothing and becomes a space. */
  static void append_line(std::string& bytes, std::string& message) {
    for (char& c : message)
      if (c == '\n' || c == '\r') c = ' ';
    bytes += message;
    bytes += '\n';
  }

  task<bool> write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::write(out_.descriptor(), bytes.data(), bytes.size());
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        if (!co_await out_.ready(boost::asio::posix::stream_descriptor::wait_write)) co_return false;
      } else if (errno != EINTR) {
        log_.info("client_gone", {{"reason", std::generic_category().message(errno)}});
        co_return false;
      }
    }
    co_return true;
  }

  /** End what would wait for ever, let the rest finish, and let it all be written. */
  task<> drain() {
    auto const until = until_ = std::chrono::steady_clock::now() + bounds_.drain_timeout;
    protocol_.known().table().close();
    if (auto const session = client_->channel().session()) session->stop_waiting();
    while (client_->running() != 0 && !out_.closed()) {
      auto const left = until - std::chrono::steady_clock::now();
      if (left.count() <= 0) break;
      co_await over_->wait(std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    client_->channel().end();
    client_->out()->finish();
  }

  boost::asio::any_io_executor executor_;
  borrowed_stream in_;
  borrowed_stream out_;
  dispatcher protocol_;
  limits const& bounds_;
  logger log_;
  std::shared_ptr<line_client> client_;
  std::shared_ptr<async_event> over_;     // when a call is over
  std::shared_ptr<async_event> written_;  // when there is something to write
  bool stopping_ = false;
  async_event::time_point until_ = {};  // when calls must have finished; once it drains
};

}  // namespace mcpawl::detail
