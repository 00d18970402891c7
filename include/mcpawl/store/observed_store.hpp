// mcpawl/store/observed_store.hpp - a store whose operations are told to observers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** Does what another store does, and tells observers how long each operation took and how it ended: nothing of keys and values.

    @code
    std::vector<mcpawl::observer*> const observers{&metrics};
    auto store = std::make_shared<mcpawl::observed_store>(std::make_shared<mcpawl::memory_store>(), observers);
    @endcode

    @par Errors
    Those of the other store.
    @par Lifetime
    The observers must outlive it.
    @par Thread safety
    As of the other store. */
class observed_store final : public kv_store {
public:
  observed_store(std::shared_ptr<kv_store> to, std::vector<observer*> observers)
      : to_(std::move(to)), observed_(std::move(observers), secret()) {}

  task<result<std::optional<store_entry>>> get(std::string key) override {
    return told("get", "absent", to_->get(std::move(key)));
  }
  task<result<store_version>> put(store_write write) override {
    return told("put", {}, to_->put(std::move(write)));
  }
  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    return told("compare_and_set", "changed", to_->compare_and_set(std::move(write), expected));
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability survives) override {
    return told("take", "absent", to_->take(std::move(key), survives));
  }
  task<result<std::size_t>> erase(std::string key, durability survives) override {
    return told("erase", {}, to_->erase(std::move(key), survives));
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    return told("scan", {}, to_->scan(std::move(prefix), std::move(after), limit));
  }
  task<result<std::size_t>> purge(std::size_t limit) override { return told("purge", {}, to_->purge(limit)); }
  std::unique_ptr<bus_channel> make_channel() override { return to_->make_channel(); }
  bool is_private() const noexcept override { return to_->is_private(); }

private:
  template <class T>
  static std::string_view outcome(result<T> const& of, std::string_view) noexcept {
    return of ? "ok" : "failed";
  }
  template <class T>
  static std::string_view outcome(result<std::optional<T>> const& of, std::string_view if_none) noexcept {
    if (!of) return "failed";
    return *of ? "ok" : if_none;
  }

  /** @param if_none  what it is called that there is no entry, or no longer the expected one */
  template <class T>
  task<result<T>> told(std::string_view operation, std::string_view if_none, task<result<T>> work) {
    auto const began = std::chrono::steady_clock::now();
    auto done = co_await std::move(work);
    store_record const record{operation, outcome(done, if_none), std::chrono::steady_clock::now() - began};
    observed_.tell(&observer::on_store, record);
    co_return done;
  }

  std::shared_ptr<kv_store> to_;
  detail::observation observed_;
};

}  // namespace mcpawl
