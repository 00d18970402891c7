// mcpawl/jose/verifier.hpp - verify tokens: the one place that turns bytes of a client into claims to rely on
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/signature.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/jose/compact.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/header.hpp>
#include <mcpawl/jose/jwk_set.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::jose {

/** Verifies tokens of one issuer for one audience, with everything prepared.

    The order of work is what makes it safe and cheap to feed with anything: size and dots; the header
    (or that its bytes are those of a header that already verified); the key by `kid`; that the key is for
    the algorithm; length and spelling of the signature; the signature; and only then the claims. Nothing
    that is not signed reaches the claims parser, and nothing of a token chooses a key or an algorithm
    beyond what the expectation and the key set allow.

    Looks at no clock, fetches nothing, and keeps no token.

    @par Errors
    One `errc` per reason. No refusal throws, and none allocates outside of OpenSSL.
    `errc::unknown_kid` is the one that newer keys may cure.
    @par Lifetime
    Neither copied nor moved, since what it hands out are views into it: keep it in a `std::unique_ptr` or
    `std::optional` where that matters, and make a new one of `expected()` for another thread.
    @par Thread safety
    One thread at a time; verifiers of several threads share a `jwk_set`.

    @code
    mcpawl::jose::verifier verify{{.issuer = "https://team.cloudflareaccess.com", .audiences = {aud}}};
    verify.use(keys);
    auto claims = verify.verify(token, mcpawl::clock::system().wall());
    if (claims) greet(claims->sub);
    @endcode
*/
class verifier {
public:
  static constexpr std::size_t max_header_chars = 2048;

  explicit verifier(expectation expected)
      : expected_(std::move(expected)),
        usable_(is_usable(expected_)),
        payload_capacity_(mcpawl::detail::unpadded_base64_bytes(expected_.max_token_bytes)),
        payload_(std::make_unique<unsigned char[]>(payload_capacity_)),
        header_json_(max_header_bytes, 8),
        claims_json_(payload_capacity_, 16) {}

  verifier(verifier const&) = delete;
  verifier& operator=(verifier const&) = delete;

  expectation const& expected() const noexcept { return expected_; }
  std::shared_ptr<jwk_set const> const& keys() const noexcept { return keys_; }

  /** Verify with these keys from now on. Errors: throws `std::bad_alloc`, and then keeps the keys it had. */
  void use(std::shared_ptr<jwk_set const> keys) {
    std::vector<lane> lanes;
    for (jwk const& key : keys ? keys->keys() : std::span<jwk const>{}) {
      for (std::size_t i = 0; i != algorithm_count; ++i) {
        auto const a = static_cast<algorithm>(i);
        if (!key.algorithms().contains(a) || !expected_.algorithms.contains(a)) continue;
        auto check = signature_verifier::make(key.key(), scheme_of(a));
        if (!check) throw std::bad_alloc();  // the scheme fits the key, so nothing else can be wrong
        lanes.push_back({&key, a, *std::move(check), {}, 0});
      }
    }
    lanes_ = std::move(lanes);
    keys_ = std::move(keys);
    last_kid_ = {};
  }

  /** Verify a token and return its claims; the views end with the next call. `now` is the wall time. */
  result<claims_view> verify(std::string_view token, unix_seconds now) noexcept {
    last_kid_ = {};
    if (!usable_) return errc::bad_expectation;
    if (lanes_.empty()) return errc::no_keys;
    auto const parts = split_compact(token, expected_.max_token_bytes);
    if (!parts) return parts.error();
    lane* with = recall(parts->header);
    if (with == nullptr) {
      auto const found = choose(parts->header);
      if (!found) return found.error();
      with = *found;
    }
    last_kid_ = with->key->kid();

    std::span<unsigned char> const signature{signature_.data(), with->check.signature_size()};
    if (parts->signature.size() != base64url_size(signature.size())) return errc::signature_length;
    if (!decode_base64url(parts->signature, signature)) return errc::signature_encoding;
    if (!with->check.verify(parts->signing_input, signature)) return errc::bad_signature;
    with->remember(parts->header);

    auto const size = decode_base64url(parts->payload, {payload_.get(), payload_capacity_});
    if (!size) return errc::claims_encoding;
    return claims_.read({reinterpret_cast<char const*>(payload_.get()), *size}, claims_json_, expected_, now);
  }

