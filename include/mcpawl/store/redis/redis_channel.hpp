// mcpawl/store/redis/redis_channel.hpp - a connection that is made again and again, and the operations that go over it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_command.hpp>
#include <mcpawl/store/redis/redis_connect.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_stream.hpp>
#include <mcpawl/store/retry_pauses.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Keeps one connection to the server and has many operations in flight on it.

    What is lost with a connection is sent again over the next one, as far as `store_repeat` allows and the time of the operation
    lasts. Where writes need a barrier (WAIT, WAITAOF), as many as wait go out together with one behind them, and are
    answered when it is.

    @par Lifetime
    Made by `std::make_shared`; the context, the plan and the function outlive it.
    @par Thread safety
    The thread of the context alone, but for `clock_offset`.
*/
class redis_channel : public std::enable_shared_from_this<redis_channel> {
public:
  using steady = std::chrono::steady_clock;
  using time_point = steady::time_point;

  static constexpr std::chrono::milliseconds connect_time{1000};
  static constexpr std::chrono::milliseconds silence{
      2000};  ///< After so long without an answer the connection is given up.
  static constexpr std::chrono::milliseconds barrier_time{
      500};  ///< WAIT waits so long; then the writes are sent again.
  static constexpr std::chrono::seconds ping_interval{
      20};                                          ///< A quiet connection is asked for the time so often.
  static constexpr std::size_t most_at_once = 256;  ///< Writes before one barrier.
  static constexpr std::size_t most_unsent = 256 * 1024;

  /** Called after each attempt to connect, with what was wrong; false ends the channel. */
  using listener = std::function<bool(redis_refusal const&)>;
  /** Called when the server has done nothing, and names another one; false if that leads nowhere. Empty where there is none. */
  using redirector = std::function<bool(std::shared_ptr<redis_request> const&, redis_reply const&)>;

  redis_channel(boost::asio::io_context& context, redis_plan const& plan, bool durable, listener told,
                redirector redirected = {})
      : plan_(plan),
        log_(plan.options.log),
        durable_(durable),
        told_(std::move(told)),
        redirected_(std::move(redirected)),
        tick_(context),
        ping_timer_(context),
        pause_(context) {}

  /** Connect and carry out, until `close`. */
  static task<> run(std::shared_ptr<redis_channel> self) {
    if (self->stream_) self->end();  // an exception ended the run before
    while (!self->over()) {
      redis_refusal wrong;
      auto session = co_await connect_redis(self->plan_, steady::now() + connect_time, wrong);
      bool const connected = session.stream != nullptr;
      if (connected) self->begin(std::move(session));
      bool const goes_on = self->told_(wrong);
      if (!goes_on) break;
      if (connected) {
        co_await self->serve();
        self->end();
      }
      if (self->over()) break;
      self->pause_.expires_after(self->pauses_.next());
      error_code ignored;
      co_await http::detail::wait_for(self->pause_, ignored);
    }
    self->abandon();
  }

  void submit(std::shared_ptr<redis_request> what) {
    waiting_.push_back(std::move(what));
    watch_time();
  }
  /** Send what was submitted. */
  void pump() {
    if (!stream_ || leaving_ || lost_) return;
    std::string out;
    if (!waits()) {
      while (!waiting_.empty() && stream_->backlog() + out.size() < most_unsent) send_next(out);
    } else if (!batch_open_ && !waiting_.empty()) {
      for (std::size_t n = 0; n != most_at_once && !waiting_.empty() && out.size() < most_unsent; ++n)
        send_next(out);
      append_barriers(out);
    }
    put_ += out.size();
    stream_->put(out);
    flush();
  }

  /** Give back what was not sent. */
  std::deque<std::shared_ptr<redis_request>> release() { return std::exchange(waiting_, {}); }
  bool is_connected() const noexcept { return stream_ && !lost_ && !leaving_; }

  /** End when everything that was submitted has an answer. */
  void close() {
    closing_ = true;
    pause_.cancel();
    end_if_over();
  }

  /** After an exception: give the connection up. */
  void recover() noexcept {
    try {
      if (stream_ && !lost_) cut();
    } catch (...) {
      // it will be found lost
    }
  }

  std::chrono::milliseconds clock_offset() const noexcept {
    return std::chrono::milliseconds{offset_.load()};
  }

private:
  enum class kind : unsigned char { request, asking, log_barrier, replica_barrier, ping };
  struct flight {
    kind what;
    std::shared_ptr<redis_request> request;
    std::uint64_t begins;  // among all bytes of the connection
    time_point sent;
  };
  struct held_answer {
    std::shared_ptr<redis_request> request;
    redis_reply reply;
  };

  bool idle() const noexcept {
    return waiting_.empty() && in_flight_.empty() && held_.empty() && again_.empty();
  }
  bool over() const noexcept { return closing_ && idle(); }
  bool waits() const noexcept {
    return durable_ && (fitness_.wait_for_log || fitness_.wait_for_replicas != 0);
  }

