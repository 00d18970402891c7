// mcpawl/mcp/session/call_table.hpp - the calls in flight, to be found by the id their client gave them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The calls of one client that `notifications/cancelled` can name.

    @par Thread safety
    Any thread; a call is cancelled on its own.
*/
class call_table : public std::enable_shared_from_this<call_table> {
public:
  /** The place of one call in its table, until it is destroyed. */
  class slot {
  public:
    slot() = default;
    slot(std::shared_ptr<call_table> table, std::string id, call_channel* call)
        : table_(std::move(table)), id_(std::move(id)), call_(call) {}
    slot(slot&&) noexcept = default;
    slot& operator=(slot&& other) noexcept {
      leave();
      table_ = std::move(other.table_);
      id_ = std::move(other.id_);
      call_ = other.call_;
      return *this;
    }
    ~slot() { leave(); }

  private:
    void leave() noexcept {
      if (auto const table = std::exchange(table_, nullptr)) table->remove(id_, call_);
    }
    std::shared_ptr<call_table> table_;
    std::string id_;
    call_channel* call_ = nullptr;
  };

  /** Note a call. A client that uses an id twice at once can only cancel the later call. */
  [[nodiscard]] slot add(request_id const& id, std::shared_ptr<call_channel> const& call) {
    std::lock_guard const lock{mutex_};
    calls_[id.json()] = {call.get(), call};
    return {shared_from_this(), id.json(), call.get()};
  }

  /** Cancel a call; false if it is unknown or over. */
  bool cancel(request_id const& id) { return cancel(id.json()); }
  bool cancel(std::string const& id_json) {
    auto const call = find(id_json);
    if (call) call->cancel();
    return call != nullptr;
  }

  /** Cancel all there are. */
  void cancel_all() {
    std::vector<std::shared_ptr<call_channel>> all;
    {
      std::lock_guard const lock{mutex_};
      for (auto const& [id, call] : calls_)
        if (auto alive = call.second.lock()) all.push_back(std::move(alive));
    }
    for (auto const& call : all) call->cancel();
  }

  bool empty() const {
    std::lock_guard const lock{mutex_};
    return calls_.empty();
  }

private:
  std::shared_ptr<call_channel> find(std::string const& id_json) const {
    std::lock_guard const lock{mutex_};
    auto const found = calls_.find(id_json);
    return found == calls_.end() ? nullptr : found->second.second.lock();
  }

  void remove(std::string const& id, call_channel* call) noexcept {
    std::lock_guard const lock{mutex_};
    auto const found = calls_.find(id);
    if (found != calls_.end() && found->second.first == call) calls_.erase(found);
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::pair<call_channel*, std::weak_ptr<call_channel>>> calls_;
};

}  // namespace mcpawl::detail
