// mcpawl/store/postgres_pipeline.hpp - one connection to PostgreSQL: requests go in, answers come in the same order
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_request.hpp>
#include <mcpawl/store/postgres_statements.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A connection in pipeline mode, or the lack of one.

    Each request is a transaction of its own, so that a refusal leaves the others alone; but look-ups that come together
    are one, which costs a single write of the socket. If one of them is refused, those behind it are sent again.

    @par Lifetime
    What was begun on the context keeps the pipeline alive; after `close` it calls nobody any more.
    @par Thread safety
    The thread of the context alone. */
class postgres_pipeline : public std::enable_shared_from_this<postgres_pipeline> {
public:
  using request = std::shared_ptr<postgres_request>;

  /** Who hears what happens. None of them is called out of `send`. */
  struct callbacks {
    std::function<void(request)>
        again;  ///< To be sent once more, its attempt having done nothing or being repeatable.
    std::function<void(postgres_pipeline&)> idle;  ///< There is room again.
    std::function<void(postgres_pipeline&)> down;  ///< The connection is gone; what was on it has been told.
  };

  /** @param depth  so many requests are on their way at once */
  postgres_pipeline(boost::asio::io_context& context, postgres_use use, std::size_t depth, callbacks tell)
      : use_(use), depth_(depth), tell_(std::move(tell)), socket_(context) {}
  postgres_pipeline(postgres_pipeline const&) = delete;
  postgres_pipeline& operator=(postgres_pipeline const&) = delete;
  ~postgres_pipeline() { drop(); }

  postgres_use use() const noexcept { return use_; }
  bool is_up() const noexcept { return connection_ != nullptr; }
  bool has_room() const noexcept { return is_up() && !dying_ && in_flight_.size() < depth_; }
  bool is_empty() const noexcept { return in_flight_.empty(); }
  /** The earliest deadline of what is on its way; a far one if there is none. */
  postgres_request::time_point deadline() const noexcept {
    auto out = postgres_request::time_point::max();
    for (auto const& each : in_flight_) out = std::min(out, each.what->deadline());
    return out;
  }

  /** Use a connection that `postgres_session` has made. */
  void adopt(postgres_handle connection) {
    drop();
    connection_ = std::move(connection);
    dying_ = false;
    socket_.assign(PQsocket(connection_.get()));
    read();
  }

  /** Send it; for a pipeline with room. `flush` follows. */
  void send(request what) {
    bool const look_up = what->what() == postgres_operation::get;
    if (!look_up) end_batch();
    what->sending();
    auto const& values = what->with();
    std::array<char const*, 8> pointers{};
    std::array<int, 8> lengths{}, formats{};
    for (std::size_t i = 0; i != values.size(); ++i) {
      if (values[i]) {
        pointers[i] = values[i]->data();
        lengths[i] = static_cast<int>(values[i]->size());
      }
      formats[i] = 1;
    }
    auto const& statement = postgres_statements[static_cast<std::size_t>(what->what())];
    bool const taken = PQsendQueryPrepared(connection_.get(), statement.name, static_cast<int>(values.size()),
                                           pointers.data(), lengths.data(), formats.data(), 1) != 0;
    in_flight_.push_back({std::move(what), false});
    // the reading side notices what is broken, and tells
    if (!taken) return hang_up();
    constexpr std::size_t most = 32;
    if (!look_up || ++batched_ == most) end_batch();
  }

  /** Let go what was sent. */
  void flush() {
    if (!is_up()) return;
    end_batch();
    write();
  }

  /** Give the connection up, because it is silent or no good any more; everything on it is told. */
  void give_up() {
    if (is_up()) broken();
  }

