// mcpawl/crypto/digest.hpp - SHA-2 digests, with a context that is made once and used often
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_handle.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace mcpawl::detail {

using sha256_digest = std::array<unsigned char, 32>;

/** The digests that signatures use. */
enum class digest_kind : unsigned char { sha256, sha384, sha512 };

constexpr std::size_t digest_size(digest_kind kind) noexcept {
  return kind == digest_kind::sha256 ? 32 : kind == digest_kind::sha384 ? 48 : 64;
}
constexpr char const* digest_name(digest_kind kind) noexcept {
  return kind == digest_kind::sha256 ? "SHA256" : kind == digest_kind::sha384 ? "SHA384" : "SHA512";
}

/** Computes digests of one kind, one after the other, without looking the algorithm up again.

    @par Errors
    The constructor throws `std::bad_alloc`; afterwards `false` means that OpenSSL failed inside, which it
    does only when memory is out.
    @par Thread safety
    One thread at a time.
*/
class digest_context {
public:
  explicit digest_context(digest_kind kind)
      : md_(require(md_handle{EVP_MD_fetch(nullptr, digest_name(kind), nullptr)})),
        ctx_(require(md_ctx_handle{EVP_MD_CTX_new()})),
        size_(digest_size(kind)) {
    if (EVP_DigestInit_ex2(ctx_.get(), md_.get(), nullptr) != 1) throw std::bad_alloc();
  }

  std::size_t size() const noexcept { return size_; }

  /** Digest one message into `out`, which has room for `size()` bytes. */
  bool compute(std::string_view message, std::span<unsigned char> out) noexcept {
    // no name of the algorithm: naming it again would count its references up and down, in a cache line
    // that all threads share
    return out.size() >= size_ && EVP_DigestInit_ex2(ctx_.get(), nullptr, nullptr) == 1 &&
           EVP_DigestUpdate(ctx_.get(), message.data(), message.size()) == 1 &&
           EVP_DigestFinal_ex(ctx_.get(), out.data(), nullptr) == 1;
  }

private:
  md_handle md_;
  md_ctx_handle ctx_;
  std::size_t size_;
};

/** Computes SHA-256 digests one after the other.

    @par Errors
    Throws `std::bad_alloc`.
    @par Thread safety
    One thread at a time.
*/
class sha256_context {
public:
  sha256_digest operator()(std::string_view message) {
    sha256_digest out;
    if (!context_.compute(message, out)) throw std::bad_alloc();
    return out;
  }

private:
  digest_context context_{digest_kind::sha256};
};

/** The SHA-256 digest of one message; whoever needs many keeps a `sha256_context`. */
inline sha256_digest sha256(std::string_view message) { return sha256_context{}(message); }

}  // namespace mcpawl::detail
