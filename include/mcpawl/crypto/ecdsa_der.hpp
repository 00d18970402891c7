// mcpawl/crypto/ecdsa_der.hpp - ECDSA signatures from the form of JOSE to the form of OpenSSL
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace mcpawl::detail {

/** An ECDSA signature as an ASN.1 SEQUENCE of two INTEGERs. */
struct ecdsa_der {
  std::array<unsigned char, 144> bytes;
  std::size_t size = 0;
};

/** Write one unsigned number as a DER INTEGER and return the end. */
inline unsigned char* put_der_integer(unsigned char* out, std::span<unsigned char const> number) noexcept {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  bool const looks_negative = (number[0] & 0x80) != 0;
  *out++ = 0x02;
  *out++ = static_cast<unsigned char>(number.size() + (looks_negative ? 1 : 0));
  if (looks_negative) *out++ = 0;
  std::memcpy(out, number.data(), number.size());
  return out + number.size();
}

/** Turn r || s, two numbers of equal length up to 66 bytes each (RFC 7518 section 3.4), into DER.

    A DER signature in place of r || s is never tried: JOSE knows one form only. Numbers out of range
    are left to OpenSSL, which refuses zero and everything from the order upwards.
*/
inline ecdsa_der to_der(std::span<unsigned char const> rs) noexcept {
  std::array<unsigned char, 2 * (2 + 1 + 66)> body;
  std::size_t const half = rs.size() / 2;
  unsigned char* const end = put_der_integer(put_der_integer(body.data(), rs.first(half)), rs.subspan(half));
  auto const size = static_cast<std::size_t>(end - body.data());
  ecdsa_der der;
  unsigned char* out = der.bytes.data();
  *out++ = 0x30;
  if (size >= 0x80) *out++ = 0x81;
  *out++ = static_cast<unsigned char>(size);
  std::memcpy(out, body.data(), size);
  der.size = static_cast<std::size_t>(out - der.bytes.data()) + size;
  return der;
}

}  // namespace mcpawl::detail