  /** End without telling anybody. */
  void close() {
    in_flight_.clear();
    drop();
  }

private:
  void read() {
    auto const on_ready = [self = shared_from_this(), mine = generation_](error_code ec) {
      if (mine == self->generation_ && self->is_up()) self->readable(ec);
    };
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, on_ready);
  }

  void readable(error_code ec) {
    bool const alive = !ec && PQconsumeInput(connection_.get()) != 0;
    auto const keep = shared_from_this();
    std::uint64_t const mine = generation_;
    take_results();
    if (mine != generation_ || !is_up()) return;
    if (!alive) return broken();
    read();
    if (tell_.idle && has_room()) tell_.idle(*this);
  }

  void take_results() {
    int nothing = 0;
    while (is_up() && !in_flight_.empty() && nothing < 2 && PQisBusy(connection_.get()) == 0) {
      postgres_result next(PQgetResult(connection_.get()));
      if (!next) {
        ++nothing;  // the end of one statement, or of what there is
        // without an end of the transaction behind it, this is the end
        if (rows_ && !in_flight_.front().ends) finish(std::exchange(rows_, nullptr));
        continue;
      }
      nothing = 0;
      if (PQresultStatus(next.get()) == PGRES_PIPELINE_SYNC)
        finish(std::exchange(rows_, nullptr));
      else
        rows_ = std::move(next);  // an error of the commit comes after the rows
    }
    // all at once, so that what they ask for next comes at once, too
    for (auto const& each : answered_) each->tell();
    answered_.clear();
  }

  /** The oldest request has its answer; of a write only when its transaction has ended, before that nothing is known. */
  void finish(postgres_result rows) {
    request const done = std::move(in_flight_.front().what);
    in_flight_.pop_front();
    auto const status = rows ? PQresultStatus(rows.get()) : PGRES_FATAL_ERROR;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      done->answer(rows.get());
      answered_.push_back(done);
      return;
    }
    // not done, because of one before it
    if (status == PGRES_PIPELINE_ABORTED) return tell_.again(done);
    auto const [why, verdict] = judge_postgres(postgres_state(rows.get()));
    if (verdict == postgres_verdict::final) return done->fail(done->gave_up(why));
    if (verdict == postgres_verdict::elsewhere) hang_up();
    tell_.again(done);
  }

  /** End the transaction of the youngest request, if it has not been. */
  void end_batch() {
    batched_ = 0;
    if (in_flight_.empty() || std::exchange(in_flight_.back().ends, true)) return;
    if (PQpipelineSync(connection_.get()) == 0) hang_up();
  }

  void write() {
    int const left = PQflush(connection_.get());
    if (left < 0) return hang_up();
    if (left == 0 || writing_) return;
    writing_ = true;
    auto const on_ready = [self = shared_from_this(), mine = generation_](error_code ec) {
      if (mine != self->generation_) return;
      self->writing_ = false;
      if (!ec) self->write();
    };
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write, on_ready);
  }

  /** Take nothing more, and give the connection up as soon as nobody is on the way through here. */
  void hang_up() {
    if (std::exchange(dying_, true)) return;
    auto const later = [self = shared_from_this(), mine = generation_] {
      if (mine == self->generation_) self->give_up();
    };
    boost::asio::post(socket_.get_executor(), later);
  }

  void broken() {
    auto const keep = shared_from_this();
    auto lost = std::exchange(in_flight_, {});
    rows_.reset();
    drop();
    // from the youngest on, since each becomes the next
    for (auto at = lost.rbegin(); at != lost.rend(); ++at) {
      if (at->what->lost_answer())
        tell_.again(std::move(at->what));
      else
        at->what->fail(at->what->gave_up());
    }
    tell_.down(*this);
  }

  void drop() noexcept {
    ++generation_;
    writing_ = false;
    batched_ = 0;
    // the library closes the socket
    if (socket_.is_open()) (void)socket_.release();
    connection_.reset();
  }

  postgres_use const use_;
  std::size_t const depth_;
  callbacks tell_;
  boost::asio::posix::stream_descriptor socket_;
  postgres_handle connection_;
  std::uint64_t generation_ = 0;  // of the connection: what was begun on another is void
  struct sent {
    request what;
    bool ends;  // the transaction ends behind it
  };
  std::deque<sent> in_flight_;
  std::vector<request> answered_;
  std::size_t batched_ = 0;  // look-ups since the last end of a transaction
  postgres_result rows_;
  bool writing_ = false;
  bool dying_ = false;
};

}  // namespace mcpawl::detail
