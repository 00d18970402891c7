// mcpawl/store/postgres_store.ipp - how a store in PostgreSQL is opened, reads and writes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/postgres_bus.hpp>
#include <mcpawl/store/postgres_client.hpp>
#include <mcpawl/store/postgres_fitness.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_request.hpp>
#include <mcpawl/store/postgres_session.hpp>
#include <mcpawl/store/postgres_store.hpp>
#include <mcpawl/store/postgres_target.hpp>
#include <mcpawl/store/quota.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** What the rows of an answer say; one overload for each type that an operation returns. */
inline void read_postgres(PGresult const* rows, std::optional<store_entry>& out) {
  if (PQntuples(rows) == 0) return;
  out.emplace(store_entry{std::string{postgres_bytes(rows, 0, 0)},
                          static_cast<store_version>(postgres_integer(rows, 0, 1)),
                          postgres_integer(rows, 0, 2)});
}
inline void read_postgres(PGresult const* rows, std::optional<store_version>& out) {
  if (PQntuples(rows) != 0) out = static_cast<store_version>(postgres_integer(rows, 0, 0));
}
/** How many rows were changed. */
inline void read_postgres(PGresult const* rows, std::size_t& out) {
  out = std::strtoull(PQcmdTuples(const_cast<PGresult*>(rows)), nullptr, 10);
}
inline void read_postgres(PGresult const* rows, quota_tally::page& out) {
  if (PQntuples(rows) != 1) return;
  out.bytes = static_cast<std::size_t>(postgres_integer(rows, 0, 0));
  out.entries = static_cast<std::size_t>(postgres_integer(rows, 0, 1));
  out.last = std::string{postgres_bytes(rows, 0, 2)};
}
/** One row more than fits means that there is more, as does a value that was left out. */
struct postgres_rows {
  store_page page;
  std::size_t limit = 0;
};
inline void read_postgres(PGresult const* rows, postgres_rows& out) {
  int const count = PQntuples(rows);
  for (int row = 0; row != count; ++row) {
    if (out.page.items.size() == out.limit || PQgetisnull(rows, row, 1) != 0) {
      out.page.next = out.page.items.back().key;
      return;
    }
    out.page.items.push_back(
        {std::string{postgres_bytes(rows, row, 0)},
         {std::string{postgres_bytes(rows, row, 1)},
          static_cast<store_version>(postgres_integer(rows, row, 2)), postgres_integer(rows, row, 3)}});
  }
}

/** A request, its answer, and the coroutine that waits for it. */
template <class T>
class waited_postgres_request final : public postgres_request {
public:
  waited_postgres_request(postgres_operation what, postgres_use use, store_repeat repeat, parameters with,
                          T empty = {})
      : postgres_request(what, use, repeat, std::move(with)), value_(std::move(empty)) {}

  void answer(PGresult const* rows) noexcept override {
    try {
      read_postgres(rows, value_);
    } catch (...) {
      failed_ = store_errc::io;
    }
  }
  void tell() noexcept override { end_->notify(); }
  void fail(error_code why) noexcept override {
    failed_ = why;
    end_->notify();
  }
  std::shared_ptr<async_event> const& end() const noexcept { return end_; }
  result<T> take() {
    if (failed_) return failed_;
    return std::move(value_);
  }

private:
  T value_;
  error_code failed_;
  std::shared_ptr<async_event> end_ = std::make_shared<async_event>();
};

}  // namespace detail

class postgres_store::impl final : public postgres_store {
public:
  impl(detail::postgres_target target, detail::postgres_handle first, postgres_options const& options,
       clock const& time)
      : clock_(time),
        watch_(time, detail::clock_watch::start::on_probation),
        client_(std::make_shared<detail::postgres_client>(
            std::move(target), std::move(first), std::max<std::size_t>(options.connections, 1),
            std::max(options.connections, options.most_connections), options.log)) {}
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  // channels have it, too
  ~impl() override { client_->close(); }

  std::chrono::milliseconds clock_offset() const noexcept override { return client_->clock_offset(); }

