// mcpawl/oauth/common/record.hpp - records as bytes, for the store
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth::detail {

/** Writes the fields of a record one after the other. The first byte is the version of its layout. */
class record_writer {
public:
  /** With enough capacity nothing is moved, so that no second copy of a secret stays behind. */
  explicit record_writer(unsigned char version, std::size_t capacity = 0) {
    text_.reserve(capacity);
    text_ += static_cast<char>(version);
  }

  record_writer& integer(std::int64_t value) {
    auto bits = static_cast<std::uint64_t>(value);
    for (int i = 0; i != 8; ++i, bits >>= 8) text_ += static_cast<char>(bits & 0xff);
    return *this;
  }
  record_writer& text(std::string_view value) {
    integer(static_cast<std::int64_t>(value.size()));
    text_ += value;
    return *this;
  }

  std::string take() noexcept { return std::move(text_); }

private:
  std::string text_;
};

/** Reads what a `record_writer` wrote. After the first field that is not there, everything reads as empty. */
class record_reader {
public:
  record_reader(std::string_view bytes, unsigned char version) noexcept : rest_(bytes) {
    good_ = !rest_.empty() && static_cast<unsigned char>(rest_.front()) == version;
    if (good_) rest_.remove_prefix(1);
  }

  std::int64_t integer() noexcept {
    if (!good_ || rest_.size() < 8) {
      good_ = false;
      return 0;
    }
    std::uint64_t bits = 0;
    for (std::size_t i = 8; i != 0; --i) bits = bits << 8 | static_cast<unsigned char>(rest_[i - 1]);
    rest_.remove_prefix(8);
    return static_cast<std::int64_t>(bits);
  }

  std::string_view text() noexcept {
    auto const size = static_cast<std::uint64_t>(integer());
    if (!good_ || size > rest_.size()) {
      good_ = false;
      return {};
    }
    std::string_view const value = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(value.size());
    return value;
  }

  /** The length of a list, each of whose elements takes at least 8 bytes. */
  std::size_t count() noexcept {
    auto const n = static_cast<std::uint64_t>(integer());
    if (!good_ || n > rest_.size() / 8) {
      good_ = false;
      return 0;
    }
    return static_cast<std::size_t>(n);
  }

  bool good() const noexcept { return good_; }
  /** Whether every field was there, and nothing else. */
  bool complete() const noexcept { return good_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool good_;
};

}  // namespace mcpawl::oauth::detail