  void begin(redis_session session) {
    stream_ = std::move(session.stream);
    scripts_ = std::move(session.scripts);
    fitness_ = session.fitness;
    lost_ = leaving_ = batch_open_ = writing_ = false;
    put_ = stream_->taken() + stream_->backlog();
    begun_ = last_received_ = steady::now();
    note_clock(session.clock_offset);
    arm_ping();
  }

  task<> serve() {
    auto& socket = stream_->socket();
    pump();
    end_if_over();
    while (!lost_) {
      error_code ec;
      co_await http::detail::wait_until_ready(socket, boost::asio::ip::tcp::socket::wait_read, ec);
      for (bool more = !lost_; more && !ec && !lost_;) {
        more = stream_->receive(ec);
        deliver();
      }
      if (ec) break;
      pump();
      end_if_over();
    }
  }

  /** The connection is gone: what was on its way waits again, in its order. */
  void end() {
    ping_timer_.cancel();
    std::uint64_t const taken = stream_->taken();
    std::deque<std::shared_ptr<redis_request>> kept;
    for (auto& each : held_)
      if (each.request->survives_loss()) kept.push_back(std::move(each.request));
    for (auto& each : again_) kept.push_back(std::move(each));
    for (auto& each : in_flight_) {
      if (each.what != kind::request) continue;
      if (each.begins >= taken || each.request->survives_loss()) kept.push_back(std::move(each.request));
    }
    held_.clear();
    again_.clear();
    in_flight_.clear();
    waiting_.insert(waiting_.begin(), std::make_move_iterator(kept.begin()),
                    std::make_move_iterator(kept.end()));
    stream_.reset();
    ++generation_;
    if (steady::now() - begun_ > std::chrono::seconds{1}) pauses_.reset();
    if (!closing_) log_.write_limited(log_level::warning, "redis_connection_lost");
  }

  /** Nobody will carry out anything more. */
  void abandon() {
    tick_.cancel();
    closing_ = true;
    for (auto& each : waiting_) each->give_up(false);
    waiting_.clear();
  }

  void cut() {
    lost_ = true;
    error_code ignored;
    stream_->socket().close(ignored);
  }
  void end_if_over() {
    if (over() && stream_ && !lost_) cut();
  }

  // sending

  void send_next(std::string& out) {
    auto request = std::move(waiting_.front());
    waiting_.pop_front();
    if (request->finished()) return;
    if (request->asking) {
      // it is for the next command alone
      request->asking = false;
      in_flight_.push_back({kind::asking, nullptr, put_ + out.size(), steady::now()});
      append_redis_command(out, {"ASKING"});
    }
    in_flight_.push_back({kind::request, request, put_ + out.size(), steady::now()});
    if (request->script() == redis_script::none) {
      append_redis_command(out, request->words());
      return;
    }
    auto const which = static_cast<std::size_t>(request->script());
    append_redis_count(out, '*', request->words().size() + 2);
    append_redis_word(out, request->whole_text ? "EVAL" : "EVALSHA");
    append_redis_word(out, request->whole_text ? redis_script_texts()[which] : scripts_[which]);
    for (auto const& word : request->words()) append_redis_word(out, word);
  }

  void append_barriers(std::string& out) {
    if (out.empty()) return;
    std::string const time = std::to_string(barrier_time.count());
    if (fitness_.wait_for_log) {
      in_flight_.push_back({kind::log_barrier, nullptr, put_ + out.size(), steady::now()});
      append_redis_command(out, {"WAITAOF", "1", "0", time});
    }
    if (fitness_.wait_for_replicas != 0) {
      in_flight_.push_back({kind::replica_barrier, nullptr, put_ + out.size(), steady::now()});
      append_redis_command(out, {"WAIT", std::to_string(fitness_.wait_for_replicas), time});
    }
    batch_open_ = batch_kept_ = true;
  }

  void flush() {
    if (writing_) return;
    error_code ec;
    if (stream_->flush(ec)) {
      if (ec) cut();
      return;
    }
    writing_ = true;
    auto go_on = [self = shared_from_this(), of = generation_](error_code const& failed) {
      if (of != self->generation_) return;
      self->writing_ = false;
      if (!failed) self->pump();
    };
    stream_->socket().async_wait(boost::asio::ip::tcp::socket::wait_write, std::move(go_on));
  }

  // receiving

  void deliver() {
    while (auto reply = stream_->take()) {
      if (in_flight_.empty()) return cut();  // it answers what nobody asked
      last_received_ = steady::now();
      flight const of = std::move(in_flight_.front());
      in_flight_.pop_front();
      switch (of.what) {
        case kind::request: answered(of.request, std::move(*reply)); break;
        case kind::asking: break;
        case kind::log_barrier: end_batch(!reply->items.empty() && reply->items.front().number >= 1); break;
        case kind::replica_barrier:
          end_batch(reply->is(redis_reply::kind::integer) && reply->number >= fitness_.wait_for_replicas);
          break;
        case kind::ping:
          note_clock(redis_greeting::offset(*reply, asked_, std::chrono::system_clock::now()));
          break;
      }
    }
    if (leaving_ && in_flight_.empty()) cut();
  }

