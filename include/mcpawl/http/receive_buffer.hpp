// mcpawl/http/receive_buffer.hpp - the bytes a connection has received and not used up yet
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace mcpawl::http::detail {

/** A contiguous buffer that starts small, grows on request and gives large memory back.

    Views into it hold until `reserve`, `drop_front` or `shrink`.
*/
class receive_buffer {
public:
  static constexpr std::size_t least = 4 * 1024;
  static constexpr std::size_t max_kept = 16 * 1024;  ///< What a connection at rest may hold on to.

  std::string_view bytes() const noexcept { return {data_.get(), size_}; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }

  /** Where the next bytes go. */
  boost::asio::mutable_buffer room() noexcept { return {data_.get() + size_, capacity_ - size_}; }
  void commit(std::size_t n) noexcept { size_ += n; }

  /** Make the capacity at least this, at least doubling it if it has to grow. */
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    capacity = std::max({capacity, capacity_ * 2, least});
    // plain new[]: zeroing what is about to be overwritten would cost more than the read
    std::unique_ptr<char[]> larger{new char[capacity]};
    if (size_ != 0) std::memcpy(larger.get(), data_.get(), size_);
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  /** Forget `count` bytes after the first `kept` ones; what follows moves down. */
  void drop(std::size_t kept, std::size_t count) noexcept {
    std::size_t const rest = size_ - kept - count;
    if (rest != 0 && count != 0) std::memmove(data_.get() + kept, data_.get() + kept + count, rest);
    size_ = kept + rest;
  }

  /** Give memory back that a large request needed, once what is left of it fits the usual size. */
  void shrink() {
    if (capacity_ <= max_kept || size_ > least) return;
    std::unique_ptr<char[]> smaller{new char[least]};
    if (size_ != 0) std::memcpy(smaller.get(), data_.get(), size_);
    data_ = std::move(smaller);
    capacity_ = least;
  }

private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace mcpawl::http::detail
