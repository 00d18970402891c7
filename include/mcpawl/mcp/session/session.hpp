// mcpawl/mcp/session/session.hpp - what a server remembers of one session: requests, calls, streams,
// subscriptions
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>
#include <mcpawl/mcp/offer/change_feed.hpp>
#include <mcpawl/mcp/session/budget.hpp>
#include <mcpawl/mcp/session/call_table.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/response_collector.hpp>
#include <mcpawl/mcp/session/shared_state.hpp>
#include <mcpawl/mcp/types/client_profile.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A session of the handshake revisions while this process knows it.

    What makes a session survive a restart is in its id (session_manager.hpp); what is here does not, and is
    made anew: streams, subscriptions, requests that wait. Where instances share a store, what the others have to know
    is noted here and told them by `shared_sessions`.

    @par Thread safety
    Any thread. It never calls out with its lock held, but to post.
*/
class session final : public change_listener {
public:
  /** @param own  the stream for what belongs to no call, if the transport has just one. */
  session(revision protocol, client_profile who, std::shared_ptr<event_log> own = {})
      : protocol_(protocol),
        client_(std::move(who)),
        calls_(std::make_shared<call_table>()),
        own_(std::move(own)),
        shares_stream_(own_ != nullptr) {}

  /** Count what it keeps; once, before it is used.

      @param account  what the caller is counted by. */
  void charge_to(std::shared_ptr<budgets> all, std::string_view account) {
    subscribed_bytes_ = all->open(account, budget_item::bytes);
    budgets_ = std::move(all);
    account_ = account;
  }
  /** A stream of it that a client may come back to; what it keeps is counted. */
  std::shared_ptr<event_log> make_stream() const {
    charge held = budgets_ ? budgets_->open(account_, budget_item::bytes) : charge();
    return std::make_shared<event_log>(event_log::retention::keep, std::move(held), bounds());
  }

  revision protocol() const noexcept { return protocol_; }
  client_profile const& client() const noexcept { return client_; }
  call_table& calls() noexcept { return *calls_; }

  /** The least severity the client wants to be told of, as it set it; negative if it did not. */
  int log_level() const noexcept { return log_level_; }
  void set_log_level(int least) {
    std::lock_guard const lock{mutex_};
    log_level_ = least;
    note(shared_note::kind::level, std::to_string(least));
  }

  /** Whether something goes on in it, so that it is not idle however long it says nothing. */
  bool busy() const {
    if (!calls_->empty()) return true;
    std::lock_guard const lock{mutex_};
    return own_ && own_->being_read();
  }

  // --- requests to the client -------------------------------------------------------------------------------

  /** Expect the response to a request of ours; returns the id to send it with. */
  std::uint64_t expect(std::shared_ptr<response_collector> const& collector, std::size_t index,
                       std::string_view method) {
    std::lock_guard const lock{mutex_};
    if (next_request_ == 0) {
      // a client must not see an id twice in a session, also when we were restarted in between
      std::uint32_t start = 0;
      fill_random({reinterpret_cast<unsigned char*>(&start), sizeof start});
      next_request_ = (static_cast<std::uint64_t>(start) << 16) + 1;
    }
    std::uint64_t const id = next_request_++;
    waiting_[id] = {collector, index, method};
    if (ended_) collector->abandon();
    return id;
  }

  /** Expect a response no longer. */
  void forget(std::uint64_t id) noexcept {
    std::lock_guard const lock{mutex_};
    waiting_.erase(id);
  }

  /** The requests that wait for a response. */
  std::vector<std::uint64_t> expected() const {
    std::vector<std::uint64_t> out;
    std::lock_guard const lock{mutex_};
    for (auto const& [id, w] : waiting_) out.push_back(id);
    return out;
  }

