// mcpawl/crypto/pkcs1_block.hpp - what the signature of a digest must contain, byte for byte
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/public_key.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace mcpawl::detail {

/** The encoded message of RSASSA-PKCS1-v1_5 (RFC 8017 section 9.2).

    Whoever verifies compares all of it with what the signature contains. Nothing of a signature is parsed,
    so that there is no padding, length or identifier to be lenient about.
*/
class pkcs1_block {
public:
  /** `size` bytes, as many as the modulus has, at least those of 2048 bits. */
  pkcs1_block(digest_kind kind, std::size_t size) noexcept : size_(size), digest_size_(digest_size(kind)) {
    auto const digest_bytes = static_cast<unsigned char>(digest_size_);
    auto const id = static_cast<unsigned char>(1 + static_cast<unsigned>(kind));  // 2.16.840.1.101.3.4.2.id
    std::array<unsigned char, 19> const info{0x30,        static_cast<unsigned char>(0x11 + digest_bytes),
                                             0x30,        0x0d,
                                             0x06,        0x09,
                                             0x60,        0x86,
                                             0x48,        0x01,
                                             0x65,        0x03,
                                             0x04,        0x02,
                                             id,          0x05,
                                             0x00,        0x04,
                                             digest_bytes};
    std::size_t const before = size - digest_size_ - info.size();
    bytes_.fill(0xff);
    bytes_[0] = 0;
    bytes_[1] = 1;
    bytes_[before - 1] = 0;
    std::copy(info.begin(), info.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(before));
  }

  /** Where the digest goes. */
  std::span<unsigned char> digest() noexcept {
    return std::span{bytes_}.subspan(size_ - digest_size_, digest_size_);
  }

  std::span<unsigned char const> bytes() const noexcept { return std::span{bytes_}.first(size_); }

private:
  std::array<unsigned char, public_key::max_rsa_bits / 8> bytes_;
  std::size_t size_;
  std::size_t digest_size_;
};

}  // namespace mcpawl::detail