  void answered(std::shared_ptr<redis_request> const& request, redis_reply reply) {
    if (request->finished()) return;
    if (reply.failed()) {
      auto const error = judge_redis_error(reply);
      switch (error.verdict) {
        case redis_verdict::final:
          if (error.code == store_errc::io)
            log_.write_limited(log_level::warning, "redis_error", {{"error", reply.error_word()}});
          return request->finish(make_error_code(error.code));
        case redis_verdict::send_text: request->whole_text = true; return again(request);
        case redis_verdict::elsewhere:
          if (!redirected_) return request->finish(make_error_code(error.code));
          if (!redirected_(request, reply)) request->finish(make_error_code(store_errc::unreachable));
          return;
        case redis_verdict::later:
          request->refused(error.code);
          again_.push_back(request);
          leaving_ = true;  // what else is in flight is answered first
          return;
      }
    }
    if (batch_open_)
      held_.push_back({request, std::move(reply)});
    else
      request->finish(std::move(reply));
  }

  void end_batch(bool kept) {
    batch_kept_ = batch_kept_ && kept;
    if (!in_flight_.empty() && in_flight_.front().what == kind::replica_barrier) return;
    batch_open_ = false;
    for (auto& each : held_) {
      if (batch_kept_)
        each.request->finish(std::move(each.reply));
      else if (each.request->survives_loss())
        again(each.request);
    }
    held_.clear();
  }

  void again(std::shared_ptr<redis_request> request) { waiting_.push_back(std::move(request)); }

  // time

  void watch_time() {
    if (ticking_) return;
    ticking_ = true;
    tick_.expires_after(std::chrono::milliseconds{50});
    tick_.async_wait([self = shared_from_this()](error_code const& ec) {
      self->ticking_ = false;
      if (ec) return;
      self->look_at_time();
      if (!self->idle()) self->watch_time();
    });
  }

  void look_at_time() {
    auto const now = steady::now();
    for (auto const& each : waiting_)
      if (each->deadline() <= now) each->give_up(false);
    std::erase_if(waiting_, [](auto const& each) { return each->finished(); });
    for (auto const& each : again_)
      if (each->deadline() <= now) each->give_up(false);
    for (auto const& each : held_)
      if (each.request->deadline() <= now) each.request->give_up(true);
    for (auto const& each : in_flight_)
      if (each.request && each.request->deadline() <= now)
        each.request->give_up(stream_ && each.begins < stream_->taken());
    if (stream_ && !lost_ && !in_flight_.empty() &&
        now - std::max(last_received_, in_flight_.front().sent) > silence)
      cut();
    end_if_over();
  }

  void arm_ping() {
    ping_timer_.expires_after(ping_interval);
    ping_timer_.async_wait([self = shared_from_this()](error_code const& ec) {
      if (ec || !self->stream_ || self->lost_) return;
      self->send_ping();
      self->arm_ping();
    });
  }
  void send_ping() {
    if (leaving_ || batch_open_) return;
    std::string out;
    in_flight_.push_back({kind::ping, nullptr, put_, steady::now()});
    asked_ = std::chrono::system_clock::now();
    append_redis_command(out, {"TIME"});
    put_ += out.size();
    stream_->put(out);
    flush();
    watch_time();
  }
  void note_clock(std::chrono::milliseconds offset) {
    offset_.store(offset.count());
    if (offset > std::chrono::seconds{-1} && offset < std::chrono::seconds{1}) return;
    std::string const text = std::to_string(offset.count());
    log_.write_limited(log_level::warning, "redis_clock_differs", {{"milliseconds", text}});
  }

  redis_plan const& plan_;
  logger const log_;
  bool const durable_;
  listener const told_;
  redirector const redirected_;

  std::unique_ptr<redis_stream> stream_;
  std::array<std::string, redis_script_count> scripts_;
  redis_fitness fitness_;
  std::uint64_t put_ = 0;  // bytes of the connection so far
  std::uint64_t generation_ = 0;
  bool lost_ = false;     // closed by us
  bool leaving_ = false;  // closed once all is answered
  bool writing_ = false;  // waits until the socket takes more
  bool closing_ = false;
  bool ticking_ = false;
  bool batch_open_ = false, batch_kept_ = false;
  retry_pauses pauses_;  // between two attempts to connect
  time_point begun_, last_received_;
  std::chrono::system_clock::time_point asked_;
  std::atomic<std::int64_t> offset_{0};

  std::deque<std::shared_ptr<redis_request>> waiting_;
  std::deque<flight> in_flight_;
  std::vector<held_answer> held_;                      // until their barrier is answered
  std::vector<std::shared_ptr<redis_request>> again_;  // refused: for the next connection
  boost::asio::steady_timer tick_, ping_timer_, pause_;
};

}  // namespace mcpawl::detail
