// mcpawl/jose/key_number.hpp - a number of a published key, in the spellings that issuers use
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/public_key.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mcpawl::jose::detail {

/** Bytes of the largest number of a key: an RSA modulus. */
inline constexpr std::size_t max_number_bytes = mcpawl::detail::public_key::max_rsa_bits / 8;

/** A number of a key, decoded.

    RFC 7518 section 2 has one spelling for each number. Issuers use others: with padding, in the alphabet of
    plain base64, with a zero byte in front, or with leading zeros left out of a coordinate. All of them mean
    one number, which comes from whoever may publish keys, so they are read. The text of a token has one
    spelling still.
*/
class key_number {
public:
  /** False if it is not base64url or base64, or over the limit by more than a key could be. */
  bool decode(std::string_view text) noexcept {
    begin_ = end_ = 0;
    for (int i = 0; i != 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    if (text.empty() || text.size() > max_chars) return false;
    std::array<char, max_chars> spelled;
    std::transform(text.begin(), text.end(), spelled.begin(), [](char c) noexcept {
      return c == '+' ? '-' : c == '/' ? '_' : c;
    });
    auto const size =
        mcpawl::detail::decode_base64url({spelled.data(), text.size()}, {bytes_.data() + room, capacity});
    if (!size) return false;
    begin_ = room;
    end_ = room + *size;
    return true;
  }

  /** The bytes as they were written. */
  std::span<unsigned char const> bytes() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }

  /** Leave leading zeros out. */
  void trim() noexcept {
    while (begin_ != end_ && bytes_[begin_] == 0) ++begin_;
  }

  /** Make it so many bytes long by zeros in front; false if it is longer without them. */
  bool fit(std::size_t size) noexcept {
    if (begin_ == end_) return false;  // nothing was written
    trim();
    if (end_ - begin_ > size || size > room) return false;
    while (end_ - begin_ != size) bytes_[--begin_] = 0;
    return true;
  }

  /** The one spelling of RFC 7518. */
  std::string text() const {
    std::string out;
    mcpawl::detail::append_base64url(out, bytes());
    return out;
  }

private:
  static constexpr std::size_t capacity = 2 * max_number_bytes;
  static constexpr std::size_t max_chars = mcpawl::detail::base64url_size(capacity);
  static constexpr std::size_t room =
      mcpawl::detail::coordinate_size(mcpawl::detail::key_kind::p521);  // for zeros in front

  std::array<unsigned char, room + capacity> bytes_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace mcpawl::jose::detail
