// mcpawl/crypto/seal.hpp - texts that only we can make and read, for values that travel through clients
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/errc.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/crypto/random.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** Seals small values so that a client can carry them but neither read nor alter them.

    AES-256-GCM with a random 96-bit nonce: base64url(version, key id, nonce, ciphertext, tag). The first
    key seals, every key opens, so that keys can be changed without a gap. What is sealed for one purpose
    does not open for another: the purpose (and the user, the session...) goes into `associated`.

    What it does not do: hide the length, expire, or stop the same text from being presented twice. One key
    should not seal more than 2^32 texts (NIST SP 800-38D section 8.3).

    @par Thread safety
    One thread per copy; copies share the keys.

    @code
    auto sealed = sealer.seal(state, "session:" + principal);
    @endcode
*/
class sealer {
public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t largest = 1 << 24;  ///< Bytes of a value; a limit against errors.

  /** Take keys of 32 bytes each, the sealing one first.

      @par Errors
      Throws `std::invalid_argument` without keys, or for one that has not 32 bytes. */
  explicit sealer(std::vector<secret> keys) : sealer(make_keys(std::move(keys))) {}

  sealer(sealer const& other) : sealer(other.keys_) {}
  sealer(sealer&&) noexcept = default;
  sealer& operator=(sealer other) noexcept {
    keys_ = std::move(other.keys_);
    ctx_ = std::move(other.ctx_);
    return *this;
  }
  ~sealer() = default;

  /** A sealer whose key dies with the process.

      @par Errors
      Throws `std::system_error` without randomness. */
  static sealer with_random_key() {
    std::string key(key_size, '\0');
    detail::fill_random({reinterpret_cast<unsigned char*>(key.data()), key.size()});
    std::vector<secret> keys;
    keys.emplace_back(std::move(key));
    return sealer{std::move(keys)};
  }

  /** Seal a value.

      @par Errors
      Throws `std::length_error` over `largest`, `std::system_error` without randomness. */
  std::string seal(std::string_view plaintext, std::string_view associated) {
    if (plaintext.size() > largest || associated.size() > largest) {
      throw std::length_error("mcpawl: value too large to seal");
    }
    detail::openssl_error_scope const quiet;
    key const& with = keys_->front();
    std::vector<unsigned char> box(overhead + plaintext.size());
    box[0] = version;
    std::memcpy(box.data() + 1, with.id.data(), with.id.size());
    detail::fill_random({box.data() + nonce_at, nonce_size});
    unsigned char* const tag = box.data() + box.size() - tag_size;
    int written = 0;
    if (EVP_EncryptInit_ex2(ctx_.get(), cipher(), bytes_of(with.bytes), box.data() + nonce_at, nullptr) !=
            1 ||
        EVP_EncryptUpdate(ctx_.get(), nullptr, &written, box.data(), nonce_at) != 1 ||
        EVP_EncryptUpdate(ctx_.get(), nullptr, &written, bytes_of(associated), int_of(associated)) != 1 ||
        EVP_EncryptUpdate(ctx_.get(), box.data() + text_at, &written, bytes_of(plaintext),
                          int_of(plaintext)) != 1 ||
        EVP_EncryptFinal_ex(ctx_.get(), tag, &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag) != 1) {
      throw std::bad_alloc();
    }
    std::string text;
    detail::append_base64url(text, box);
    return text;
  }

  /** Open what `seal` made with the same `associated`.

      @par Errors
      `crypto_errc::sealed_malformed`, `sealed_elsewhere`, `sealed_forged`; throws only `std::bad_alloc`.
  */
  result<std::string> open(std::string_view sealed, std::string_view associated) {
    if (sealed.size() < detail::base64url_size(overhead) ||
        sealed.size() > detail::base64url_size(overhead + largest)) {
      return detail::crypto_errc::sealed_malformed;
    }
    std::vector<unsigned char> box(detail::unpadded_base64_bytes(sealed.size()));
    if (!detail::decode_base64url(sealed, box) || box[0] != version)
      return detail::crypto_errc::sealed_malformed;
    key const* const with = find(box.data() + 1);
    if (with == nullptr) return detail::crypto_errc::sealed_elsewhere;

    detail::openssl_error_scope const quiet;
    std::string plaintext(box.size() - overhead, '\0');
    unsigned char* const tag = box.data() + box.size() - tag_size;
    auto* const out = reinterpret_cast<unsigned char*>(plaintext.data());
    int written = 0;
    if (EVP_DecryptInit_ex2(ctx_.get(), cipher(), bytes_of(with->bytes), box.data() + nonce_at, nullptr) !=
            1 ||
        EVP_DecryptUpdate(ctx_.get(), nullptr, &written, box.data(), nonce_at) != 1 ||
        EVP_DecryptUpdate(ctx_.get(), nullptr, &written, bytes_of(associated), int_of(associated)) != 1 ||
        EVP_DecryptUpdate(ctx_.get(), out, &written, box.data() + text_at, int_of(plaintext)) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag) != 1 ||
        EVP_DecryptFinal_ex(ctx_.get(), out + plaintext.size(), &written) != 1) {
      wipe(plaintext.data(), plaintext.size());
      return detail::crypto_errc::sealed_forged;
    }
    return plaintext;
  }

private:
  static constexpr unsigned char version = 1;
  static constexpr int nonce_at = 5;  // after the version and the key id, which are authenticated too
  static constexpr int nonce_size = 12;
  static constexpr int text_at = nonce_at + nonce_size;
  static constexpr int tag_size = 16;
  static constexpr std::size_t overhead = text_at + tag_size;

  struct key {
    secret bytes;
    std::array<unsigned char, 4> id;
  };
  using key_list = std::vector<key>;

  explicit sealer(std::shared_ptr<key_list const> keys)
      : keys_(std::move(keys)), ctx_(detail::require(detail::cipher_ctx_handle{EVP_CIPHER_CTX_new()})) {}

  /** Looked up once: that takes longer than sealing. */
  static EVP_CIPHER const* cipher() {
    static auto const found =
        detail::require(detail::cipher_handle{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)});
    return found.get();
  }

  static std::shared_ptr<key_list const> make_keys(std::vector<secret> keys) {
    if (keys.empty()) throw std::invalid_argument("mcpawl: a sealer needs a key");
    auto list = std::make_shared<key_list>();
    for (auto& bytes : keys) {
      if (bytes.reveal().size() != key_size) {
        throw std::invalid_argument("mcpawl: a key of a sealer has 32 bytes");
      }
      // names the key without telling anything about it
      std::string named = "mcpawl.seal.key-id:";
      named += bytes.reveal();
      detail::sha256_digest const digest = detail::sha256(named);
      wipe(named.data(), named.size());
      list->push_back({std::move(bytes), {digest[0], digest[1], digest[2], digest[3]}});
    }
    return list;
  }

  key const* find(unsigned char const* id) const noexcept {
    for (key const& k : *keys_) {
      if (std::memcmp(k.id.data(), id, k.id.size()) == 0) return &k;
    }
    return nullptr;
  }

  static unsigned char const* bytes_of(std::string_view text) noexcept {
    // GCM takes a null pointer for "this is the last call": an empty view must not look like it
    return text.empty() ? reinterpret_cast<unsigned char const*>("")
                        : reinterpret_cast<unsigned char const*>(text.data());
  }
  static unsigned char const* bytes_of(secret const& s) noexcept { return bytes_of(s.reveal()); }
  static int int_of(std::string_view text) noexcept { return static_cast<int>(text.size()); }

  std::shared_ptr<key_list const> keys_;
  detail::cipher_ctx_handle ctx_;
};

}  // namespace mcpawl
