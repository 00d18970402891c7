// mcpawl/core/secret.hpp - bytes that are wiped when they die and compared in constant time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Overwrite memory in a way the optimiser may not drop. */
inline void wipe(void* data, std::size_t size) noexcept {
  if (size == 0) return;
  std::memset(data, 0, size);
  // whoever might read it is here, as far as the optimiser can tell
  __asm__ __volatile__("" : : "r"(data) : "memory");
}

/** Compare two byte strings without telling by time where they differ.

    The time depends on the lengths alone, which are taken as public.
*/
inline bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i != a.size(); ++i) {
    // volatile: the loop must not end early, however clever the optimiser gets
    unsigned char const volatile x = static_cast<unsigned char>(a[i]);
    difference = static_cast<unsigned char>(difference | (x ^ static_cast<unsigned char>(b[i])));
  }
  return difference == 0;
}

/** A string that must not leak: wiped on destruction, never printed, compared in constant time.

    What it does not do: lock memory pages or hide from a debugger.

    Whoever passes a `std::string` in by value should move it, so that no second copy stays behind.
*/
class secret {
public:
  secret() = default;
  explicit secret(std::string value) noexcept : value_(std::move(value)) {}
  secret(secret const&) = default;
  secret(secret&& other) noexcept : value_(std::move(other.value_)) { other.clear(); }
  secret& operator=(secret const& other) {
    if (this != &other) {
      clear();
      value_ = other.value_;
    }
    return *this;
  }
  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      clear();
      value_ = std::move(other.value_);
      other.clear();  // a short string is copied by a move and would stay behind
    }
    return *this;
  }
  ~secret() { clear(); }

  bool empty() const noexcept { return value_.empty(); }

  /** Look at the bytes; the view ends with this object. The name is long so that it stands out in review. */
  std::string_view reveal() const noexcept { return value_; }

  void clear() noexcept {
    wipe(value_.data(), value_.size());
    value_.clear();
  }

  friend bool operator==(secret const& a, secret const& b) noexcept {
    return equal_in_constant_time(a.value_, b.value_);
  }

private:
  std::string value_;
};

}  // namespace mcpawl
