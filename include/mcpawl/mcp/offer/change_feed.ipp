// mcpawl/mcp/offer/change_feed.ipp - the bodies of change_feed.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/offer/change_feed.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace mcpawl::detail {

MCPAWL_DECL bool change_feed::listen(std::shared_ptr<change_listener> const& listener) {
  std::lock_guard const lock{mutex_};
  if (closed_) return false;
  if (listeners_.size() >= next_sweep_) drop_dead();
  listeners_.push_back(listener);
  return true;
}

MCPAWL_DECL void change_feed::sweep() {
  std::lock_guard const lock{mutex_};
  drop_dead();
}

MCPAWL_DECL void change_feed::tell(change const& what) {
  std::lock_guard const lock{mutex_};
  if (closed_) return;
  for (auto const& entry : listeners_)
    if (auto const listener = entry.lock()) listener->changed(what);
}

MCPAWL_DECL void change_feed::tell_missed() {
  std::lock_guard const lock{mutex_};
  for (auto const& entry : listeners_)
    if (auto const listener = entry.lock()) listener->missed();
}

MCPAWL_DECL void change_feed::close() {
  std::lock_guard const lock{mutex_};
  closed_ = true;
  for (auto const& entry : listeners_)
    if (auto const listener = entry.lock()) listener->feed_closed();
  listeners_.clear();
}

MCPAWL_DECL void change_feed::drop_dead() {
  std::erase_if(listeners_, [](auto const& entry) { return entry.expired(); });
  next_sweep_ = std::max<std::size_t>(64, 2 * listeners_.size());
  if (listeners_.capacity() > 4 * next_sweep_) listeners_.shrink_to_fit();
}

}  // namespace mcpawl::detail
