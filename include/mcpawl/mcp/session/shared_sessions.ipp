// mcpawl/mcp/session/shared_sessions.ipp - the bodies of shared_sessions.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/mcp/offer/change_feed.hpp>
#include <mcpawl/mcp/session/forwarded_messages.hpp>
#include <mcpawl/mcp/session/shared_rates.hpp>
#include <mcpawl/mcp/session/shared_sessions.hpp>
#include <mcpawl/mcp/session/shared_state.hpp>
#include <mcpawl/mcp/session/shared_streams.hpp>
#include <mcpawl/store/bus.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/sealed_store.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class shared_sessions::impl final : public change_listener,
                                    public bus_listener,
                                    public std::enable_shared_from_this<impl> {
public:
  impl(server_state const& of, std::shared_ptr<session_table> table, sealer const& seal,
       std::string const& scope, logger log)
      : state_(of),
        table_(std::move(table)),
        clock_(of.options.time),
        log_(std::move(log)),
        self_(random_hex(8)),
        store_(std::make_shared<sealed_store>(of.options.shared_store, seal, scope)),
        streams_(store_, *of.options.time),
        forwarded_(store_, *of.options.time,
                   {[this](session::shared_name const& name) { publish(topic_forwarded, name); },
                    [this](error_code why) { unreachable("message", why); },
                    [this](task<> work) { spawn(std::move(work)); }}),
        bus_(std::make_shared<bus>(of.options.shared_store->make_channel(), seal, scope, *of.options.time,
                                   log_)) {}

  void attach(boost::asio::any_io_executor executor) {
    {
      std::lock_guard const lock(bus_mutex_);
      executor_ = std::move(executor);
    }
    std::shared_ptr<impl> const self = shared_from_this();
    rates_ = shared_rates::make(
        state_, bus::max_text,
        [weak = weak_from_this()](std::string_view text) {
          if (auto const to = weak.lock()) to->publish(topic_rate, text);
        },
        [weak = weak_from_this()] {
          if (auto const by = weak.lock()) by->spawn(by->tell_rates());
        });
    state_.changes->listen(self);
    if (auto const hears = current_bus()) hears->listen(self);
  }

  void close() noexcept {
    std::shared_ptr<bus> last;
    std::lock_guard const lock(bus_mutex_);
    last = std::exchange(bus_, nullptr);
    closed_ = true;
  }

  bool is_current(session const& of) const noexcept { return of.as_of == epoch_; }

  task<bool> refresh(std::shared_ptr<session> of) {
    auto const now = std::chrono::steady_clock::now();
    // a store that does not answer holds up one request in a while, and not each
    if (now.time_since_epoch() < std::chrono::nanoseconds(next_try_.load())) co_return true;
    std::uint64_t const as_of = epoch_, turn = of->listening_turn();
    auto const found = co_await store_->get(record_key(*of));
    if (!found) {
      unreachable("session", found.error());
      co_return true;
    }
    shared_state known;
    if (*found) known = shared_state_of((*found)->value);
    if (known.ended) {
      table_->end_shared(of->name_for_others());
      co_return false;
    }
    if (*found) of->take(known, self_, turn);
    of->as_of = as_of;
    co_return true;
  }

  task<bool> tell(std::shared_ptr<session> of) {
    std::vector<shared_note> const notes = of->take_notes();
    std::vector<shared_note> recorded;
    for (auto const& each : notes) {
      if (each.recorded()) {
        recorded.push_back(each);
        continue;
      }
      bool const passed = co_await pass_on(*of, each);
      if (!passed) co_return false;
    }
    if (recorded.empty()) co_return true;
    std::size_t const max_visits = table_->bounds().each.max_pages;
    std::function<void(shared_state&)> const edit = [&recorded, max_visits](shared_state& state) {
      for (auto const& each : recorded) each.apply(state, max_visits);
    };
    bool const written = co_await write_record(of, edit);
    if (!written) co_return false;
    publish(topic_changed, of->name_for_others());
    co_return true;
  }

  task<bool> end(std::shared_ptr<session> of) {
    std::function<void(shared_state&)> const edit = [](shared_state& state) {
      state = shared_state();
      state.ended = true;
    };
    bool const written = co_await write_record(of, edit);
    if (!written) co_return false;
    publish(topic_ended, of->name_for_others());
    co_return true;
  }

  task<> begin_listening(std::shared_ptr<session> of, bool comes_back) {
    of->initialized();
    bool moved = comes_back;
    std::function<void(shared_state&)> const edit = [this, &moved](shared_state& state) {
      moved = moved || (!state.listener.empty() && state.listener != self_);
      state.listener = self_;
    };
    {
      opening_stream const opening(*of);
      co_await write_record(of, edit);
    }
    publish(topic_changed, of->name_for_others());
    if (moved) of->begin_stream_anew(lists_offered());
    co_await take_messages(of);
  }

  void end_listening(std::shared_ptr<session> of) {
    if (!of->listens_here()) spawn(left(std::move(of)));
  }

  /** A call that may be in flight elsewhere is cancelled. */
  void cancelled(session const& of, std::string_view id) {
    publish(topic_cancelled, of.name_for_others() + std::string(id));
  }

  task<> fetch_stream(std::shared_ptr<session> of, std::string name, std::uint64_t after) {
    auto const news = streams_.news_of(of->name_for_others(), name);
    std::string const wish = of->name_for_others() + name;
    auto const until = std::chrono::steady_clock::now() + stream_patience;
    publish(topic_wanted, wish);
    for (;;) {
      bool const there = co_await streams_.is_there(of->name_for_others(), name);
      if (there) break;
      auto const now = std::chrono::steady_clock::now();
      if (now >= until) co_return;
      co_await news->wait(look_again);
    }
    auto log = of->make_stream();
    of->adopt({name, log});
    std::function<void()> const want = [weak = weak_from_this(), wish] {
      if (auto const self = weak.lock()) self->publish(topic_wanted, wish);
    };
    spawn(streams_.follow(std::move(of), std::move(name), std::move(log), after, news, want));
  }

  forwarded_messages& forwarded() noexcept { return forwarded_; }

  // --- what others tell ----------------------------------------------------------------------------------------

  void changed(change const& what) override {
    if (what.what == change::kind::resource && what.for_some) return;
    std::string text(1, static_cast<char>('0' + static_cast<int>(what.what)));
    text += what.subject;
    if (text.size() > bus::max_text) text = std::string(1, '0' + static_cast<char>(change::kind::resources));
    publish(topic_offer, text);
  }

  void heard(char topic, std::string_view text) override {
    // who may hear of a resource is decided by functions of the user's, which a thread of the store does not run
    if (topic == topic_offer)
      return later([self = shared_from_this(), what = std::string(text)] { self->hear_change(what); });
    if (topic == topic_rate) return rates_->heard(text);
    if (text.size() < name_size) return;
    session::shared_name const name(text.substr(0, name_size));
    std::string const rest(text.substr(name_size));
    if (topic == topic_ended) return table_->end_shared(name);
    if (topic == topic_stream) return streams_.notify(name, rest);
    if (topic == topic_forwarded) return forwarded_.notify(name);
    auto const of = table_->find_shared(name);
    if (!of) return;
    if (topic == topic_changed) {
      of->as_of = 0;
      spawn(refresh(of));
    } else if (topic == topic_cancelled) {
      of->calls().cancel(rest);
    } else if (topic == topic_answer) {
      // who takes it must be who waits for it
      for (auto const id : of->expected())
        if (rest == std::to_string(id)) spawn(take_answer(of, rest));
    } else if (topic == topic_message && of->listens_here()) {
      spawn(take_messages(of));
    } else if (topic == topic_wanted) {
      auto stream = of->find_stream(rest);
      if (!stream.log) return;
      std::function<void()> const ring = [weak = weak_from_this(), wish = name + rest] {
        if (auto const self = weak.lock()) self->publish(topic_stream, wish);
      };
      spawn(streams_.spill(name, rest, std::move(stream.log), ring));
    }
  }

  void missed() override {
    ++epoch_;
    for (auto const& list : lists_offered()) table_->feed().tell(list);
    table_->feed().tell_missed();
    spawn(look_for_answers());
    forwarded_.notify_all();
  }

private:
  static constexpr std::size_t name_size = 32;
  static constexpr std::chrono::milliseconds stream_patience{1500};
  static constexpr std::chrono::milliseconds look_again{100};
  static constexpr std::chrono::seconds store_pause{1};
  static constexpr std::size_t max_rounds = 32;

  static constexpr char topic_offer = 'o', topic_ended = 'e', topic_changed = 'c', topic_cancelled = 'x',
                        topic_answer = 'a', topic_message = 's', topic_wanted = 'w', topic_stream = 'n',
                        topic_forwarded = 'f', topic_rate = 'r';

  /** Says when it is settled that the client listens here; also if that was cancelled. */
  class opening_stream {
  public:
    explicit opening_stream(session& of) : of_(of) { of_.begin_listening(); }
    opening_stream(opening_stream const&) = delete;
    opening_stream& operator=(opening_stream const&) = delete;
    ~opening_stream() { of_.listens_now(); }

  private:
    session& of_;
  };

  static std::string text_of(session::shared_name const& name) { return shared_streams::text_of(name); }
  static std::string record_key(session const& of) { return "session/" + text_of(of.name_for_others()); }

  task<> tell_rates() {
    auto const never = std::make_shared<async_event>();
    co_await never->wait(shared_rates::gathered_for);
    rates_->flush();
  }

  std::shared_ptr<bus> current_bus() {
    std::lock_guard const lock(bus_mutex_);
    return bus_;
  }
  void publish(char topic, std::string_view text) {
    if (auto const to = current_bus()) to->tell(topic, text);
  }

  /** Run something on the executor; not after `close`. */
  template <class F>
  void later(F what) {
    std::lock_guard const lock(bus_mutex_);
    if (!closed_ && executor_) boost::asio::post(executor_, std::move(what));
  }
  template <class Result>
  void spawn(task<Result> work) {
    later([self = shared_from_this(), work = std::move(work)]() mutable {
      boost::asio::co_spawn(self->executor_, std::move(work), [self](auto const&...) {});
    });
  }

  void unreachable(std::string_view what, error_code why) {
    auto const next = std::chrono::steady_clock::now() + store_pause;
    next_try_ = std::chrono::duration_cast<std::chrono::nanoseconds>(next.time_since_epoch()).count();
    log_.write_limited(log_level::warning, "shared_store_failed",
                       {{"operation", what}, {"reason", why.message()}});
  }

  /** Change the record of a session, whoever else does; false if the store cannot be reached. */
  task<bool> write_record(std::shared_ptr<session> of, std::function<void(shared_state&)> const& edit) {
    std::string const key = record_key(*of);
    for (std::size_t round = 0; round != max_rounds; ++round) {
      auto const found = co_await store_->get(key);
      if (!found) {
        unreachable("session", found.error());
        co_return false;
      }
      shared_state state;
      if (*found) state = shared_state_of((*found)->value);
      if (state.ended) co_return true;
      edit(state);
      store_write write(key, json_of(state));
      write.expires(clock_->wall() + table_->bounds().lifetime.count());
      auto const version = *found ? (*found)->version : store_absent;
      auto const written = co_await store_->compare_and_set(std::move(write), version);
      if (!written) {
        unreachable("session", written.error());
        co_return false;
      }
      if (*written) co_return true;
    }
    co_return false;
  }

  /** Put down an answer or a message for the instance that waits for it, and tell that it is there. */
  task<bool> pass_on(session const& of, shared_note const& what) {
    bool const answer = what.what == shared_note::kind::answer;
    std::string const name = text_of(of.name_for_others());
    std::string key = answer ? "answer/" + name + '/' + what.text : "say/" + name + '/' + random_hex(16);
    std::string const told = of.name_for_others() + what.text;
    store_write write(std::move(key), what.body);
    write.expires(clock_->wall() + passing_seconds);
    auto const written = co_await store_->put(std::move(write));
    if (!written) {
      unreachable(answer ? "answer" : "message", written.error());
      co_return false;
    }
    publish(answer ? topic_answer : topic_message, told);
    co_return true;
  }
  static constexpr unix_seconds passing_seconds = 300;

  task<> take_answer(std::shared_ptr<session> of, std::string id) {
    std::string key = "answer/" + text_of(of->name_for_others()) + '/' + id;
    auto const taken = co_await store_->take(std::move(key), durability::relaxed);
    if (!taken || !*taken) co_return;
    boost::system::error_code error;
    auto const value = boost::json::parse((*taken)->value, error);
    auto const* const object = error ? nullptr : value.if_object();
    if (object == nullptr) co_return;
    auto const number = request_id::echoed(boost::json::value(boost::json::string_view(id)));
    if (number) of->on_response(*number, object->if_contains("result"), object->if_contains("error"));
  }

  /** What was told while this instance was deaf. */
  task<> look_for_answers() {
    auto const all = table_->all();
    for (auto const& of : all) {
      auto const expected = of->expected();
      for (auto const id : expected) co_await take_answer(of, std::to_string(id));
      if (of->listens_here()) co_await take_messages(of);
    }
  }

  task<> take_messages(std::shared_ptr<session> of) {
    std::string const prefix = "say/" + text_of(of->name_for_others()) + '/';
    std::string const from_the_first;
    auto const found = co_await store_->scan(prefix, from_the_first, 100);
    if (!found) co_return;
    for (auto const& item : found->items) {
      auto const taken = co_await store_->take(item.key, durability::relaxed);
      if (taken && *taken) of->send((*taken)->value);
    }
  }

  task<> left(std::shared_ptr<session> of) {
    std::function<void(shared_state&)> const edit = [this, &of](shared_state& state) {
      if (state.listener == self_ && !of->listens_here()) state.listener.clear();
    };
    co_await write_record(of, edit);
    publish(topic_changed, of->name_for_others());
  }

  std::vector<change> lists_offered() const {
    std::vector<change> out;
    if (!state_.tools.empty()) out.push_back({change::kind::tools});
    if (!state_.prompts.empty()) out.push_back({change::kind::prompts});
    if (state_.offers_resources()) out.push_back({change::kind::resources});
    return out;
  }

  void hear_change(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '0' + static_cast<int>(change::kind::visit))
      return;
    auto const what = static_cast<change::kind>(text.front() - '0');
    text.remove_prefix(1);
    if (what == change::kind::resource) return state_.tell_updated(table_->feed(), text);
    table_->feed().tell({what, text});
  }

  server_state const& state_;
  std::shared_ptr<session_table> table_;
  clock const* clock_;
  logger log_;
  std::string const self_;  // names this instance in records
  std::shared_ptr<kv_store> store_;
  shared_streams streams_;
  forwarded_messages forwarded_;
  std::shared_ptr<shared_rates> rates_;   // from `attach` on
  std::atomic<std::uint64_t> epoch_ = 1;  // since when nothing was missed
  std::atomic<std::int64_t> next_try_ = 0;
  boost::asio::any_io_executor executor_;
  std::mutex bus_mutex_;
  std::shared_ptr<bus> bus_;  // null after `close`
  bool closed_ = false;
};

