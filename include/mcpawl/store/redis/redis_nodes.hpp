// mcpawl/store/redis/redis_nodes.hpp - the servers of a store, their connections, and which of them has what
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/store/redis/redis_channel.hpp>
#include <mcpawl/store/redis/redis_connect.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_slots.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** One server, or the primaries of a Redis Cluster: each with a connection for what is answered at once, and one for writes that must
    survive.

    An operation on a key goes to who has its slot. If that is another one by now, the answer says so, nothing was done, and it goes
    there; then all slots are asked for again, for which somebody waits at `stale`.

    @par Lifetime
    The context outlives it.
    @par Thread safety
    The thread of the context alone. */
class redis_nodes {
public:
  /** @param start  has a connection made, from now on
      @param told   called after each attempt to connect, with what was wrong; false ends it */
  redis_nodes(boost::asio::io_context& context, redis_plan const& plan,
              std::function<void(std::shared_ptr<redis_channel> const&)> start,
              std::function<bool(redis_refusal const&)> told)
      : context_(context), plan_(plan), start_(std::move(start)), told_(std::move(told)) {}
  redis_nodes(redis_nodes const&) = delete;
  redis_nodes& operator=(redis_nodes const&) = delete;

  /** Notified when the slots must be asked for. */
  std::shared_ptr<async_event> const& stale() const noexcept { return stale_; }

  /** From now on these have the slots. What waits for a server that has none is for others. */
  void assign(std::vector<redis_slot_range> const& all) {
    slots_.resize(redis_slot_count);
    std::set<node*> used;
    for (auto const& range : all) {
      node& by = node_of(range.primary);
      used.insert(&by);
      for (auto i = range.first; i <= range.last; ++i) slots_[i] = &by;
    }
    std::vector<std::shared_ptr<redis_request>> homeless;
    for (auto at = by_address_.begin(); at != by_address_.end();) {
      node& each = *at->second;
      if (used.contains(&each)) {
        ++at;
        continue;
      }
      each.each_channel([&](redis_channel& channel) {
        auto waiting = channel.release();
        homeless.insert(homeless.end(), waiting.begin(), waiting.end());
        channel.close();
      });
      // its connections end when all that is in flight is answered
      left_.push_back(std::move(at->second));
      at = by_address_.erase(at);
    }
    std::erase_if(left_, [](auto const& each) { return each->is_over(); });
    for (auto const& each : homeless) submit(each);
    pump();
  }

  /** The one server, without a Cluster. */
  void assign_all() { assign({{0, redis_slot_count - 1, plan_.options.hosts.front()}}); }

  /** The addresses of all primaries. */
  std::vector<redis_host> hosts() const {
    std::vector<redis_host> out;
    for (auto const& [name, each] : by_address_) out.push_back(each->plan.options.hosts.front());
    return out;
  }

  void submit(std::shared_ptr<redis_request> const& what) { node_for(*what).channel_for(*what).submit(what); }
  /** Send what was submitted. */
  void pump() {
    for (auto const& [name, each] : by_address_)
      each->each_channel([](redis_channel& channel) { channel.pump(); });
  }

  void close() {
    closing_ = true;
    for (auto const& [name, each] : by_address_)
      each->each_channel([](redis_channel& channel) { channel.close(); });
    stale_->notify();
  }
  bool is_closing() const noexcept { return closing_; }

  /** After an exception: give all connections up. */
  void recover() noexcept {
    auto const give_up = [](redis_channel& channel) { channel.recover(); };
    for (auto const& [name, each] : by_address_) each->each_channel(give_up);
    for (auto const& each : left_) each->each_channel(give_up);
  }

private:
  struct node {
    redis_plan plan;
    std::shared_ptr<redis_channel> quick, safe;  // without durability there is no second one

    template <class Function>
    void each_channel(Function call) const {
      call(*quick);
      if (safe) call(*safe);
    }
    redis_channel& channel_for(redis_request const& what) const noexcept {
      return what.durable() && safe ? *safe : *quick;
    }
    bool is_over() const noexcept { return quick.use_count() == 1 && (!safe || safe.use_count() == 1); }
  };

  static constexpr unsigned max_redirections = 16;

  node& node_of(redis_host const& where) {
    std::string const address = where.name + ' ' + std::to_string(where.port);
    if (auto const known = by_address_.find(address); known != by_address_.end()) return *known->second;
    auto made = std::make_unique<node>();
    made->plan = plan_;
    // without a Cluster there is one, which Sentinels may tell
    if (plan_.options.cluster) made->plan.options.hosts = {where};
    redis_channel::redirector redirected;
    if (plan_.options.cluster)
      redirected = [this, where](std::shared_ptr<redis_request> const& what, redis_reply const& error) {
        return redirect(what, error, where);
      };
    made->quick = std::make_shared<redis_channel>(
        context_, made->plan, false,
        [this](redis_refusal const& wrong) {
          if (wrong.code) stale_->notify();
          return told_(wrong);
        },
        redirected);
    // its failures are those of the other one
    if (plan_.options.durable)
      made->safe = std::make_shared<redis_channel>(
          context_, made->plan, true, [](redis_refusal const&) { return true; }, redirected);
    node& known = *by_address_.emplace(address, std::move(made)).first->second;
    start_(known.quick);
    if (known.safe) start_(known.safe);
    return known;
  }

  /** Who has the key of an operation; for a message, which is for nobody alone, somebody who is connected. */
  node& node_for(redis_request const& what) {
    if (!plan_.options.cluster) return *slots_.front();
    auto const& words = what.words();
    if (words.front() != "PUBLISH") return *slots_[redis_slot_of(words[1])];
    for (auto const& [name, each] : by_address_)
      if (each->quick->is_connected()) return *each;
    return *by_address_.begin()->second;
  }

  /** Send an operation to where a server sends it; false if there is no such place. */
  bool redirect(std::shared_ptr<redis_request> const& what, redis_reply const& error, redis_host const& by) {
    auto const to = read_redis_redirection(error, by);
    if (!to || closing_ || ++what->redirections > max_redirections || !may_talk_to(plan_.options, to->to))
      return false;
    node& next = node_of(to->to);
    if (to->for_ever) {
      slots_[to->slot] = &next;
      stale_->notify();
    }
    what->asking = !to->for_ever;
    redis_channel& channel = next.channel_for(*what);
    channel.submit(what);
    channel.pump();
    return true;
  }

  boost::asio::io_context& context_;
  redis_plan const& plan_;
  std::function<void(std::shared_ptr<redis_channel> const&)> const start_;
  std::function<bool(redis_refusal const&)> const told_;
  std::shared_ptr<async_event> const stale_ = std::make_shared<async_event>();
  std::map<std::string, std::unique_ptr<node>> by_address_;
  std::vector<std::unique_ptr<node>> left_;  // have no slots any more
  std::vector<node*> slots_;
  bool closing_ = false;
};

}  // namespace mcpawl::detail
