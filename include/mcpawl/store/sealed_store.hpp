// mcpawl/store/sealed_store.hpp - a store whose values nobody can read or make who has not its keys
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
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
    Those of the other store; for a value that does not open what `unreadable` says, `value_too_large` for one that is
    too large when it is sealed.
    @par Thread safety
    As of the other store. */
class sealed_store final : public kv_store {
public:
  /** What an entry is whose value does not open: somebody else has made it, or its key is no longer ours. */
  enum class unreadable : unsigned char {
    is_corrupt,  ///< `store_errc::corrupt`
    is_absent,   ///< Not found, and noted in the log; only `put` writes over it.
  };

  /** @param scope  values of another scope do not open: the purpose, and whose they are */
  sealed_store(std::shared_ptr<kv_store> in, sealer seal, std::string_view scope,
               unreadable other = unreadable::is_corrupt)
      : parts_(std::make_shared<parts>(
            parts{std::move(in), std::move(seal), "mcpawl store 1:" + std::string(scope) + ':', other})) {}

  /** Where to note what does not open; before it is used. */
  void log_to(logger log) { parts_->log = std::move(log); }

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
  bool is_private() const noexcept override { return true; }

private:
  struct parts {
    std::shared_ptr<kv_store> in;
    sealer seal;  // copied for each use: a sealer belongs to one thread
    std::string scope;
    unreadable other;
    logger log = logger::none();
  };

  store_write sealed(store_write const& write) const {
    sealer seal = parts_->seal;
    return write.with(seal.seal(write.value(), parts_->scope + write.key()));
  }

  /** Put the plain value into an entry; false if there is none for us.

      @par Errors
      `store_errc::corrupt`. */
  static result<bool> open(parts const& with, std::string_view key, store_entry& entry) {
    sealer seal = with.seal;
    auto plain = seal.open(entry.value, with.scope + std::string(key));
    if (!plain && with.other == unreadable::is_corrupt) return store_errc::corrupt;
    if (!plain) {
      with.log.write_limited(log_level::warning, "stored_value_refused",
                             {{"kind", key.substr(0, key.find('/'))}, {"reason", plain.error().message()}});
      return false;
    }
    entry.value = *std::move(plain);
    return true;
  }

  static task<result<std::optional<store_entry>>> opened(std::shared_ptr<parts const> with, std::string key,
                                                         task<result<std::optional<store_entry>>> work) {
    auto found = co_await std::move(work);
    if (!found || !*found) co_return found;
    auto const readable = open(*with, key, **found);
    if (!readable) co_return readable.error();
    if (!*readable) co_return std::optional<store_entry>();
    co_return found;
  }
  static task<result<store_page>> opened(std::shared_ptr<parts const> with, task<result<store_page>> work) {
    auto found = co_await std::move(work);
    if (!found) co_return found;
    store_page out;
    out.next = std::move(found->next);
    for (auto& item : found->items) {
      auto const readable = open(*with, item.key, item.entry);
      if (!readable) co_return readable.error();
      if (*readable) out.items.push_back(std::move(item));
    }
    co_return out;
  }

  std::shared_ptr<parts> parts_;
};

}  // namespace mcpawl::detail
