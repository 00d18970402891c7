// mcpawl/observe/pseudonyms.hpp - keyed hashes that stand for principals and sessions where these must not be written
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** HMAC-SHA-256 (RFC 2104) of names under one key, the first 16 hexadecimal digits of it. The last ones are remembered.

    The key is what keeps somebody with a list of names from finding out whose hash it is.
    @par Thread safety
    One thread at a time. */
class pseudonyms {
public:
  /** @param key  of at most 64 bytes */
  explicit pseudonyms(secret const& key) {
    for (std::size_t i = 0; i != block; ++i) {
      auto const byte = i < key.reveal().size() ? static_cast<unsigned char>(key.reveal()[i]) : 0u;
      inner_[i] = static_cast<char>(byte ^ 0x36u);
      outer_[i] = static_cast<char>(byte ^ 0x5cu);
    }
  }
  pseudonyms(pseudonyms const&) = delete;
  pseudonyms& operator=(pseudonyms const&) = delete;
  ~pseudonyms() {
    wipe(inner_.data(), inner_.size());
    wipe(outer_.data(), outer_.size());
  }

  /** A key for hashes that need not outlive the process. */
  static secret random_key() {
    std::string bytes(32, '\0');
    fill_random({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    return secret(std::move(bytes));
  }

  /** The hash of a name; empty for none. The view holds until this is called again. */
  std::string_view of(std::string_view name) {
    if (name.empty()) return {};
    entry& at = known_[std::hash<std::string_view>{}(name) % known_.size()];
    if (at.name != name) {
      at.hash = compute(name);
      // what is very long is not worth to be kept
      at.name.assign(name.substr(0, name.size() > max_kept ? 0 : name.size()));
    }
    return {at.hash.data(), at.hash.size()};
  }

private:
  static constexpr std::size_t block = 64, digits = 16, max_kept = 512;
  using text = std::array<char, digits>;
  struct entry {
    std::string name;
    text hash{};
  };

  text compute(std::string_view name) {
    std::string message;
    message.reserve(block + name.size());
    message.append(inner_.data(), inner_.size()).append(name);
    auto const first = hash_(message);
    wipe(message.data(), block);
    std::array<char, block + sizeof first> last;
    std::copy(outer_.begin(), outer_.end(), last.begin());
    std::copy(first.begin(), first.end(), last.begin() + block);
    auto const second = hash_(std::string_view(last.data(), last.size()));
    wipe(last.data(), last.size());
    constexpr char hex[] = "0123456789abcdef";
    text out;
    for (std::size_t i = 0; i != digits / 2; ++i) {
      unsigned const byte = static_cast<unsigned char>(second[i]);
      out[2 * i] = hex[byte >> 4];
      out[2 * i + 1] = hex[byte & 15];
    }
    return out;
  }

  std::array<char, block> inner_, outer_;
  sha256_context hash_;
  std::array<entry, 64> known_;
};

}  // namespace mcpawl::detail
