// mcpawl/jose/jwk_set.hpp - the keys of an issuer, read from the document it publishes
#pragma once

#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/jose/jwk.hpp>
#include <mcpawl/jose/name_set.hpp>

#include <algorithm>
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

/** A key that was left out of a set, and why. The `kid` is what the document says: escape it before printing.
 */
struct skipped_key {
  std::string kid;
  error_code reason;
};

/** The usable keys of a JSON Web Key Set (RFC 7517 section 5).

    Immutable: made by `parse_jwk_set`, then shared as `std::shared_ptr<jwk_set const>` by all threads.
*/
class jwk_set {
public:
  static constexpr std::size_t max_document_bytes = 64 * 1024;
  static constexpr std::size_t max_keys = 16;
  static constexpr std::size_t max_skipped = 32;  ///< Records kept of keys left out; all are counted.

  std::span<jwk const> keys() const noexcept { return keys_; }

  jwk const* find(std::string_view kid) const noexcept {
    for (jwk const& key : keys_) {
      if (key.kid() == kid) return &key;
    }
    return nullptr;
  }

  std::span<skipped_key const> skipped() const noexcept { return skipped_; }
  std::size_t skipped_count() const noexcept { return skipped_count_; }

private:
  friend result<jwk_set> parse_jwk_set(std::string_view json);
  jwk_set() = default;

  std::vector<jwk> keys_;
  std::vector<skipped_key> skipped_;
  std::size_t skipped_count_ = 0;
};

namespace detail {

/** Collects the keys of a document from its events. */
class jwk_set_sink final : public json_sink {
public:
  bool on(json_event const& event) noexcept override try {
    switch (event.depth) {
      case 0:
        return event.token == json_token::object_begin || event.token == json_token::object_end ||
               refuse(errc::key_set_syntax);
      case 1: return on_document(event);
      case 2: return !in_keys_ || on_entry(event);
      case 3: return !in_key_ || on_member(event);
      case 4: return !in_key_ || on_element(event);
      default: return true;
    }
  } catch (std::bad_alloc const&) {
    return refuse(errc::library);
  }

  bool has_keys = false;
  errc problem = errc::key_set_syntax;
  std::vector<jwk> keys;
  std::vector<skipped_key> skipped;
  std::size_t skipped_count = 0;

private:
  enum class member : unsigned char { other, text, key_ops };

  bool on_document(json_event const& event) noexcept {
    if (event.token == json_token::name) {
      next_is_keys_ = event.text == "keys";
      if (!next_is_keys_) return true;
      if (has_keys) return refuse(errc::key_set_syntax);
      has_keys = true;
      return true;
    }
    in_keys_ = next_is_keys_ && event.token == json_token::array_begin;
    if (next_is_keys_ && !in_keys_) return refuse(errc::key_set_syntax);
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
    if (event.token != json_token::array_end) skip({}, errc::key_not_object);
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
    if (current_ == member::text) {
      if (event.token == json_token::string)
        *into_ = event.text;
      else
        wrong(errc::key_member);
    } else if (current_ == member::key_ops) {
      in_ops_ = event.token == json_token::array_begin;
      if (!in_ops_) wrong(errc::key_member);
    }
    current_ = member::other;
    return true;
  }

  bool on_element(json_event const& event) noexcept {
    if (!in_ops_) return true;
    if (event.token != json_token::string)
      wrong(errc::key_member);
    else if (event.text == "verify")
      members_.can_verify = true;
    return true;
  }

  void begin_member(std::string_view name) noexcept {
    current_ = member::other;
    switch (names_.insert(name)) {
      case name_outcome::added: break;
      case name_outcome::duplicate: return wrong(errc::key_duplicate);
      case name_outcome::full: return wrong(errc::key_member);
    }
    struct text_member {
      std::string_view name;
      std::string_view jwk_members::*into;
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
    if (name == "use") members_.has_use = true;
    if (name == "alg") members_.has_alg = true;
    if (name == "key_ops") {
      current_ = member::key_ops;
      members_.has_key_ops = true;
    }
    for (std::string_view secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
      if (name == secret) members_.has_private = true;
    }
  }

  bool finish_key() {
    if (key_problem_) {
      skip(members_.kid, *key_problem_);
      return true;
    }
    bool const twice =
        std::any_of(keys.begin(), keys.end(), [&](jwk const& k) { return k.kid() == members_.kid; });
    if (!twice && keys.size() == jwk_set::max_keys) {
      // not even looked at: a long document of good keys must not cost a long time
      skip(members_.kid, errc::key_excess);
      return true;
    }
    auto made = jwk::make(members_);
    if (!made) {
      skip(members_.kid, made.error());
      return true;
    }
    if (twice) return refuse(errc::duplicate_kid);
    keys.push_back(*std::move(made));
    return true;
  }

  void skip(std::string_view kid, error_code reason) {
    ++skipped_count;
    if (skipped.size() == jwk_set::max_skipped) return;
    skipped.push_back({std::string{kid.substr(0, max_kid_bytes)}, reason});
  }
  void wrong(errc why) noexcept {
    if (!key_problem_) key_problem_ = why;
  }
  bool refuse(errc why) noexcept {
    problem = why;
    return false;
  }

  jwk_members members_;
  name_set<32> names_;
  std::optional<errc> key_problem_;
  std::string_view* into_ = nullptr;
  member current_ = member::other;
  bool next_is_keys_ = false;
  bool in_keys_ = false;
  bool in_key_ = false;
  bool in_ops_ = false;
};

}  // namespace detail

/** Read a key set, keeping the keys that can be used.

    Keys are judged one by one: what is wrong with one of them, whatever it is, is recorded in `skipped()`
    and does not touch the others. Two usable keys of one `kid` make the document ambiguous, and it is
    refused whole.

    Errors: `errc::key_set_too_large`, `key_set_syntax`, `duplicate_kid`, `no_usable_key`, `library` (memory
   is out). Throws only `std::bad_alloc`.
*/
inline result<jwk_set> parse_jwk_set(std::string_view json) {
  if (json.size() > jwk_set::max_document_bytes) return errc::key_set_too_large;
  detail::json_reader reader{json.size(), 16};
  detail::jwk_set_sink sink;
  switch (reader.read(json, sink)) {
    case detail::json_outcome::complete: break;
    case detail::json_outcome::stopped: return sink.problem;
    case detail::json_outcome::invalid: return errc::key_set_syntax;
  }
  if (!sink.has_keys) return errc::key_set_syntax;
  if (sink.keys.empty()) return errc::no_usable_key;
  jwk_set set;
  set.keys_ = std::move(sink.keys);
  set.skipped_ = std::move(sink.skipped);
  set.skipped_count_ = sink.skipped_count;
  return set;
}

}  // namespace mcpawl::jose
