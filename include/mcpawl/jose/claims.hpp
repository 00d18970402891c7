// mcpawl/jose/claims.hpp - the claims of a token: read in one pass, checked, and handed out as views
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/jose/name_set.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace mcpawl::jose {

/** The value of a claim that was asked for by `expectation::wanted`. */
struct claim_value {
  enum class kind : unsigned char {
    absent,
    string,  ///< `text` is the string, unescaped.
    json,    ///< `text` is the JSON text of the number, literal, array or object.
  };
  kind is = kind::absent;
  std::string_view text;

  /** The string, or nothing if the claim is absent or something else. */
  std::optional<std::string_view> string() const noexcept {
    return is == kind::string ? std::optional{text} : std::nullopt;
  }
};

/** The claims of a verified token (RFC 7519 section 4.1).

    Lifetime: views into the verifier that made it; they end with its next `verify`. Copy what must last.
*/
struct claims_view {
  std::string_view iss;
  std::optional<std::string_view> sub;
  std::span<std::string_view const> aud;
  unix_seconds exp = 0;                 ///< A fraction is cut off.
  std::optional<unix_seconds> nbf;      ///< A fraction counts as a whole second.
  std::optional<unix_seconds> iat;      ///< A fraction counts as a whole second.
  std::span<claim_value const> wanted;  ///< As `expectation::wanted` names them, in its order.
  /** All claims, as signed: one JSON object with no name twice in it or in any object inside. Whoever needs
      claims of another shape decodes this text. */
  std::string_view payload_json;
};

namespace detail {

/** Cut the array or object behind position `at` out of a text that is known to be valid JSON. */
inline std::string_view container_at(std::string_view json, std::size_t at) noexcept {
  std::size_t const begin = json.find_first_of("{[", at);
  if (begin == json.npos) return {};
  std::size_t open = 0;
  for (std::size_t i = begin; i < json.size(); ++i) {
    char const c = json[i];
    if (c == '"') {
      for (++i; i < json.size() && json[i] != '"'; ++i) {
        if (json[i] == '\\') ++i;
      }
    } else if (c == '{' || c == '[') {
      ++open;
    } else if ((c == '}' || c == ']') && --open == 0) {
      return json.substr(begin, i + 1 - begin);
    }
  }
  return {};
}

/** Reads and checks claims. Keeps everything it needs between calls.

    @par Thread safety
    One thread at a time.
*/
class claims_reader final : private json_sink {
public:
  static constexpr std::size_t max_names = 256;  // of the claims and of the objects open inside of one
  static constexpr std::size_t max_depth = 16;
  static constexpr std::size_t max_audiences = 256;  // an administrator of Keycloak has one for each realm
  static constexpr std::size_t max_wanted = 32;
  static constexpr std::int64_t latest_date = std::int64_t{1} << 53;

  /** Read one payload and hold it against the expectation; the views live as long as `json` and until the
      reader reads again.

      @par Errors
      Those of `jose_errc` about claims. */
  result<claims_view> read(std::string_view json, json_reader& reader, expectation const& expected,
                           unix_seconds now) noexcept {
    json_ = json;
    expected_ = &expected;
    wanted_count_ = std::min(expected.wanted.size(), max_wanted);
    names_.clear();
    wanted_ends_ = 0;
    for (std::size_t i = 0; i != wanted_count_; ++i) {
      wanted_[i] = {};
      wanted_marks_[i] = names::mark_of(expected.wanted[i]);
      wanted_ends_ |= bit_of(wanted_marks_[i]);
    }
    found_ = claims_view{};
    aud_count_ = 0;
    has_iss_ = has_aud_ = has_exp_ = in_aud_ = false;
    current_ = claim::other;
    current_wanted_ = none;
    switch (reader.read(json, *this)) {
      case json_outcome::complete: break;
      case json_outcome::stopped: return problem_;
      case json_outcome::invalid: return jose_errc::claims_syntax;
    }
    return check(now);
  }

private:
  enum class claim : unsigned char { other, iss, sub, aud, exp, nbf, iat };
  static constexpr std::size_t none = ~std::size_t{0};

  bool on(json_event const& event) noexcept override {
    if (event.token == json_token::name) {
      return event.depth == 1 ? begin_claim(event.text) : note_name(event.text, names::mark_of(event.text));
    }
    if (event.depth == 0) {
      return event.token == json_token::object_begin || event.token == json_token::object_end ||
             refuse(jose_errc::claims_syntax);
    }
    if (event.token == json_token::object_begin) {
      if (event.depth >= max_depth) return refuse(jose_errc::claims_syntax);
      outer_[event.depth] = names_.open();
    } else if (event.token == json_token::object_end) {
      names_.close(outer_[event.depth]);
    }
    if (event.depth == 1) {
      if (event.token == json_token::array_end || event.token == json_token::object_end) {
        in_aud_ = false;
        return true;
      }
      if (current_wanted_ != none) note_wanted(event);
      return take(event);
    }
    if (!in_aud_) return true;
    return event.token == json_token::string ? add_audience(event.text) : refuse(jose_errc::bad_audience);
  }

  using names = name_set<max_names>;

  bool note_name(std::string_view name, std::uint32_t mark) noexcept {
    switch (names_.insert(name, mark)) {
      case name_outcome::added: return true;
      case name_outcome::duplicate: return refuse(jose_errc::claims_duplicate);
      case name_outcome::full: break;
    }
    return refuse(jose_errc::too_many_claims);
  }

  bool begin_claim(std::string_view name) noexcept {
    std::uint32_t const mark = names::mark_of(name);
    if (!note_name(name, mark)) return false;
    current_ = registered(name, mark);
    current_wanted_ = (wanted_ends_ & bit_of(mark)) != 0 ? find_wanted(name, mark) : none;
    name_ = name;
    return true;
  }

  /** A bit for the last letter of a name: most names that nobody wants end in another one. */
  static constexpr std::uint64_t bit_of(std::uint32_t mark) noexcept { return std::uint64_t{1} << mark % 64; }

  std::size_t find_wanted(std::string_view name, std::uint32_t mark) const noexcept {
    for (std::size_t i = 0; i != wanted_count_; ++i) {
      if (wanted_marks_[i] == mark && expected_->wanted[i] == name) return i;
    }
    return none;
  }

  static claim registered(std::string_view name, std::uint32_t mark) noexcept {
    // a mark holds all of a name of three letters
    switch (name.size() == 3 ? mark : 0) {
      case names::mark_of("iss"): return claim::iss;
      case names::mark_of("sub"): return claim::sub;
      case names::mark_of("aud"): return claim::aud;
      case names::mark_of("exp"): return claim::exp;
      case names::mark_of("nbf"): return claim::nbf;
      case names::mark_of("iat"): return claim::iat;
      default: return claim::other;
    }
  }

  bool take(json_event const& event) noexcept {
    bool const string = event.token == json_token::string;
    switch (current_) {
      case claim::other: return true;
      case claim::iss:
        has_iss_ = true;
        found_.iss = event.text;
        return string || refuse(jose_errc::wrong_issuer);
      case claim::sub: found_.sub = event.text; return string || refuse(jose_errc::bad_subject);
      case claim::aud:
        has_aud_ = true;
        in_aud_ = event.token == json_token::array_begin;
        if (in_aud_) return true;
        return string ? add_audience(event.text) : refuse(jose_errc::bad_audience);
      case claim::exp: has_exp_ = true; return date(event, std::floor, found_.exp);
      case claim::nbf: return date(event, std::ceil, found_.nbf.emplace());
      case claim::iat: return date(event, std::ceil, found_.iat.emplace());
    }
    return true;
  }

  /** Take a NumericDate: an integer or a finite number, from 0 to 2^53. */
  bool date(json_event const& event, double (*round)(double), unix_seconds& into) noexcept {
    if (event.token == json_token::integer) {
      into = event.integer;
      return (event.integer >= 0 && event.integer <= latest_date) || refuse(jose_errc::bad_date);
    }
    // the comparison is false for what is not a number, and infinity is beyond the latest date
    if (event.token != json_token::real ||
        !(event.real >= 0 && event.real <= static_cast<double>(latest_date))) {
      return refuse(jose_errc::bad_date);
    }
    into = static_cast<unix_seconds>(round(event.real));
    return true;
  }

  bool add_audience(std::string_view audience) noexcept {
    if (aud_count_ == max_audiences) return refuse(jose_errc::bad_audience);
    aud_[aud_count_++] = audience;
    return true;
  }

  void note_wanted(json_event const& event) noexcept {
    claim_value& value = wanted_[current_wanted_];
    value.is = event.token == json_token::string ? claim_value::kind::string : claim_value::kind::json;
    value.text = event.text;
    if (event.token != json_token::object_begin && event.token != json_token::array_begin) return;
    // found by where its name ends; a name that was written with escapes is not in the text, and its
    // container is then reported without text
    std::less<char const*> const before;
    bool const in_text =
        !before(name_.data(), json_.data()) && before(name_.data(), json_.data() + json_.size());
    container_begin_[current_wanted_] =
        in_text ? static_cast<std::size_t>(name_.data() - json_.data()) + name_.size() : json_.size();
  }

  result<claims_view> check(unix_seconds now) noexcept {
    if (!has_iss_) return jose_errc::no_issuer;
    if (found_.iss != expected_->issuer) return jose_errc::wrong_issuer;
    if (!has_aud_) return jose_errc::no_audience;
    auto const ours = [this](std::string_view audience) noexcept {
      return std::find(expected_->audiences.begin(), expected_->audiences.end(), audience) !=
             expected_->audiences.end();
    };
    if (std::none_of(aud_.begin(), aud_.begin() + static_cast<std::ptrdiff_t>(aud_count_), ours)) {
      return jose_errc::wrong_audience;
    }
    if (!has_exp_) return jose_errc::no_expiry;
    // dates end at 2^53, so a clock and a leeway within these bounds cannot overflow
    constexpr std::int64_t bound = std::int64_t{1} << 60;
    std::int64_t const clock = std::clamp<std::int64_t>(now, -bound, bound);
    std::int64_t const ahead = clock + std::clamp<std::int64_t>(expected_->leeway.count(), 0, bound);
    if (clock >= found_.exp) return jose_errc::expired;
    if (found_.nbf && *found_.nbf > ahead) return jose_errc::not_yet_valid;
    if (found_.iat && *found_.iat > ahead) return jose_errc::issued_in_future;

    for (std::size_t i = 0; i != wanted_count_; ++i) {
      claim_value& value = wanted_[i];
      if (value.is == claim_value::kind::json && value.text.empty()) {
        value.text = container_at(json_, container_begin_[i]);
      }
    }
    found_.aud = {aud_.data(), aud_count_};
    found_.wanted = {wanted_.data(), wanted_count_};
    found_.payload_json = json_;
    return found_;
  }

  bool refuse(jose_errc why) noexcept {
    problem_ = why;
    return false;
  }

  expectation const* expected_ = nullptr;
  std::string_view json_;
  std::string_view name_;
  names names_;
  std::array<std::size_t, max_depth> outer_{};  // by depth: what `names_` goes back to
  std::array<std::string_view, max_audiences> aud_;
  std::array<claim_value, max_wanted> wanted_;
  std::array<std::uint32_t, max_wanted> wanted_marks_{};
  std::uint64_t wanted_ends_ = 0;
  std::array<std::size_t, max_wanted> container_begin_{};
  std::size_t aud_count_ = 0;
  std::size_t wanted_count_ = 0;
  std::size_t current_wanted_ = none;
  claims_view found_;
  jose_errc problem_ = jose_errc::claims_syntax;
  claim current_ = claim::other;
  bool has_iss_ = false;
  bool has_aud_ = false;
  bool has_exp_ = false;
  bool in_aud_ = false;
};

}  // namespace detail

}  // namespace mcpawl::jose
