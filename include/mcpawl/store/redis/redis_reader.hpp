// mcpawl/store/redis/redis_reader.hpp - the replies in what a Redis server sends, within bounds
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>

#include <hiredis/read.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What one reply may be. */
struct redis_reply_limits {
  /** As it is sent. The largest that is asked for is a page of a scan: what is cut behind its bound, and one more value. */
  std::size_t bytes = max_store_page_bytes + 2 * max_store_value + 1024 * 1024;
  std::size_t items = 4096;  ///< In all arrays of it together.
  std::size_t depth = 8;     ///< Of arrays in arrays; the hiredis of Debian 12 reads no deeper ones.
};

/** Takes what has come from a server, and hands out whole replies of RESP 2 (the protocol is parsed by hiredis).

    What is no reply, or over a bound, ends it: nothing that follows can be trusted, and the connection must be closed.
*/
class redis_reader {
public:
  explicit redis_reader(redis_reply_limits limits = {})
      : state_(std::make_unique<state>(limits)), reader_(make(*state_)) {}

  /** Take bytes. False if the server has sent something that cannot be. */
  bool put(std::string_view bytes) {
    if (broken_) return false;
    // hiredis holds what is no whole reply yet: bounded here, since it would wait for anything
    while (!bytes.empty()) {
      std::size_t const part = std::min(bytes.size(), at_once);
      if (::redisReaderFeed(reader_.get(), bytes.data(), part) != REDIS_OK) return fail();
      bytes.remove_prefix(part);
      state_->pending += part;
      if (!parse()) return false;
      if (state_->pending > state_->limits.bytes) return fail();
    }
    return true;
  }

  /** The next reply, in the order of the commands. */
  std::optional<redis_reply> take() {
    if (next_ == ready_.size()) return std::nullopt;
    std::optional<redis_reply> out(std::move(ready_[next_++]));
    if (next_ == ready_.size()) {
      ready_.clear();
      next_ = 0;
    }
    return out;
  }

  bool broken() const noexcept { return broken_; }

private:
  static constexpr std::size_t at_once = 64 * 1024;

  /** What the functions below know; hiredis hands it to them. */
  struct state {
    explicit state(redis_reply_limits with) : limits(with), items_left(with.items) {}
    redis_reply_limits const limits;
    std::size_t items_left;
    std::size_t pending = 0;  // bytes since the last whole reply
  };
  struct freer {
    void operator()(::redisReader* reader) const noexcept { ::redisReaderFree(reader); }
  };

  bool fail() noexcept {
    broken_ = true;
    return false;
  }

  bool parse() {
    for (;;) {
      void* found = nullptr;
      if (::redisReaderGetReply(reader_.get(), &found) != REDIS_OK) return fail();
      if (found == nullptr) return true;
      std::unique_ptr<redis_reply> const reply(static_cast<redis_reply*>(found));
      ready_.push_back(std::move(*reply));
      // what is behind it is still in the buffer
      state_->pending = reader_->len - reader_->pos;
      state_->items_left = state_->limits.items;
    }
  }

  // Called by C: nothing is thrown. A null pointer ends the reading.

  static redis_reply* place(::redisReadTask const* task) noexcept {
    if (task->parent == nullptr) return new (std::nothrow) redis_reply;
    auto* const array = static_cast<redis_reply*>(task->parent->obj);
    auto const index = static_cast<std::size_t>(task->idx);
    return array != nullptr && index < array->items.size() ? &array->items[index] : nullptr;
  }
  static void* drop(::redisReadTask const* task, redis_reply* reply) noexcept {
    if (task->parent == nullptr) delete reply;
    return nullptr;
  }

  static void* make_string(::redisReadTask const* task, char* text, std::size_t size) noexcept {
    redis_reply::kind type{};
    switch (task->type) {
      case REDIS_REPLY_STRING: type = redis_reply::kind::bulk; break;
      case REDIS_REPLY_STATUS: type = redis_reply::kind::status; break;
      case REDIS_REPLY_ERROR: type = redis_reply::kind::error; break;
      default: return nullptr;  // of RESP 3, which was not asked for
    }
    auto* const made = place(task);
    if (made == nullptr) return nullptr;
    try {
      made->text.assign(text, size);
    } catch (...) {
      return drop(task, made);
    }
    made->type = type;
    return made;
  }

  // its number is an int in hiredis 0.14 and a size_t from 1.0 on
  template <class Count>
  static void* make_array(::redisReadTask const* task, Count count) noexcept {
    auto& of = *static_cast<state*>(task->privdata);
    if (task->type != REDIS_REPLY_ARRAY || static_cast<std::size_t>(count) > of.items_left) return nullptr;
    std::size_t depth = 1;
    for (auto const* around = task->parent; around != nullptr; around = around->parent) ++depth;
    if (depth > of.limits.depth) return nullptr;
    auto* const made = place(task);
    if (made == nullptr) return nullptr;
    try {
      made->items.resize(static_cast<std::size_t>(count));
    } catch (...) {
      return drop(task, made);
    }
    of.items_left -= static_cast<std::size_t>(count);
    made->type = redis_reply::kind::array;
    return made;
  }

  static void* make_integer(::redisReadTask const* task, long long value) noexcept {
    auto* const made = place(task);
    if (made == nullptr) return nullptr;
    made->number = value;
    made->type = redis_reply::kind::integer;
    return made;
  }

  static void* make_nil(::redisReadTask const* task) noexcept { return place(task); }

  static void free_reply(void* reply) noexcept { delete static_cast<redis_reply*>(reply); }

  // what hiredis 1.0 has added, for RESP 3
  template <class Functions>
  static void refuse_others(Functions& of) noexcept {
    if constexpr (requires { of.createDouble; })
      of.createDouble = [](::redisReadTask const*, double, char*, std::size_t) -> void* { return nullptr; };
    if constexpr (requires { of.createBool; })
      of.createBool = [](::redisReadTask const*, int) -> void* { return nullptr; };
  }

  static ::redisReplyObjectFunctions* functions() {
    static ::redisReplyObjectFunctions all = [] {
      ::redisReplyObjectFunctions made{};
      made.createString = &make_string;
      made.createArray = &make_array;
      made.createInteger = &make_integer;
      made.createNil = &make_nil;
      made.freeObject = &free_reply;
      refuse_others(made);
      return made;
    }();
    return &all;
  }

  static std::unique_ptr<::redisReader, freer> make(state& of) {
    std::unique_ptr<::redisReader, freer> made(::redisReaderCreateWithFunctions(functions()));
    if (!made) throw std::bad_alloc();
    made->privdata = &of;
    return made;
  }

  std::unique_ptr<state> state_;
  std::unique_ptr<::redisReader, freer> reader_;
  std::vector<redis_reply> ready_;
  std::size_t next_ = 0;
  bool broken_ = false;
};

}  // namespace mcpawl::detail