  task<result<std::optional<store_entry>>> get(std::string key) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    parameters with;
    with.reserve(2);
    with.emplace_back(std::move(key));
    with.emplace_back(detail::postgres_integer(clock_.wall()));
    co_return co_await ask<std::optional<store_entry>>(operation::get, use::relaxed, repeat::harmless,
                                                       std::move(with));
  }

  task<result<store_version>> put(store_write write) override {
    if (error_code const bad = detail::check_store_write(write)) co_return bad;
    error_code const lacking = co_await make_room(write);
    if (lacking) co_return lacking;
    parameters with = parameters_of(write);
    auto const done = co_await ask<std::size_t>(operation::put, use_of(write.wanted_durability()),
                                                repeat::never, std::move(with));
    if (!done) co_return done.error();
    co_return write.version();
  }

  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    if (error_code const bad = detail::check_store_write(write)) co_return bad;
    bool const insert = expected == store_absent;
    // what is there already is only changed: a registration that is used lives on in a full store
    if (insert) {
      error_code const lacking = co_await make_room(write);
      if (lacking) co_return lacking;
    }
    parameters with = parameters_of(write);
    with.emplace_back(detail::postgres_integer(clock_.wall()));
    if (!insert) with.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(expected)));
    auto const what = insert ? operation::insert : operation::update;
    co_return co_await ask<std::optional<store_version>>(what, use_of(write.wanted_durability()),
                                                         repeat::known, std::move(with));
  }

  task<result<std::optional<store_entry>>> take(std::string key, durability survives) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    parameters with = taking(std::move(key));
    co_return co_await ask<std::optional<store_entry>>(operation::take, use_of(survives), repeat::known,
                                                       std::move(with));
  }

  task<result<std::size_t>> erase(std::string key, durability survives) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    parameters with = taking(std::move(key));
    co_return co_await ask<std::size_t>(operation::erase, use_of(survives), repeat::known, std::move(with));
  }

  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    detail::postgres_rows found;
    found.limit = std::clamp<std::size_t>(limit, 1, max_store_page);
    // no key is behind so many of the last byte
    auto end = detail::end_of_prefix(prefix).value_or(std::string(max_store_key + 1, '\xff'));
    parameters with;
    with.emplace_back(std::move(prefix));
    with.emplace_back(std::move(after));
    with.emplace_back(std::move(end));
    with.emplace_back(detail::postgres_integer(clock_.wall()));
    with.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(found.limit) + 1));
    with.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(max_store_page_bytes)));
    auto rows = co_await ask<detail::postgres_rows>(operation::scan, use::durable, repeat::harmless,
                                                    std::move(with), std::move(found));
    if (!rows) co_return rows.error();
    co_return std::move(rows->page);
  }

  task<result<std::size_t>> purge(std::size_t limit) override {
    if (!watch_.believes()) co_return std::size_t{0};
    parameters with = purging(limit);
    co_return co_await ask<std::size_t>(operation::purge, use::durable, repeat::harmless, std::move(with));
  }

  std::unique_ptr<bus_channel> make_channel() override {
    return std::make_unique<detail::postgres_bus>(client_);
  }

