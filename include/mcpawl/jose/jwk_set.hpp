// mcpawl/jose/jwk_set.hpp - the keys of an issuer, read from the document it publishes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/jose/jwk.hpp>
#include <mcpawl/jose/name_set.hpp>

#include <array>
#include <cstddef>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::jose {

namespace detail {
class jwk_set_sink;
}  // namespace detail

/** A key that was left out of a set, and why. The `kid` is what the document says: escape it before printing.
 */
struct skipped_key {
  std::string kid;
  error_code reason;
};

/** The usable keys of a JSON Web Key Set (RFC 7517 section 5).

    A key is found by its `kid` and the algorithm: one `kid` may be that of several keys (RFC 7517 section
    4.5). No two keys of a set that have a `kid` have both in common.

    Immutable: made by `parse_jwk_set`, then shared as `std::shared_ptr<jwk_set const>` by all threads.
*/
class jwk_set {
public:
  static constexpr std::size_t max_document_bytes = 256 * 1024;  // 64 keys with their certificates
  static constexpr std::size_t max_keys = 64;
  static constexpr std::size_t max_skipped = 32;  ///< Records kept of keys left out; all are counted.

  std::span<jwk const> keys() const noexcept { return keys_; }

  /** The first key of this name, whatever it is for. */
  jwk const* find(std::string_view kid) const noexcept {
    for (jwk const& key : keys_) {
      if (key.kid() == kid) return &key;
    }
    return nullptr;
  }

  /** The key of this name for this algorithm. */
  jwk const* find(std::string_view kid, algorithm alg) const noexcept {
    for (jwk const& key : keys_) {
      if (key.algorithms().contains(alg) && key.kid() == kid) return &key;
    }
    return nullptr;
  }

  /** The one key for an algorithm, named or not, under however many names; null for several keys, or none. */
  jwk const* only_key_for(algorithm alg) const noexcept {
    jwk const* found = nullptr;
    for (jwk const& key : keys_) {
      if (!key.algorithms().contains(alg)) continue;
      if (found == nullptr)
        found = &key;
      else if (found->thumbprint() != key.thumbprint())
        return nullptr;
    }
    return found;
  }

  std::span<skipped_key const> skipped() const noexcept { return skipped_; }
  std::size_t skipped_count() const noexcept { return skipped_count_; }

private:
  friend class detail::jwk_set_sink;
  friend result<jwk_set> parse_jwk_set(std::string_view json);
  jwk_set() = default;

  void skip(std::string_view kid, error_code reason) {
    ++skipped_count_;
    if (skipped_.size() == max_skipped) return;
    skipped_.push_back({std::string{kid.substr(0, max_kid_bytes)}, reason});
  }

  /** Add a key, or what another entry says about one that is there. */
  void add(jwk made) {
    for (jwk& known : keys_) {
      if (known.kid() != made.kid() || known.thumbprint() != made.thumbprint()) continue;
      known.algorithms_.insert(made.algorithms());
      return;
    }
    keys_.push_back(std::move(made));
  }

  /** Take from keys of one name the algorithms that they have in common, and leave out those without any.
      Keys without a name are never chosen by it. */
  void drop_ambiguous() {
    std::vector<algorithm_set> shared(keys_.size());
    for (std::size_t i = 0; i != keys_.size(); ++i) {
      for (std::size_t j = 0; j != i; ++j) {
        if (keys_[i].kid().empty() || keys_[i].kid() != keys_[j].kid()) continue;
        auto const both = keys_[i].algorithms().common(keys_[j].algorithms());
        shared[i].insert(both);
        shared[j].insert(both);
      }
    }
    std::vector<jwk> kept;
    for (std::size_t i = 0; i != keys_.size(); ++i) {
      keys_[i].algorithms_.erase(shared[i]);
      if (keys_[i].algorithms().empty())
        skip(keys_[i].kid(), jose_errc::duplicate_kid);
      else
        kept.push_back(std::move(keys_[i]));
    }
    keys_ = std::move(kept);
  }

  std::vector<jwk> keys_;
  std::vector<skipped_key> skipped_;
  std::size_t skipped_count_ = 0;
};

namespace detail {

/** Collects the keys of a document from its events. */
class jwk_set_sink final : public json_sink {
public:
  explicit jwk_set_sink(jwk_set& into) noexcept : set_(into) {}

  bool on(json_event const& event) noexcept override try {
    switch (event.depth) {
      case 0:
        return event.token == json_token::object_begin || event.token == json_token::object_end ||
               refuse(jose_errc::key_set_syntax);
      case 1: return on_document(event);
      case 2: return !in_keys_ || on_entry(event);
      case 3: return !in_key_ || on_member(event);
      case 4: return !in_key_ || on_element(event);
      default: return true;
    }
  } catch (std::bad_alloc const&) {
    return refuse(jose_errc::library);
  }

  bool has_keys = false;
  jose_errc problem = jose_errc::key_set_syntax;

private:
  enum class member : unsigned char { other, text, key_ops, secret };

  bool on_document(json_event const& event) noexcept {
    if (event.token == json_token::name) {
      next_is_keys_ = event.text == "keys";
      if (!next_is_keys_) return true;
      if (has_keys) return refuse(jose_errc::key_set_syntax);
      has_keys = true;
      return true;
    }
    in_keys_ = next_is_keys_ && event.token == json_token::array_begin;
    if (next_is_keys_ && !in_keys_) return refuse(jose_errc::key_set_syntax);
    next_is_keys_ = false;
    return true;
  }

