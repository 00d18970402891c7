// mcpawl/mcp/session/shared_rates.hpp - what each instance has let through counts for the rates of all
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/mcp/call/call_rules.hpp>
#include <mcpawl/mcp/call/rate_table.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Tells other instances which callers have called what, a moment after they did, and counts what others tell.

    A call waits for nobody. So a caller may make as many calls at once as all instances let through who do not know of each other's;
    but what was too much is counted, and over a longer time the rate holds.

    @par Thread safety
    Any thread. */
class shared_rates final : public rate_peers {
public:
  static constexpr std::chrono::milliseconds gathered_for{20};  ///< Then what was called is told.

  /** Share the rates of all entries of a server.

      @param publish  tells others a text, of `max_text` bytes at most
      @param later    has `flush` called after `gathered_for` */
  static std::shared_ptr<shared_rates> make(server_state const& of, std::size_t max_text,
                                            std::function<void(std::string_view)> publish,
                                            std::function<void()> later) {
    auto const made =
        std::make_shared<shared_rates>(*of.options.time, max_text, std::move(publish), std::move(later));
    made->add_all('t', of.tools);
    made->add_all('p', of.prompts);
    made->add_all('r', of.resources);
    made->add_all('u', of.templates);
    for (auto const& [name, table] : made->tables_) table->share(made);
    return made;
  }
  /** By `make`. */
  shared_rates(clock const& time, std::size_t max_text, std::function<void(std::string_view)> publish,
               std::function<void()> later)
      : clock_(&time), max_text_(max_text), publish_(std::move(publish)), later_(std::move(later)) {}

  void called(rate_table const& by, caller_digest const& who) override {
    bool first = false;
    {
      std::lock_guard const lock(mutex_);
      first = calls_.empty();
      if (calls_.size() < max_gathered) ++calls_[&by][who];
    }
    if (first) later_();
  }

  /** Tell what was called. */
  void flush() {
    std::map<rate_table const*, std::map<caller_digest, std::uint32_t>> calls;
    {
      std::lock_guard const lock(mutex_);
      calls.swap(calls_);
    }
    for (auto const& [table, callers] : calls) {
      std::string const& name = names_.at(table);
      std::string head;
      append_big_endian(head, name.size(), name_size);
      head += name;
      std::string text = head;
      for (auto const& [who, count] : callers) {
        if (text.size() + record_size > max_text_) {
          publish_(text);
          text = head;
        }
        text.append(reinterpret_cast<char const*>(who.data()), who.size());
        append_big_endian(text, count, count_size);
      }
      publish_(text);
    }
  }

  /** Another instance has told this. What cannot be read is passed over, as a newer instance may have told it. */
  void heard(std::string_view text) {
    if (text.size() < name_size) return;
    auto const name =
        text.substr(name_size, static_cast<std::size_t>(read_big_endian(text.substr(0, name_size))));
    auto const found = tables_.find(name);
    if (found == tables_.end()) return;
    auto const now = clock_->steady();
    for (text.remove_prefix(name_size + name.size()); text.size() >= record_size;
         text.remove_prefix(record_size)) {
      caller_digest who;
      std::copy_n(text.begin(), who.size(), who.begin());
      auto const count = static_cast<std::uint32_t>(read_big_endian(text.substr(who.size(), count_size)));
      found->second->count(who, count, now);
    }
  }

private:
  static constexpr std::size_t max_gathered = 1'000;
  static constexpr std::size_t max_name =
      1'024;  ///< Longer ones, as resources may have, have a rate of each instance.
  static constexpr unsigned name_size = 2, count_size = 4;
  static constexpr std::size_t record_size = sizeof(caller_digest) + count_size;

  template <class Registry>
  void add_all(char kind, Registry const& all) {
    for (std::size_t i = 0; i != all.size(); ++i) {
      auto const& each = all[i];
      if (!each.rules || !each.rules->rate || each.key().size() > max_name) continue;
      std::string name = kind + std::string(each.key());
      names_.emplace(each.rules->rate.get(), name);
      tables_.emplace(std::move(name), each.rules->rate);
    }
  }

  clock const* clock_;
  std::size_t max_text_;
  std::function<void(std::string_view)> publish_;
  std::function<void()> later_;
  std::map<std::string, std::shared_ptr<rate_table>, std::less<>> tables_;
  std::map<rate_table const*, std::string> names_;
  std::mutex mutex_;
  std::map<rate_table const*, std::map<caller_digest, std::uint32_t>> calls_;  // since the last `flush`
};

}  // namespace mcpawl::detail
