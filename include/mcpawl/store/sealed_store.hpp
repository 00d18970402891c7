// mcpawl/store/sealed_store.hpp - a store whose values nobody can read or make who has not its keys
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Keeps values in another store, sealed, each for its key alone: who can write to that store can make none, and not
    put one in the place of another. What it can do is remove them, and put back older ones of the same key.

    Keys, sizes and expiries stay visible. A value takes a third more than its bytes.

    @par Errors
    Those of the other store; `store_errc::corrupt` for a value that does not open, `value_too_large` for
    one that is too large when it is sealed.
    @par Thread safety
    As of the other store. */
class sealed_store final : public kv_store {
public:
  /** @param scope  values of another scope do not open: the purpose, and whose they are */
  sealed_store(std::shared_ptr<kv_store> in, sealer seal, std::string_view scope)
      : parts_(std::make_shared<parts>(
            parts{std::move(in), std::move(seal), "mcpawl store 1:" + std::string(scope) + ':'})) {}

  task<result<std::optional<store_entry>>> get(std::string key) override {
    return opened(parts_, key, parts_->in->get(key));
  }
  task<result<store_version>> put(store_write write) override { return parts_->in->put(sealed(write)); }
  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    return parts_->in->compare_and_set(sealed(write), expected);
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability survives) override {
    return opened(parts_, key, parts_->in->take(key, survives));
  }
  task<result<std::size_t>> erase(std::string key, durability survives) override {
    return parts_->in->erase(std::move(key), survives);
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    return opened(parts_, parts_->in->scan(std::move(prefix), std::move(after), limit));
  }
  task<result<std::size_t>> purge(std::size_t limit) override { return parts_->in->purge(limit); }
  std::unique_ptr<bus_channel> make_channel() override { return parts_->in->make_channel(); }

private:
  struct parts {
    std::shared_ptr<kv_store> in;
    sealer seal;  // copied for each use: a sealer belongs to one thread
    std::string scope;
  };

  store_write sealed(store_write const& write) const {
    sealer seal = parts_->seal;
    return write.with(seal.seal(write.value(), parts_->scope + write.key()));
  }

  /** Put the plain value into an entry. */
  static error_code open(parts const& with, std::string_view key, store_entry& entry) {
    sealer seal = with.seal;
    auto plain = seal.open(entry.value, with.scope + std::string(key));
    if (!plain) return store_errc::corrupt;
    entry.value = *std::move(plain);
    return {};
  }

  static task<result<std::optional<store_entry>>> opened(std::shared_ptr<parts const> with, std::string key,
                                                         task<result<std::optional<store_entry>>> work) {
    auto found = co_await std::move(work);
    if (!found || !*found) co_return found;
    if (error_code const bad = open(*with, key, **found)) co_return bad;
    co_return found;
  }
  static task<result<store_page>> opened(std::shared_ptr<parts const> with, task<result<store_page>> work) {
    auto found = co_await std::move(work);
    if (!found) co_return found;
    for (auto& item : found->items)
      if (error_code const bad = open(*with, item.key, item.entry)) co_return bad;
    co_return found;
  }

  std::shared_ptr<parts> parts_;
};

}  // namespace mcpawl::detail