  /** Hand a response to who waits for it; one that nobody waits for is dropped, or is for another instance. */
  void on_response(request_id const& id, boost::json::value const* result, boost::json::value const* error) {
    std::uint64_t number = 0;
    std::string const& text = id.json();
    if (std::from_chars(text.data(), text.data() + text.size(), number).ptr != text.data() + text.size())
      return;
    std::lock_guard const lock{mutex_};
    auto const found = waiting_.find(number);
    if (found == waiting_.end()) {
      if (shared_name_.empty()) return;
      std::string body;
      append_json(body, result != nullptr ? *result : error != nullptr ? *error : boost::json::value());
      body.insert(0, result != nullptr ? R"({"result":)" : R"({"error":)");
      note(shared_note::kind::answer, std::to_string(number), body + '}');
      return;
    }
    waiter const w = found->second;
    waiting_.erase(found);
    auto const collector = w.collector.lock();
    if (!collector) return;
    client_response a;
    if (result && !error && is_result_of(w.method, *result)) {
      a.result = boost::json::value(*result, {});
    } else {
      a.refusal = refusal_of(error);
    }
    collector->deliver(w.index, std::move(a));
  }

  /** Note that the client was sent to a page, to tell it and nobody else when that is done. */
  void sent_to_page(std::string visit) {
    std::lock_guard const lock{mutex_};
    note(shared_note::kind::visit, visit);
    remember_visit(std::move(visit));
  }

  // --- streams --------------------------------------------------------------------------------------------

  /** A stream as its events name it: what stands before the dash of `Last-Event-ID`. */
  struct stream {
    std::string name;
    std::shared_ptr<event_log> log;
  };

  /** Keep the stream of a call for a client that comes back; returns its name. */
  std::string keep(std::shared_ptr<event_log> log) {
    std::lock_guard const lock{mutex_};
    if (ended_) log->finish();
    if (streams_.size() >= bounds().max_kept_streams) streams_.pop_front();
    streams_.push_back({"c" + tag() + std::to_string(++named_), std::move(log)});
    return streams_.back().name;
  }

  /** The stream for what belongs to no call. */
  stream own_stream() {
    std::lock_guard const lock{mutex_};
    return {"s" + tag(), own()};
  }

  /** The stream of that name; no log if it is not there any more. */
  stream find_stream(std::string_view name) {
    std::lock_guard const lock{mutex_};
    if (name == "s" + tag()) return {std::string(name), own()};
    for (auto const& kept : streams_)
      if (kept.name == name) return kept;
    return {};
  }

  /** Whether the client listens to what belongs to no call. */
  bool listens() const {
    std::lock_guard const lock{mutex_};
    return listened_elsewhere_ || (own_ && own_->being_read());
  }
  /** Whether it does so here. */
  bool listens_here() const {
    std::lock_guard const lock{mutex_};
    return own_ && own_->being_read();
  }

  /** Send what belongs to no call; false if the client listens to no stream. */
  bool send(std::string message) {
    std::lock_guard const lock{mutex_};
    bool const here = own_ && own_->being_read();
    if (here)
      own_->append(std::move(message));
    else if (listened_elsewhere_)
      note(shared_note::kind::message, {}, std::move(message));
    return here || listened_elsewhere_;
  }

  // --- other instances ------------------------------------------------------------------------------------

  /** What instances call a session, since an id is told nobody. */
  using shared_name = std::string;

  /** Note what other instances have to learn from now on; before it is used.
      @param peers  tell them */
  void share(shared_name name, std::weak_ptr<session_peers> peers) {
    shared_name_ = std::move(name);
    peers_ = std::move(peers);
  }
  /** What connects it with other instances; null if there are none. */
  std::shared_ptr<session_peers> peers() const { return peers_.lock(); }
  shared_name const& name_for_others() const noexcept { return shared_name_; }
  /** Of the time when what others know of it was read last: 0 if it never was. */
  std::atomic<std::uint64_t> as_of{0};

  /** What they have not learnt yet; it is forgotten here. */
  std::vector<shared_note> take_notes() {
    std::lock_guard const lock{mutex_};
    return std::exchange(notes_, {});
  }

