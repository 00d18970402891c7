// mcpawl/store/postgres_listener.hpp - a connection to PostgreSQL that hears the messages of a channel, made again and again
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/bus_name.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_notification.hpp>
#include <mcpawl/store/retry_pauses.hpp>
#include <mcpawl/store/told_reasons.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Listens to what is for all and what is for one instance.

    A new connection counts when a notification that went out over another one has come back over it: a pooler that
    lends connections for a transaction each loses what comes in between.

    @par Lifetime
    What was begun on the context keeps it alive; after `stop` it calls nobody any more.
    @par Thread safety
    Made by any thread, and then that of the context alone. */
class postgres_listener : public std::enable_shared_from_this<postgres_listener> {
public:
  using steady = std::chrono::steady_clock;
  using answer = std::function<void(result<postgres_handle>)>;

  static constexpr std::chrono::milliseconds ping_interval{1000};  ///< A quiet server is asked so often.
  static constexpr std::chrono::milliseconds patience{1500};       ///< So long it may take to answer.
  static constexpr std::chrono::milliseconds proof_time{1000};

  struct callbacks {
    /** Make a connection that listens to these names; the answer comes on the thread of the context. */
    std::function<void(std::vector<std::string>, answer)> connect;
    std::function<void(std::shared_ptr<postgres_request>)> send;
  };

  postgres_listener(boost::asio::io_context& context, instance_id self, std::shared_ptr<bus_gate> to,
                    logger log, callbacks ask)
      : self_(self),
        to_(std::move(to)),
        log_(std::move(log)),
        ask_(std::move(ask)),
        socket_(context),
        tick_(context),
        pause_(context) {}
  postgres_listener(postgres_listener const&) = delete;
  postgres_listener& operator=(postgres_listener const&) = delete;
  ~postgres_listener() { drop(); }

  void start() { connect(); }

  /** End; the receiver learns that there is no connection any more, if it is still there. */
  void stop() {
    stopped_ = true;
    pause_.cancel();
    drop();
    to_->disconnected();
  }

private:
  enum class state : unsigned char { none, proving, connected };

  void connect() {
    std::vector<std::string> names{postgres_bus_name(0), postgres_bus_name(self_)};
    ask_.connect(std::move(names), [self = shared_from_this()](result<postgres_handle> made) {
      if (!self->stopped_) self->connected(std::move(made));
    });
  }

  void connected(result<postgres_handle> made) {
    if (!made) return not_connected(made.error().message());
    connection_ = std::move(*made);
    socket_.assign(PQsocket(connection_.get()));
    pinged_ = false;
    last_received_ = steady::now();
    state_ = state::proving;
    tick();
    read();
    prove();
  }

  /** Send a notification to ourselves by the connection of all others. */
  void prove() {
    // what no message can be, since they are base64
    proof_ = "?" + random_hex(8);
    proof_sent_ = false;
    auto told = [self = shared_from_this(), mine = generation_](error_code failed) {
      if (mine != self->generation_ || self->state_ != state::proving) return;
      if (failed) return self->not_connected(failed.message());
      self->proof_sent_ = true;
      self->proof_until_ = steady::now() + proof_time;
    };
    ask_.send(std::make_shared<postgres_notification>(self_, proof_, std::move(told)));
  }

  void read() {
    auto const on_ready = [self = shared_from_this(), mine = generation_](error_code ec) {
      if (mine != self->generation_) return;
      bool const alive = !ec && self->receive();
      if (mine != self->generation_) return;
      if (!alive) return self->broken();
      self->read();
    };
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, on_ready);
  }

  /** Take what has come; false if the connection is at its end, or the receiver has failed. */
  bool receive() {
    bool const alive = PQconsumeInput(connection_.get()) != 0;
    auto const mine = generation_;
    while (std::unique_ptr<PGnotify, freer> const next{PQnotifies(connection_.get())}) {
      last_received_ = steady::now();
      if (!heard(next->extra)) return false;
      if (mine != generation_) return true;
    }
    while (pinged_ && PQisBusy(connection_.get()) == 0) {
      postgres_result const done(PQgetResult(connection_.get()));
      if (done) continue;
      pinged_ = false;
      last_received_ = steady::now();
    }
    return alive;
  }

  bool heard(std::string_view payload) {
    if (state_ == state::proving) {
      if (payload != proof_) return true;
      state_ = state::connected;
      pauses_.reset();
      failures_.forget();
      log_.write_limited(log_level::info, "postgres_channel_connected");
      return to_->connected();
    }
    // whoever may use the database can send anything
    auto const message = decode_base64(payload);
    if (!message || message->size() > bus_channel::max_message) return true;
    return to_->message(*message);
  }

  void tick() {
    tick_.expires_after(std::chrono::milliseconds{250});
    tick_.async_wait([self = shared_from_this(), mine = generation_](error_code) {
      if (mine != self->generation_) return;
      self->look_at_time();
      if (mine == self->generation_) self->tick();
    });
  }

  void look_at_time() {
    auto const now = steady::now();
    if (state_ == state::proving && proof_sent_ && now > proof_until_)
      return not_connected(
          "what NOTIFY sends does not come back: behind PgBouncer only session pooling can be used");
    if (!pinged_ && now - last_received_ > ping_interval) return ping(now);
    if (!pinged_ || now - std::max(pinged_at_, last_received_) <= patience) return;
    // this process may have been stopped, and the answer be there
    auto const mine = generation_;
    bool const alive = receive();
    if (mine == generation_ && (!alive || (pinged_ && last_received_ < pinged_at_))) broken();
  }

  void ping(steady::time_point now) {
    pinged_ = true;
    pinged_at_ = now;
    if (PQsendQuery(connection_.get(), "") == 0 || PQflush(connection_.get()) < 0) broken();
  }

  void broken() {
    log_.write_limited(log_level::warning, "postgres_channel_lost");
    again();
  }
  void not_connected(std::string const& reason) {
    if (failures_.is_new(reason))
      log_.write_limited(log_level::warning, "postgres_channel_not_connected", {{"reason", reason}});
    again();
  }

  void again() {
    drop();
    to_->disconnected();
    pause_.expires_after(pauses_.next());
    pause_.async_wait([self = shared_from_this()](error_code) {
      if (!self->stopped_) self->connect();
    });
  }

  void drop() noexcept {
    ++generation_;
    state_ = state::none;
    tick_.cancel();
    // the library closes the socket
    if (socket_.is_open()) (void)socket_.release();
    connection_.reset();
  }

  struct freer {
    void operator()(PGnotify* it) const noexcept { PQfreemem(it); }
  };

  instance_id const self_;
  std::shared_ptr<bus_gate> const to_;
  logger const log_;
  callbacks const ask_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer tick_, pause_;
  postgres_handle connection_;
  std::uint64_t generation_ = 0;  // of the connection: what was begun on another is void
  state state_ = state::none;
  bool stopped_ = false;
  bool pinged_ = false;  // and not answered
  steady::time_point pinged_at_, last_received_;
  std::string proof_;
  bool proof_sent_ = false;
  steady::time_point proof_until_;
  retry_pauses pauses_;
  told_reasons failures_;
};

}  // namespace mcpawl::detail
