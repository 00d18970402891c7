// tests/unit/crypto/rsa_arithmetic.hpp - RSA arithmetic that any CPU can do, right and wrong, and OpenSSL to
// judge
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <openssl/bn.h>
#include <openssl/rsa.h>

#include <mcpawl/crypto/public_key.hpp>
#include <mcpawl/crypto/rsa_operation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string_view>
#include <vector>

namespace mcpawl::rsa_tests {

using bytes = std::vector<unsigned char>;
using view = std::span<unsigned char const>;

inline detail::public_key key_of(bytes const& modulus, bytes const& exponent = {1, 0, 1}) {
  return detail::public_key::rsa(modulus, exponent).value();
}

/** s^65537 modulo n as OpenSSL computes it, for s below n. */
class openssl_power {
public:
  explicit openssl_power(bytes const& modulus)
      : key_(key_of(modulus)), ctx_(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.native(), nullptr)) {
    if (EVP_PKEY_encrypt_init(ctx_.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx_.get(), RSA_NO_PADDING) != 1)
      std::abort();
  }
  bytes operator()(bytes const& s) const {
    bytes out(s.size());
    std::size_t size = out.size();
    if (EVP_PKEY_encrypt(ctx_.get(), out.data(), &size, s.data(), s.size()) != 1) std::abort();
    return out;
  }

private:
  detail::public_key key_;
  mcpawl::detail::pkey_ctx_handle ctx_;
};

/** The public operation for any CPU. */
class portable_operation : public mcpawl::detail::rsa_operation {
public:
  explicit portable_operation(view modulus) : modulus_(modulus.begin(), modulus.end()), power_(modulus_) {}
  bool compute(std::span<unsigned char> out, view s) const noexcept override {
    bytes const base(s.begin(), s.end());
    if (base >= modulus_) return false;
    bytes const result = power_(base);
    std::copy(result.begin(), result.end(), out.begin());
    return true;
  }
  bytes const& modulus() const { return modulus_; }

private:
  bytes modulus_;
  openssl_power power_;
};

/** What an engine does with arithmetic that works, wherever the tests run. */
struct portable_arithmetic {
  static constexpr std::string_view name = "portable";
  static std::string_view obstacle() noexcept { return {}; }
  static std::unique_ptr<mcpawl::detail::rsa_operation const> prepare(view modulus) {
    if (modulus.size() != 256 && modulus.size() != 384 && modulus.size() != 512) return nullptr;
    return std::make_unique<portable_operation const>(modulus);
  }
};

/** Numbers with and without pattern, the same in each run. */
class numbers {
public:
  /** Any number of `size` bytes. */
  bytes any(std::size_t size) {
    bytes out(size);
    for (unsigned char& b : out) b = static_cast<unsigned char>(engine_());
    return out;
  }
  /** Long runs of zeros and ones, where carries and borrows run far. */
  bytes striped(std::size_t size) {
    bytes out(size);
    unsigned char fill = 0;
    for (unsigned char& b : out) {
      if (engine_() % 8 == 0) fill = static_cast<unsigned char>(engine_() % 2 == 0 ? 0x00 : 0xff);
      b = engine_() % 16 == 0 ? static_cast<unsigned char>(engine_()) : fill;
    }
    return out;
  }
  bytes either(std::size_t size) { return engine_() % 4 == 0 ? striped(size) : any(size); }

  /** An odd modulus with its first bit set. */
  bytes modulus(std::size_t size) {
    bytes out = either(size);
    out.front() |= 0x80;
    out.back() |= 1;
    return out;
  }
  bytes below(bytes const& limit) {
    for (;;) {
      bytes out = either(limit.size());
      if (out < limit) return out;
      out.front() = 0;
      if (engine_() % 2 == 0) return out;
    }
  }

private:
  std::mt19937_64 engine_{20261124};
};

/** `n` plus a small number, which must not run over the lowest byte. */
inline bytes plus(bytes n, int small) {
  n.back() = static_cast<unsigned char>(n.back() + small);
  return n;
}
inline bytes small_number(std::size_t size, unsigned char value) {
  bytes out(size - 1, 0);
  out.push_back(value);
  return out;
}

/** The moduli at the edges of what has `size` bytes, and s that are hard for their own reasons. */
inline std::vector<bytes> edge_moduli(std::size_t size) {
  bytes const ones(size, 0xff);
  bytes lowest = small_number(size, 1);
  lowest.front() = 0x80;  // 2^(bits-1) + 1
  bytes middle = lowest;
  middle.front() = 0xff;
  bytes low_ones(size, 0xff);
  low_ones.front() = 0x80;
  return {ones, plus(ones, -2), lowest, plus(lowest, 2), middle, low_ones, plus(low_ones, -2)};
}
inline std::vector<bytes> edge_values(bytes const& n) {
  std::size_t const size = n.size();
  std::vector<bytes> out{small_number(size, 0), small_number(size, 1), small_number(size, 2), plus(n, -1)};
  for (std::size_t bit = 1; bit < 8 * size - 1; bit += 29) {  // powers of two meet each place in a limb
    bytes power(size, 0);
    power[size - 1 - bit / 8] = static_cast<unsigned char>(1u << bit % 8);
    out.push_back(power);
    for (std::size_t i = size - bit / 8; i < size; ++i) power[i] = 0xff;
    out.push_back(power);
  }
  out.erase(std::remove_if(out.begin(), out.end(), [&](bytes const& s) { return s >= n; }), out.end());
  return out;
}

}  // namespace mcpawl::rsa_tests