MCPAWL_DECL shared_sessions::shared_sessions(server_state const& of, std::shared_ptr<session_table> table,
                                             sealer seal, std::string const& scope, logger log)
    : impl_(std::make_shared<impl>(of, std::move(table), seal, scope, std::move(log))) {}
MCPAWL_DECL shared_sessions::~shared_sessions() { close(); }

MCPAWL_DECL void shared_sessions::attach(boost::asio::any_io_executor executor) {
  impl_->attach(std::move(executor));
}
MCPAWL_DECL void shared_sessions::close() noexcept { impl_->close(); }
MCPAWL_DECL bool shared_sessions::is_current(session const& of) const noexcept {
  return impl_->is_current(of);
}
MCPAWL_DECL task<bool> shared_sessions::refresh(std::shared_ptr<session> of) {
  return impl_->refresh(std::move(of));
}
MCPAWL_DECL task<bool> shared_sessions::tell(std::shared_ptr<session> of) {
  return impl_->tell(std::move(of));
}
MCPAWL_DECL task<bool> shared_sessions::end(std::shared_ptr<session> of) { return impl_->end(std::move(of)); }
MCPAWL_DECL task<> shared_sessions::begin_listening(std::shared_ptr<session> of, bool comes_back) {
  return impl_->begin_listening(std::move(of), comes_back);
}
MCPAWL_DECL void shared_sessions::end_listening(std::shared_ptr<session> of) {
  impl_->end_listening(std::move(of));
}
MCPAWL_DECL task<> shared_sessions::fetch_stream(std::shared_ptr<session> of, std::string name,
                                                 std::uint64_t after) {
  return impl_->fetch_stream(std::move(of), std::move(name), after);
}
MCPAWL_DECL void shared_sessions::cancelled(session const& of, std::string_view id) {
  impl_->cancelled(of, id);
}

MCPAWL_DECL forwarded_messages& shared_sessions::forwarded() const noexcept { return impl_->forwarded(); }

}  // namespace mcpawl::detail
