// mcpawl/store/redis/redis_subscriber.hpp - a connection to Redis that hears the messages of a channel, made again and again
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/bus_name.hpp>
#include <mcpawl/store/redis/redis_command.hpp>
#include <mcpawl/store/redis/redis_connect.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/store/redis/redis_stream.hpp>
#include <mcpawl/store/retry_pauses.hpp>
#include <mcpawl/store/told_reasons.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What PUBLISH calls the messages for an instance, or for all. A server has one set of names for all its databases, so those of
    another than the first have its number. */
inline std::string redis_bus_name(redis_options const& of, instance_id to) {
  std::string out = of.prefix + ':';
  if (of.database != 0) out += std::to_string(of.database) + ':';
  return out + bus_name(to);
}

/** Subscribes to what is for all and what is for one instance.

    @par Lifetime
    Made by `std::make_shared`; the context and the plan outlive it.
    @par Thread safety
    Made by any thread, and then that of the context alone. */
class redis_subscriber : public std::enable_shared_from_this<redis_subscriber> {
public:
  using steady = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds connect_time{1000};
  static constexpr std::chrono::milliseconds ping_interval{1000};  ///< A quiet server is asked so often.
  static constexpr std::chrono::milliseconds patience{1500};       ///< So long it may take to answer.

  redis_subscriber(boost::asio::io_context& context, redis_plan const& plan, instance_id self,
                   std::shared_ptr<bus_gate> to)
      : plan_(plan),
        log_(plan.options.log),
        names_{redis_bus_name(plan.options, 0), redis_bus_name(plan.options, self)},
        to_(std::move(to)),
        tick_(context),
        pause_(context) {}
  redis_subscriber(redis_subscriber const&) = delete;
  redis_subscriber& operator=(redis_subscriber const&) = delete;
  ~redis_subscriber() = default;

  /** Connect and hear, until `close`. */
  static task<> run(std::shared_ptr<redis_subscriber> self) {
    if (self->stream_) self->end();  // an exception ended the run before
    while (!self->closing_) {
      redis_refusal wrong;
      auto session = co_await connect_redis(self->plan_, steady::now() + connect_time, wrong);
      if (self->closing_) break;
      if (session.stream) {
        self->begin(std::move(session.stream));
        co_await self->serve();
        self->end();
      } else {
        for (auto const& each : wrong.sentences) self->not_connected(each);
      }
      if (self->closing_) break;
      self->pause_.expires_after(self->pauses_.next());
      error_code ignored;
      co_await http::detail::wait_for(self->pause_, ignored);
    }
  }

  void close() {
    closing_ = true;
    pause_.cancel();
    if (stream_) cut();
  }

  /** After an exception: give the connection up. */
  void recover() noexcept {
    try {
      if (stream_) cut();
    } catch (...) {
      // it will be found lost
    }
  }

private:
  void begin(std::unique_ptr<redis_stream> stream) {
    stream_ = std::move(stream);
    subscribed_ = 0;
    lost_ = false;
    refused_ = false;
    // the answer to SUBSCRIBE is waited for as that to PING
    asked_ = true;
    asked_at_ = last_received_ = steady::now();
    std::string out;
    append_redis_command(out, {"SUBSCRIBE", names_[0], names_[1]});
    stream_->put(out);
    tick();
  }

  task<> serve() {
    auto& socket = stream_->socket();
    flush();
    while (!lost_) {
      error_code ec;
      co_await http::detail::wait_until_ready(socket, boost::asio::ip::tcp::socket::wait_read, ec);
      // others on the thread have their turn in between, however much pours in
      constexpr int most = 16;
      bool more = !lost_;
      for (int n = 0; more && n != most && !ec && !lost_; ++n) {
        more = stream_->receive(ec);
        deliver();
      }
      if (ec) break;
      if (!lost_) flush();
    }
  }

  /** The connection is gone. */
  void end() {
    tick_.cancel();
    stream_.reset();
    bool const was_connected = subscribed_ == std::size(names_);
    subscribed_ = 0;
    if (!closing_ && was_connected) log_.write_limited(log_level::warning, "redis_channel_lost");
    if (!closing_ && !was_connected && !refused_) not_connected("the connection broke");
    to_->disconnected();
  }

  void cut() {
    lost_ = true;
    error_code ignored;
    stream_->socket().close(ignored);
  }

  void flush() {
    error_code ec;
    // what does not go out now does with the next tick
    static_cast<void>(stream_->flush(ec));
    if (ec) cut();
  }

  void deliver() {
    while (auto const reply = stream_->take()) {
      last_received_ = steady::now();
      asked_ = asked_ && subscribed_ != std::size(names_);
      if (!heard(*reply)) return cut();
    }
  }

  /** False if the connection must be made anew. */
  bool heard(redis_reply const& reply) {
    if (reply.failed()) {
      refused_ = true;
      // the word alone: the rest of an error may quote what was sent
      not_connected("SUBSCRIBE was answered " + std::string(reply.error_word().substr(0, 32)));
      return false;
    }
    if (!reply.is(redis_reply::kind::array) || reply.items.empty()) return false;
    auto const& items = reply.items;
    std::string_view const what = items[0].text;
    if (what == "pong") return true;
    if (items.size() != 3) return false;
    if (what == "message") return subscribed_ != std::size(names_) || to_->message(items[2].text);
    if (what != "subscribe" || subscribed_ == std::size(names_)) return false;
    if (++subscribed_ != std::size(names_)) return true;
    asked_ = false;
    pauses_.reset();
    failures_.forget();
    log_.write_limited(log_level::info, "redis_channel_connected");
    return to_->connected();
  }

  void tick() {
    tick_.expires_after(std::chrono::milliseconds{250});
    tick_.async_wait([self = shared_from_this()](error_code const& ec) {
      if (ec || !self->stream_ || self->lost_) return;
      self->look_at_time();
      if (!self->lost_) self->tick();
    });
  }

  void look_at_time() {
    auto const now = steady::now();
    if (!asked_ && now - last_received_ > ping_interval) {
      asked_ = true;
      asked_at_ = now;
      std::string out;
      append_redis_command(out, {"PING"});
      stream_->put(out);
    } else if (asked_ && now - asked_at_ > patience) {
      // this process may have been stopped, and the answer be there
      error_code ec;
      for (bool more = true; more && !ec;) more = stream_->receive(ec);
      deliver();
      if (!lost_ && (ec || asked_)) return cut();
    }
    if (!lost_) flush();
  }

  void not_connected(std::string const& reason) {
    if (failures_.is_new(reason))
      log_.write_limited(log_level::warning, "redis_channel_not_connected", {{"reason", reason}});
  }

  redis_plan const& plan_;
  logger const log_;
  std::string const names_[2];
  std::shared_ptr<bus_gate> const to_;
  std::unique_ptr<redis_stream> stream_;
  std::size_t subscribed_ = 0;
  bool asked_ = false;    // and not answered
  bool lost_ = false;     // closed by us
  bool refused_ = false;  // and told
  bool closing_ = false;
  steady::time_point asked_at_, last_received_;
  retry_pauses pauses_;
  told_reasons failures_;
  boost::asio::steady_timer tick_, pause_;
};

}  // namespace mcpawl::detail