  /** Its client opens its stream here; until `listens_now`, who had it before is not asked. */
  void begin_listening() {
    std::lock_guard const lock{mutex_};
    ++opening_streams_;
    ++listening_turn_;
  }
  void listens_now() {
    std::lock_guard const lock{mutex_};
    --opening_streams_;
    ++listening_turn_;
    listened_elsewhere_ = false;
  }
  /** Another number after each of them. */
  std::uint64_t listening_turn() const {
    std::lock_guard const lock{mutex_};
    return listening_turn_;
  }

  /** Take over what others have written.

      @param turn  as it was before that was read: if somebody has listened since then, that is newer */
  void take(shared_state const& known, std::string_view self, std::uint64_t turn) {
    std::lock_guard const lock{mutex_};
    log_level_ = known.level;
    std::set<std::string, std::less<>> subscribed;
    for (auto const& uri : known.uris) {
      bool const fits = subscribed.size() < bounds().max_subscribed_uris &&
                        (subscribed_.contains(uri) || subscribed_bytes_.grow(uri.size()));
      if (fits) subscribed.insert(uri);
    }
    for (auto const& uri : subscribed_)
      if (!subscribed.contains(uri)) subscribed_bytes_.shrink(uri.size());
    subscribed_ = std::move(subscribed);
    visits_.clear();
    for (auto const& visit : known.visits) remember_visit(visit);
    if (turn != listening_turn_ || opening_streams_ != 0) return;
    listened_elsewhere_ = !known.listener.empty() && known.listener != self;
    if (!listened_elsewhere_ || !own_) return;
    own_->clear();
    own_->close_stream();
  }

  /** The client has turned to this instance: what it was told elsewhere is not known here, so that it is told
      of everything there is. */
  void begin_stream_anew(std::vector<change> const& all) {
    std::lock_guard const lock{mutex_};
    own()->clear();
    for (auto const& each : all) tell_own(each);
    for (auto const& uri : subscribed_) tell_own({change::kind::resource, uri});
  }

  /** Have a stream of a call that another instance has begun. */
  void adopt(stream theirs) {
    std::lock_guard const lock{mutex_};
    drop_stream(theirs.name);
    if (streams_.size() >= bounds().max_kept_streams) streams_.pop_front();
    streams_.push_back(std::move(theirs));
  }
  void drop(std::string_view name) {
    std::lock_guard const lock{mutex_};
    drop_stream(name);
  }

  // --- subscriptions --------------------------------------------------------------------------------------

  /** Say who listens: with this identity it is decided what the client may hear of. */
  void heard_by(std::shared_ptr<void const> identity) {
    std::lock_guard const lock{mutex_};
    identity_ = std::move(identity);
  }

  /** Subscribe to a resource; false if there are too many already. */
  bool subscribe(std::string_view uri) {
    std::lock_guard const lock{mutex_};
    if (subscribed_.contains(uri)) return true;
    if (subscribed_.size() >= bounds().max_subscribed_uris || !subscribed_bytes_.grow(uri.size()))
      return false;
    subscribed_.emplace(uri);
    note(shared_note::kind::subscribe, std::string(uri));
    return true;
  }
  void unsubscribe(std::string_view uri) {
    std::lock_guard const lock{mutex_};
    if (auto const found = subscribed_.find(uri); found != subscribed_.end()) {
      subscribed_.erase(found);
      subscribed_bytes_.shrink(uri.size());
    }
    note(shared_note::kind::unsubscribe, std::string(uri));
  }

  /** The client has said that it is ready; before that it is told nothing. */
  void initialized() noexcept { ready_ = true; }

  void changed(change const& what) override {
    if (!ready_) return;
    std::lock_guard const lock{mutex_};
    if (what.what == change::kind::resource) {
      bool wanted = false;
      for (auto const& uri : subscribed_) wanted = wanted || what.concerns(uri, identity_.get());
      if (!wanted) return;
    } else if (what.what == change::kind::visit) {
      if (std::erase(visits_, what.subject) == 0) return;
    }
    if (!listened_elsewhere_) tell_own(what);
  }

