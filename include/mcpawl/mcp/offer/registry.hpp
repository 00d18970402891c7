// mcpawl/mcp/offer/registry.hpp - the entries of one kind, in the order they were registered
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/offer/entry.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Entries that are found by their key and listed in order, whatever their kind.

    @par Lifetime
    References to entries stay valid as long as the catalogue.
    @par Thread safety
    Filled before the server starts; then everything that is const may be called from all threads.
*/
class catalogue {
public:
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  entry const& at(std::size_t position) const { return *entries_[position]; }
  bool contains(std::string_view key) const { return positions_.contains(key); }

  /** The position of an entry the caller may see, or `size()`: one that is hidden is not found, so that
      nobody can probe for it. */
  std::size_t position(std::string_view key, void const* identity) const {
    auto const found = positions_.find(key);
    return found != positions_.end() && at(found->second).visible_to(identity) ? found->second : size();
  }

  /** Whether some entry is hidden from some callers. */
  bool depends_on_caller() const noexcept {
    for (auto const& e : entries_)
      if (e->allowed) return true;
    return false;
  }

protected:
  void insert(std::shared_ptr<entry> e) {
    positions_.emplace(e->key(), entries_.size());
    entries_.push_back(std::move(e));
  }

private:
  std::vector<std::shared_ptr<entry>> entries_;
  std::unordered_map<std::string_view, std::size_t> positions_;  // keys are views into the entries
};

/** The entries of one kind. */
template <class Entry>
class registry : public catalogue {
public:
  /** Add an entry; the first of two with one key is the one that is found. */
  Entry& add(std::unique_ptr<Entry> e) {
    Entry& added = *e;
    insert(std::move(e));
    return added;
  }
  /** An entry the caller may see, or null. */
  Entry const* find(std::string_view key, void const* identity) const {
    std::size_t const found = position(key, identity);
    return found == size() ? nullptr : &(*this)[found];
  }
  Entry const& operator[](std::size_t position) const { return static_cast<Entry const&>(at(position)); }
};

}  // namespace mcpawl::detail