  bool on_entry(json_event const& event) {
    in_key_ = event.token == json_token::object_begin;
    if (in_key_) {
      members_ = {};
      names_.clear();
      key_problem_.reset();
      current_ = member::other;
      in_ops_ = false;
      return true;
    }
    if (event.token == json_token::object_end) return finish_key();
    // an array says that it is no key when it begins
    if (event.token != json_token::array_end) set_.skip({}, jose_errc::key_not_object);
    return true;
  }

  bool on_member(json_event const& event) noexcept {
    if (event.token == json_token::name) {
      begin_member(event.text);
      return true;
    }
    if (event.token == json_token::array_end) {
      in_ops_ = false;
      return true;
    }
    member const now = std::exchange(current_, member::other);
    // some issuers write what they leave out as null
    if (now == member::other || (event.token == json_token::literal && event.text == "null")) return true;
    if (now == member::text) {
      if (event.token == json_token::string)
        *into_ = event.text;
      else
        wrong(jose_errc::key_member);
      members_.has_use = members_.has_use || into_ == &members_.use;
      members_.has_alg = members_.has_alg || into_ == &members_.alg;
    } else if (now == member::key_ops) {
      members_.has_key_ops = true;
      in_ops_ = event.token == json_token::array_begin;
      if (!in_ops_) wrong(jose_errc::key_member);
    } else {
      members_.has_private = true;
    }
    return true;
  }

  bool on_element(json_event const& event) noexcept {
    if (!in_ops_) return true;
    if (event.token != json_token::string)
      wrong(jose_errc::key_member);
    else if (event.text == "verify")
      members_.can_verify = true;
    return true;
  }

  void begin_member(std::string_view name) noexcept {
    current_ = member::other;
    switch (names_.insert(name)) {
      case name_outcome::added: break;
      case name_outcome::duplicate: return wrong(jose_errc::key_duplicate);
      case name_outcome::full: return wrong(jose_errc::key_member);
    }
    struct text_member {
      std::string_view name;
      std::string_view jwk_members::* into;
    };
    static constexpr std::array<text_member, 9> texts{{{"kty", &jwk_members::kty},
                                                       {"kid", &jwk_members::kid},
                                                       {"use", &jwk_members::use},
                                                       {"alg", &jwk_members::alg},
                                                       {"n", &jwk_members::n},
                                                       {"e", &jwk_members::e},
                                                       {"crv", &jwk_members::crv},
                                                       {"x", &jwk_members::x},
                                                       {"y", &jwk_members::y}}};
    for (auto const& text : texts) {
      if (text.name != name) continue;
      current_ = member::text;
      into_ = &(members_.*text.into);
    }
    if (name == "key_ops") current_ = member::key_ops;
    for (std::string_view secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
      if (name == secret) current_ = member::secret;
    }
  }

  bool finish_key() {
    error_code why;
    if (key_problem_) {
      why = *key_problem_;
    } else if (set_.keys_.size() == jwk_set::max_keys) {
      why = jose_errc::
          key_excess;  // not even looked at: a long document of good keys must not cost a long time
    } else {
      auto made = jwk::make(members_);
      if (made) {
        set_.add(*std::move(made));
        return true;
      }
      why = made.error();
    }
    set_.skip(members_.kid, why);
    return true;
  }

  void wrong(jose_errc why) noexcept {
    if (!key_problem_) key_problem_ = why;
  }
  bool refuse(jose_errc why) noexcept {
    problem = why;
    return false;
  }

  jwk_set& set_;
  jwk_members members_;
  name_set<32> names_;
  std::optional<jose_errc> key_problem_;
  std::string_view* into_ = nullptr;
  member current_ = member::other;
  bool next_is_keys_ = false;
  bool in_keys_ = false;
  bool in_key_ = false;
  bool in_ops_ = false;
};

}  // namespace detail

/** Read a key set, keeping the keys that can be used.

    Keys are checked one by one: what is wrong with one of them, whatever it is, is recorded in `skipped()`
    and does not touch the others. An entry that says again what another one says counts once. Of keys that
    share a `kid`, those are kept that an algorithm tells apart.

    A byte order mark in front is passed over (RFC 8259 section 8.1).

    @par Errors
    `jose_errc::key_set_too_large`, `key_set_syntax`, `no_usable_key`, `library` (memory is out). Throws only
    `std::bad_alloc`.
*/
inline result<jwk_set> parse_jwk_set(std::string_view json) {
  if (json.size() > jwk_set::max_document_bytes) return jose_errc::key_set_too_large;
  json = detail::without_byte_order_mark(json);
  detail::json_reader reader{json.size(), 16};
  jwk_set set;
  detail::jwk_set_sink sink{set};
  switch (reader.read(json, sink)) {
    case detail::json_outcome::complete: break;
    case detail::json_outcome::stopped: return sink.problem;
    case detail::json_outcome::invalid: return jose_errc::key_set_syntax;
  }
  if (!sink.has_keys) return jose_errc::key_set_syntax;
  set.drop_ambiguous();
  if (set.keys_.empty()) return jose_errc::no_usable_key;
  return set;
}

}  // namespace mcpawl::jose
