// mcpawl/store/sqlite_store.ipp - how a store in a SQLite file reads and writes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/sqlite_bus.hpp>
#include <mcpawl/store/sqlite_connection.hpp>
#include <mcpawl/store/sqlite_file.hpp>
#include <mcpawl/store/sqlite_store.hpp>
#include <mcpawl/store/sqlite_writer.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

class sqlite_store::impl final : public sqlite_store {
public:
  impl(std::string path, detail::sqlite_connection writing, clock const& time)
      : path_(std::move(path)),
        clock_(time),
        watch_(time, detail::clock_watch::start::on_probation),
        hub_(std::make_shared<detail::sqlite_bus_hub>(path_ + ".bus")),
        writer_(std::move(writing)) {}
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  // channels have it, too
  ~impl() override { hub_->close(); }

  task<result<std::optional<store_entry>>> get(std::string key) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    auto find = [key = std::move(key), time = &clock_](detail::sqlite_connection& on) {
      return on.get(key, time->wall());
    };
    auto found = read(find);
    if (!found && found.error() == store_errc::busy) {
      found = co_await write<std::optional<store_entry>>(durability::relaxed, std::move(find));
    }
    co_return found;
  }

  task<result<store_version>> put(store_write write_this) override {
    if (error_code const bad = detail::check_store_write(write_this)) co_return bad;
    durability const wanted = write_this.wanted_durability();
    auto put = [write = std::move(write_this), this](detail::sqlite_connection& on) -> result<store_version> {
      if (error_code const ec = make_room(on, write)) return ec;
      return on.put(write);
    };
    co_return co_await write<store_version>(wanted, std::move(put));
  }

  task<result<std::optional<store_version>>> compare_and_set(store_write write_this,
                                                             store_version expected) override {
    if (error_code const bad = detail::check_store_write(write_this)) co_return bad;
    durability const wanted = write_this.wanted_durability();
    auto set = [write = std::move(write_this), expected,
                this](detail::sqlite_connection& on) -> result<std::optional<store_version>> {
      // what is there already is only changed: a registration that is used lives on in a full store
      if (expected == store_absent)
        if (error_code const ec = make_room(on, write)) return ec;
      return on.compare_and_set(write, expected, clock_.wall());
    };
    co_return co_await write<std::optional<store_version>>(wanted, std::move(set));
  }

  task<result<std::optional<store_entry>>> take(std::string key, durability wanted) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    auto take = [key = std::move(key), time = &clock_](detail::sqlite_connection& on) {
      return on.take(key, time->wall());
    };
    co_return co_await write<std::optional<store_entry>>(wanted, std::move(take));
  }

  task<result<std::size_t>> erase(std::string key, durability wanted) override {
    auto const taken = co_await take(std::move(key), wanted);
    if (!taken) co_return taken.error();
    co_return std::size_t{taken->has_value()};
  }

  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    auto find = [prefix = std::move(prefix), after = std::move(after), limit, time = &clock_](
                    detail::sqlite_connection& on) { return on.scan(prefix, after, limit, time->wall()); };
    auto found = read(find);
    if (!found && found.error() == store_errc::busy) {
      found = co_await write<store_page>(durability::relaxed, std::move(find));
    }
    co_return found;
  }

  task<result<std::size_t>> purge(std::size_t limit) override {
    auto purge = [limit, this](detail::sqlite_connection& on) -> result<std::size_t> {
      if (!watch_.believes()) return std::size_t{0};
      return on.purge(limit, clock_.wall());
    };
    co_return co_await write<std::size_t>(durability::relaxed, std::move(purge));
  }

  std::unique_ptr<bus_channel> make_channel() override { return std::make_unique<detail::sqlite_bus>(hub_); }

