// mcpawl/mcp/offer/change_feed.hpp - tells who listens that a list or a resource has changed
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/jsonrpc/write.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** Whether `uri` is what was subscribed to, or lies below it. A slash at the end covers nothing: with a template
    such as `mail://{owner}/{id}` it would be a way to hear of every `id`. */
inline bool covers(std::string_view subscribed, std::string_view uri) noexcept {
  if (!uri.starts_with(subscribed)) return false;
  uri.remove_prefix(subscribed.size());
  return uri.empty() || (uri.front() == '/' && !subscribed.ends_with('/'));
}

/** What changed. `visit` says that the user has done what a page was for (MCP 2025-11-25 "Elicitation"). */
struct change {
  enum class kind { tools, prompts, resources, resource, visit };
  kind what;
  std::string_view subject = {};  ///< The URI of a `resource`, the id of a `visit`; empty for lists.
  /** Whether a caller who subscribed to a URI may hear of it now. */
  using gate = std::function<bool(std::string_view subscribed, void const* identity)>;
  gate const* may_hear = nullptr;  ///< Null: who subscribed may.
  bool for_some = false;           ///< Only a function of this process knows who else may not hear of it.

  /** Whether a resource changed that a caller subscribed to and may hear of. */
  bool concerns(std::string_view subscribed, void const* identity) const {
    return covers(subscribed, subject) && (!may_hear || (*may_hear)(subscribed, identity));
  }

  std::string_view method() const noexcept {
    constexpr std::array<std::string_view, 5> names{
        "notifications/tools/list_changed", "notifications/prompts/list_changed",
        "notifications/resources/list_changed", "notifications/resources/updated",
        "notifications/elicitation/complete"};
    return names[static_cast<std::size_t>(what)];
  }
};

/** Hears of changes; called from any thread, with the feed locked: it may only note and post. */
class change_listener {
public:
  virtual void changed(change const& what) = 0;
  /** Resources may have changed, and nobody knows which. */
  virtual void missed() {}
  /** The server stops: nothing more will change. */
  virtual void feed_closed() {}

protected:
  ~change_listener() = default;
};

/** The place where changes are told and heard of. A server has one, and each time it is served one more,
    which listens to that.

    @par Thread safety
    Any thread. Once `close` has returned nobody is called any more.
*/
class change_feed final : public change_listener {
public:
  void changed(change const& what) override { tell(what); }
  void missed() override { tell_missed(); }

  /** Listen until the listener dies; false if the feed is closed. */
  MCPAWL_DECL bool listen(std::shared_ptr<change_listener> const& listener);

  /** Give back what is left of listeners that have died. */
  MCPAWL_DECL void sweep();

  MCPAWL_DECL void tell(change const& what);
  MCPAWL_DECL void tell_missed();

  /** Tell all listeners that it is over. */
  MCPAWL_DECL void close();

private:
  MCPAWL_DECL void drop_dead();

  std::mutex mutex_;
  std::vector<std::weak_ptr<change_listener>> listeners_;
  std::size_t next_sweep_ = 64;
  bool closed_ = false;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/offer/change_feed.ipp>
#endif
