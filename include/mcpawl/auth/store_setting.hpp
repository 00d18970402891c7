// mcpawl/auth/store_setting.hpp - opens the store that a setting names
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/settings.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl {

/** Open the store that `OAUTH_KV` names: what `Store::open` takes, such as the path of a SQLite file. A
   mistake is noted in `from`, and the store is null then. */
template <kv_store Store>
std::shared_ptr<Store> open_store(settings& from) {
  static_assert(
      requires(std::string where) { Store::open(std::move(where)); },
      "mcpawl: this store cannot be opened by a setting: make it yourself and give it to the policy");
  std::string where = from.required("OAUTH_KV");
  if (where.empty()) return nullptr;
  auto opened = Store::open(where);
  if (!opened) {
    from.add_error("OAUTH_KV", "cannot be opened: " + opened.error().message());
    return nullptr;
  }
  return std::move(*opened);
}

}  // namespace mcpawl