private:
  using operation = detail::postgres_operation;
  using use = detail::postgres_use;
  using repeat = detail::store_repeat;
  using parameters = detail::postgres_request::parameters;

  static use use_of(durability wanted) noexcept {
    return wanted == durability::power_loss ? use::durable : use::relaxed;
  }

  static parameters parameters_of(store_write const& write) {
    parameters out;
    out.reserve(6);
    out.emplace_back(write.key());
    out.emplace_back(write.value());
    out.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(write.version())));
    out.emplace_back(detail::postgres_integer(write.expiry()));
    return out;
  }

  /** The number of who takes is made once: whoever has it gets the entry, however often they ask. */
  parameters taking(std::string key) const {
    parameters out;
    out.emplace_back(std::move(key));
    out.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(detail::make_store_version())));
    out.emplace_back(detail::postgres_integer(clock_.wall()));
    return out;
  }

  parameters purging(std::size_t limit) const {
    constexpr std::size_t most = 10000;  // what goes within the time of a statement
    unix_seconds const now = clock_.wall();
    parameters out;
    out.emplace_back(detail::postgres_integer(now));
    out.emplace_back(detail::postgres_integer(now - detail::postgres_taken_kept));
    out.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(std::min(limit, most))));
    return out;
  }

  /** No coroutine, since a default argument is a temporary of whoever awaits, which g++ 12 may destroy twice. */
  template <class T>
  task<result<T>> ask(operation what, use how, repeat again, parameters with) {
    return ask(what, how, again, std::move(with), T{});
  }
  template <class T>
  task<result<T>> ask(operation what, use how, repeat again, parameters with, T empty) {
    auto const request = std::make_shared<detail::waited_postgres_request<T>>(
        what, how, again, std::move(with), std::move(empty));
    if (!client_->submit(request)) co_return store_errc::closed;
    bool const done = co_await request->end()->wait();
    if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
    co_return request->take();
  }

  /** Before something new is written: have a little of what has expired deleted now and then, and see whether there is room. */
  task<error_code> make_room(store_write const& write) {
    constexpr std::size_t writes_between = 16, swept_at_once = 2 * writes_between;
    if (++writes_ % writes_between == 0 && watch_.believes()) {
      // nobody waits for it
      client_->submit(std::make_shared<detail::waited_postgres_request<std::size_t>>(
          operation::purge, use::durable, repeat::harmless, purging(swept_at_once)));
    }
    auto const which = detail::quota_of(write.key());
    if (!which) co_return error_code{};
    std::size_t const size = write.key().size() + write.value().size();
    std::size_t const most = detail::quota_bytes(*which, bounded_bytes);
    co_await count(*which, size, most);
    if (charge(*which, size, most)) co_return error_code{};
    // what is there already needs no room
    std::string key = write.key();
    auto const found = co_await get(std::move(key));
    store_version const there = found && *found ? (*found)->version : store_absent;
    co_return there == write.version() ? error_code{} : make_error_code(store_errc::over_quota);
  }

  /** Of all operations; one that is being destroyed may outlive the store. */
  struct quota_tallies {
    std::mutex mutex;
    std::array<detail::quota_tally, detail::store_quotas.size()> of;
  };

  /** A count that was begun ends with it, whether there is an answer or not. */
  class counting {
  public:
    counting(std::shared_ptr<quota_tallies> to, std::size_t which) : to_(std::move(to)), which_(which) {}
    counting(counting const&) = delete;
    counting& operator=(counting const&) = delete;
    ~counting() {
      std::lock_guard const lock(to_->mutex);
      if (page_)
        to_->of[which_].add(std::move(*page_));
      else
        to_->of[which_].give_up();
    }
    void answer(detail::quota_tally::page page) { page_ = std::move(page); }

  private:
    std::shared_ptr<quota_tallies> to_;
    std::size_t which_;
    std::optional<detail::quota_tally::page> page_;
  };

  bool charge(std::size_t which, std::size_t size, std::size_t most) {
    std::lock_guard const lock(tallies_->mutex);
    return tallies_->of[which].charge(size, most);
  }

  /** Have a page counted if it is time; whoever comes meanwhile goes on by what is known. That it could not be is no reason to refuse. */
  task<> count(std::size_t which, std::size_t size, std::size_t most) {
    std::string const prefix{detail::store_quotas[which].prefix};
    std::optional<std::string> behind;
    {
      std::lock_guard const lock(tallies_->mutex);
      behind = tallies_->of[which].wants_page(prefix, size, most, clock_.steady());
    }
    if (!behind) co_return;
    counting counted(tallies_, which);
    parameters with;
    with.push_back(std::move(behind));
    with.push_back(detail::end_of_prefix(prefix));
    with.emplace_back(detail::postgres_integer(static_cast<std::int64_t>(detail::quota_tally::page_entries)));
    auto page = co_await ask<detail::quota_tally::page>(operation::count, use::durable, repeat::harmless,
                                                        std::move(with));
    if (page) counted.answer(std::move(*page));
  }

  clock const& clock_;
  detail::clock_watch watch_;
  std::atomic<std::size_t> writes_{0};
  std::shared_ptr<quota_tallies> const tallies_ = std::make_shared<quota_tallies>();
  std::shared_ptr<detail::postgres_client> const client_;
};

MCPAWL_DECL result<std::unique_ptr<postgres_store>> postgres_store::open(std::string const& url,
                                                                         postgres_options options,
                                                                         clock const& time,
                                                                         std::vector<std::string>& why) {
  if (url.find('\0') != std::string::npos) return make_error_code(store_errc::cannot_open);
  auto target = detail::postgres_target::parse(url, options.plain_database.has_value(), why);
  if (!target) return target.error();
  constexpr int never_interrupted = -1;
  constexpr std::chrono::seconds patience{5};
  error_code failed = store_errc::unreachable;
  std::vector<std::string> faults;
  // all servers of the URL may be asked: of a primary and its standbys, one is fit
  for (auto const& server : target->servers()) {
    detail::postgres_session session(never_interrupted);
    faults.clear();
    failed = session.connect(server, std::chrono::steady_clock::now() + patience);
    if (failed) {
      faults.emplace_back(session.reason());
      continue;
    }
    auto const facts = session.look();
    failed = facts ? detail::find_postgres_faults(*facts, &time == &clock::system(), faults) : facts.error();
    if (!failed && facts->schema == 0) failed = session.make_schema();
    if (!failed) failed = session.prepare(detail::postgres_use::relaxed);
    if (failed) continue;
    return std::make_unique<impl>(std::move(*target), std::move(session).take(), options, time);
  }
  why.insert(why.end(), faults.begin(), faults.end());
  if (faults.empty()) why.push_back(failed.message());
  return failed;
}

MCPAWL_DECL result<std::unique_ptr<postgres_store>> postgres_store::open(std::string const& url,
                                                                         postgres_options options,
                                                                         clock const& time) {
  std::vector<std::string> why;
  return open(url, std::move(options), time, why);
}

}  // namespace mcpawl