private:
  /** A function that runs on the writer's thread, its answer, and the coroutine that waits for it. */
  template <class T, class F>
  class queued_job final : public detail::sqlite_job {
  public:
    queued_job(durability wanted, F f) : sqlite_job(wanted), f_(std::move(f)) {}

    error_code perform(detail::sqlite_connection& connection) override {
      answer_ = f_(connection);
      // a refusal has changed nothing, so it need not spoil the work of others
      return answer_ || answer_.error() == store_errc::over_quota ? error_code{} : answer_.error();
    }
    void finish(error_code ec) noexcept override {
      if (ec) answer_ = ec;
      end_->notify();
    }
    std::shared_ptr<detail::async_event> const& end() const noexcept { return end_; }
    result<T>& answer() noexcept { return answer_; }

  private:
    F f_;
    result<T> answer_{make_error_code(store_errc::io)};
    std::shared_ptr<detail::async_event> end_ = std::make_shared<detail::async_event>();
  };

  /** On the writer's thread: delete a little of what has expired, and see whether there is room. */
  error_code make_room(detail::sqlite_connection& on, store_write const& write) {
    constexpr std::size_t swept_on_the_way = 2;
    if (watch_.believes()) {
      auto const swept = on.purge(swept_on_the_way, clock_.wall());
      if (!swept) return swept.error();
    }
    error_code const over = on.check_quota(write, bounded_bytes, clock_.steady());
    if (over != store_errc::over_quota) return over;
    // what is there already needs no room
    auto const found = on.get(write.key(), clock_.wall());
    return found && *found && (*found)->version == write.version() ? error_code{} : over;
  }

  template <class T, class F>
  task<result<T>> write(durability wanted, F f) {
    auto const job = std::make_shared<queued_job<T, F>>(wanted, std::move(f));
    if (!writer_.submit(job)) co_return store_errc::closed;
    bool const done = co_await job->end()->wait();
    if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
    co_return std::move(job->answer());
  }

  /** Run a function that only reads, here and now. */
  template <class F>
  auto read(F& f) -> decltype(f(std::declval<detail::sqlite_connection&>())) {
    std::unique_ptr<detail::sqlite_connection> connection;
    {
      std::lock_guard const lock(mutex_);
      if (!idle_.empty()) {
        connection = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!connection) {
      // an I/O thread does not wait for locks: what is busy is read by the writer, which may
      auto opened = detail::sqlite_connection::open(path_, std::chrono::milliseconds{0});
      if (!opened) return opened.error();
      connection = std::make_unique<detail::sqlite_connection>(std::move(*opened));
    }
    auto found = f(*connection);
    std::lock_guard const lock(mutex_);
    idle_.push_back(std::move(connection));
    return found;
  }

  std::string const path_;
  clock const& clock_;
  detail::clock_watch watch_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<detail::sqlite_connection>> idle_;
  std::shared_ptr<detail::sqlite_bus_hub> const hub_;
  detail::sqlite_writer writer_;
};

MCPAWL_DECL result<std::unique_ptr<sqlite_store>> sqlite_store::open(std::string path, clock const& time,
                                                                     std::chrono::milliseconds patience) {
  if (path.empty() || path.find('\0') != std::string::npos) return make_error_code(store_errc::cannot_open);
  if (error_code const ec = detail::make_sqlite_file(path)) return ec;
  {
    auto const database = detail::connect_sqlite(path, patience);
    if (!database) return database.error();
    // before anything of it is changed
    auto const found = detail::look_at_schema(database->get());
    if (!found) return found.error();
  }
  if (error_code const ec = detail::close_to_others(path)) return ec;
  {
    auto const database = detail::connect_sqlite(path, patience);
    if (!database) return database.error();
    if (error_code const ec = detail::prepare_schema(database->get())) return ec;
  }
  if (error_code const ec = detail::sync_folder_of(path)) return ec;
  auto writing = detail::sqlite_connection::open(path, patience);
  if (!writing) return writing.error();
  return std::make_unique<impl>(std::move(path), std::move(*writing), time);
}

MCPAWL_DECL bool sqlite_store::takes_url(std::string_view url) noexcept {
  auto const colon = url.find(':');
  return colon > url.find('/') || colon == std::string_view::npos || url.starts_with("sqlite:");
}

MCPAWL_DECL result<std::unique_ptr<sqlite_store>> sqlite_store::open_url(std::string_view url,
                                                                         clock const& time) {
  constexpr std::string_view prefix = "sqlite:";
  if (url.starts_with(prefix)) url.remove_prefix(prefix.size());
  return open(std::string{url}, time);
}

}  // namespace mcpawl