  /** The `kid` of the token that `verify` saw last, as far as its header was read; for the log. Ends with the
      next `verify` or `use`. */
  std::string_view last_kid() const noexcept { return last_kid_; }

private:
  static constexpr std::size_t max_header_bytes = mcpawl::detail::unpadded_base64_bytes(max_header_chars);
  static constexpr std::size_t max_memo = 512;

  /** One key in one algorithm, and the last header that verified with it. */
  struct lane {
    jwk const* key;
    algorithm alg;
    signature_verifier check;
    std::array<char, max_memo> memo;
    std::size_t memo_size;

    bool recalls(std::string_view header) const noexcept {
      return header.size() == memo_size && std::memcmp(header.data(), memo.data(), memo_size) == 0;
    }
    void remember(std::string_view header) noexcept {
      if (header.size() > max_memo || recalls(header)) return;
      std::memcpy(memo.data(), header.data(), header.size());
      memo_size = header.size();
    }
  };

  static bool is_usable(expectation const& e) noexcept {
    bool const nameless =
        std::any_of(e.audiences.begin(), e.audiences.end(), [](auto& a) { return a.empty(); });
    return !e.issuer.empty() && !e.audiences.empty() && !nameless && !e.algorithms.empty() &&
           e.wanted.size() <= detail::claims_reader::max_wanted;
  }

  /** Find the lane whose last good header has these bytes: everything there is to check about a header
      depends on its bytes, the expectation and the key set, and neither of those has changed since. */
  lane* recall(std::string_view header) noexcept {
    for (lane& l : lanes_) {
      if (l.recalls(header)) return &l;
    }
    return nullptr;
  }

  /** Read a header and find the lane for it. */
  result<lane*> choose(std::string_view encoded) noexcept {
    if (encoded.size() > max_header_chars) return errc::header_too_large;
    auto const size = decode_base64url(encoded, header_);
    if (!size) return errc::header_encoding;
    auto const header =
        detail::read_header({reinterpret_cast<char const*>(header_.data()), *size}, header_json_);
    if (!header) return header.error();
    last_kid_ = header->kid;
    auto const alg = find_algorithm(header->alg);
    if (!alg) return errc::unknown_algorithm;
    if (!expected_.algorithms.contains(*alg)) return errc::algorithm_not_allowed;
    if (!acceptable_type(*header)) return errc::wrong_type;
    jwk const* const key = keys_->find(header->kid);
    if (key == nullptr) return errc::unknown_kid;
    for (lane& l : lanes_) {
      if (l.key == key && l.alg == *alg) return &l;
    }
    return errc::algorithm_mismatch;
  }

  bool acceptable_type(token_header const& header) const noexcept {
    if (!header.has_typ) return !expected_.type_required;
    return expected_.types.empty() ||
           std::any_of(expected_.types.begin(), expected_.types.end(),
                       [&](auto& type) { return detail::same_type(type, header.typ); });
  }

  expectation expected_;
  bool usable_;
  std::shared_ptr<jwk_set const> keys_;
  std::vector<lane> lanes_;
  std::string_view last_kid_;

  std::array<unsigned char, max_header_bytes> header_;
  std::array<unsigned char, detail::max_number_bytes> signature_;
  std::size_t payload_capacity_;
  std::unique_ptr<unsigned char[]> payload_;
  detail::json_reader header_json_;
  detail::json_reader claims_json_;
  detail::claims_reader claims_;
};

}  // namespace mcpawl::jose
