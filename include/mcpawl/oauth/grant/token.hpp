// mcpawl/oauth/grant/token.hpp - the texts we hand out: authorization codes, access tokens, refresh tokens
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/base64_codec.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

enum class token_kind : unsigned char { code, access, refresh };

namespace detail {

/** The digest of a secret text for one purpose; no other purpose has the same. */
inline std::string digest_for(std::string_view purpose, std::string_view a, std::string_view b = {}) {
  std::string text;
  text.reserve(purpose.size() + a.size() + b.size() + 1);
  text.append(purpose).append(1, ':').append(a).append(b);
  thread_local mcpawl::detail::sha256_context context;
  mcpawl::detail::sha256_digest const digest = context(text);
  wipe(text.data(), text.size());
  return {digest.begin(), digest.end()};
}

inline std::string random_base64url(std::size_t size) {
  std::array<unsigned char, 48> bytes;
  std::span<unsigned char> const used = std::span(bytes).first(size);
  mcpawl::detail::fill_random(used);
  std::string text;
  mcpawl::detail::append_base64url(text, used);
  wipe(bytes.data(), bytes.size());
  return text;
}

}  // namespace detail

/** Names a grant: its key in the store says whose it is, without telling who that is. */
class grant_name {
public:
  static constexpr std::size_t owner_size = 16;  ///< Characters: 96 bits.
  static constexpr std::size_t id_size = 20;     ///< Characters: 120 bits.
  static constexpr std::string_view prefix = "grant/";

  /** A new grant of a user. */
  static grant_name make(std::string_view user) {
    return grant_name{owner_of(user), detail::random_base64url(id_size / 4 * 3)};
  }
  grant_name(std::string owner, std::string id) : owner_(std::move(owner)), id_(std::move(id)) {}

  std::string const& owner() const noexcept { return owner_; }
  std::string const& id() const noexcept { return id_; }
  std::string key() const { return prefix_of(owner_) + id_; }

  static std::string owner_of(std::string_view user) {
    std::string const digest = detail::digest_for("mcpawl.oauth.user", user);
    std::string text;
    mcpawl::detail::append_base64url(text, std::string_view{digest}.substr(0, owner_size / 4 * 3));
    return text;
  }
  /** What the keys of all grants of an owner begin with. */
  static std::string prefix_of(std::string_view owner) {
    return std::string{prefix}.append(owner).append(1, '/');
  }

private:
  std::string owner_;
  std::string id_;
};

/** A code or token of ours.

    Its text is a prefix that tells the kind, the name of its grant, 264 random bits, and a mark: the digest
    of all that with a key of the grant. The store holds digests of whole texts only. The mark tells tokens
    that were replaced long ago from texts that somebody made up, though nothing of them is kept.
*/
class token {
public:
  static constexpr std::size_t random_size = 44, mark_size = 16;
  static constexpr std::size_t family_key_size = 32;  ///< Bytes.

  static constexpr std::string_view prefix_of(token_kind kind) noexcept {
    switch (kind) {
      case token_kind::code: return "mcpawl_ac_";
      case token_kind::access: return "mcpawl_at_";
      case token_kind::refresh: return "mcpawl_rt_";
    }
    return "";
  }
  static constexpr std::size_t prefix_size = 10;
  static constexpr std::size_t size =
      prefix_size + grant_name::owner_size + grant_name::id_size + random_size + mark_size;

  /** Make a new one. `family_key` is the grant's. */
  static token make(token_kind kind, grant_name const& grant, std::string_view family_key) {
    std::string text;
    text.reserve(size);
    text.append(prefix_of(kind)).append(grant.owner()).append(grant.id());
    std::string random = detail::random_base64url(random_size / 4 * 3);
    text.append(random);
    wipe(random.data(), random.size());
    text.append(mark_of(text, family_key));
    return token{secret{std::move(text)}};
  }

  /** Take one that somebody sent.

      @par Errors
      `oauth_errc::bad_token` for what cannot be one of ours. */
  static result<token> parse(token_kind kind, std::string_view text) {
    if (text.size() != size || !text.starts_with(prefix_of(kind))) return oauth_errc::bad_token;
    if (!mcpawl::detail::is_base64url(text.substr(prefix_size))) return oauth_errc::bad_token;
    return token{secret{std::string{text}}};
  }

  std::string_view reveal() const noexcept { return text_.reveal(); }
  secret const& text() const noexcept { return text_; }

  grant_name grant() const {
    return {std::string{part(0, grant_name::owner_size)},
            std::string{part(grant_name::owner_size, grant_name::id_size)}};
  }

  /** What the store knows the token by. */
  std::string digest() const { return detail::digest_for("mcpawl.oauth.digest", reveal()); }
  /** A key that only the holder of the token has: 32 bytes. */
  secret wrapping_key() const { return secret{detail::digest_for("mcpawl.oauth.wrap", reveal())}; }
  /** Whether it was made with this key, at any time. */
  bool is_of_family(std::string_view family_key) const {
    std::string_view const marked = reveal().substr(0, size - mark_size);
    return equal_in_constant_time(mark_of(marked, family_key), reveal().substr(size - mark_size));
  }

private:
  explicit token(secret text) noexcept : text_(std::move(text)) {}

  std::string_view part(std::size_t at, std::size_t length) const noexcept {
    return reveal().substr(prefix_size + at, length);
  }

  static std::string mark_of(std::string_view marked, std::string_view family_key) {
    // everything has a fixed length and the digest is cut, so it cannot be extended
    std::string const digest = detail::digest_for("mcpawl.oauth.mark", family_key, marked);
    std::string text;
    mcpawl::detail::append_base64url(text, std::string_view{digest}.substr(0, mark_size / 4 * 3));
    return text;
  }

  secret text_;
};

}  // namespace mcpawl::oauth