  void missed() override {
    std::lock_guard const lock{mutex_};
    if (!ready_ || !own_ || !own_->being_read()) return;
    for (auto const& uri : subscribed_) tell_own({change::kind::resource, uri});
  }

  /** End it: calls are cancelled, who waits for a response is told, streams are closed. */
  void end() {
    stop_waiting();
    calls_->cancel_all();
  }

  /** The same without the calls: the server stops and lets them finish. */
  void stop_waiting() {
    std::lock_guard const lock{mutex_};
    ended_ = true;
    for (auto const& [id, w] : waiting_)
      if (auto const collector = w.collector.lock()) collector->abandon();
    waiting_.clear();
    if (own_ && !shares_stream_) own_->finish();
  }

private:
  struct waiter {
    std::weak_ptr<response_collector> collector;
    std::size_t index;
    std::string_view method;
  };

  void note(shared_note::kind what, std::string text, std::string body = {}) {
    if (!shared_name_.empty()) notes_.push_back({what, std::move(text), std::move(body)});
  }
  void remember_visit(std::string visit) {
    if (visits_.size() >= bounds().max_pages) visits_.pop_front();
    visits_.push_back(std::move(visit));
  }
  void drop_stream(std::string_view name) {
    std::erase_if(streams_, [name](stream const& each) { return each.name == name; });
  }
  void tell_own(change const& what) {
    std::string params = "{}";
    if (what.what == change::kind::resource || what.what == change::kind::visit) {
      params = what.what == change::kind::visit ? R"({"elicitationId":)" : R"({"uri":)";
      append_json_string(params, what.subject);
      params += '}';
    }
    own()->append_once(write_notification(what.method(), params));
  }

  limits const& bounds() const noexcept {
    static constexpr limits defaults;
    return budgets_ ? budgets_->bounds() : defaults;
  }

  static rpc_error refusal_of(boost::json::value const* error) {
    auto const* object = error ? error->if_object() : nullptr;
    auto const* code = object ? object->if_contains("code") : nullptr;
    auto const* text = object ? object->if_contains("message") : nullptr;
    constexpr std::size_t longest = 200;
    boost::system::error_code ignored;
    int const number = code && code->is_number() ? code->to_number<int>(ignored) : 0;
    std::string message = "the answer has not the form the protocol demands";
    if (text && text->is_string()) message = view_of(text->get_string()).substr(0, longest);
    return {static_cast<rpc_code>(number), std::move(message)};
  }

  /** Tells the streams of this process from those before a restart. */
  std::string const& tag() {
    if (tag_.empty()) tag_ = random_hex(4);
    return tag_;
  }
  std::shared_ptr<event_log> const& own() {
    if (!own_) own_ = make_stream();
    if (ended_ && !shares_stream_) own_->finish();
    return own_;
  }

  revision protocol_;
  client_profile client_;
  shared_name shared_name_;  // empty if there are no other instances
  std::weak_ptr<session_peers> peers_;
  std::atomic<int> log_level_{-1};
  std::shared_ptr<call_table> calls_;
  std::atomic<bool> ready_{false};
  mutable std::mutex mutex_;
  std::map<std::uint64_t, waiter> waiting_;
  std::uint64_t next_request_ = 0;
  std::deque<std::string> visits_;  // ids of pages, the oldest first
  std::shared_ptr<budgets> budgets_;
  std::string account_;
  std::set<std::string, std::less<>> subscribed_;
  charge subscribed_bytes_;
  std::shared_ptr<void const> identity_;  // of whom it was subscribed for, or who listened last
  std::shared_ptr<event_log> own_;
  bool shares_stream_;  // with all else that goes to the client
  std::deque<stream> streams_;
  std::uint64_t named_ = 0;
  std::string tag_;
  std::vector<shared_note> notes_;
  bool listened_elsewhere_ = false;
  std::uint64_t listening_turn_ = 0;
  std::size_t opening_streams_ = 0;
  bool ended_ = false;
};

}  // namespace mcpawl::detail
