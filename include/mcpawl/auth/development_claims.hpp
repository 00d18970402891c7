// mcpawl/auth/development_claims.hpp - the claims of a caller under development: those of a token that nobody signed
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/text/utf8.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The claims that a setting gives a caller, in the form in which verifiers hand on those of a token.

    A text is one claim, such as an email; a JSON object has several. Where they come from, for whom they are and
    when they end is not theirs to say: the issuer is none that exists, so what a server keeps about such a caller
    is never taken for what it keeps about a real one.

    @par Lifetime
    The view of `read` ends with this object.
*/
class development_claims {
public:
  static constexpr std::string_view issuer = "https://development.invalid";  // RFC 2606 section 2
  static constexpr std::string_view audience = "development";
  static constexpr std::size_t max_bytes = 16 * 1024;  // as of tokens
  static constexpr unix_seconds lifetime = 365 * 24 * 3600;

  /** Take the text of a setting, without blanks around it.

      @param claim  which claim it is where it is no JSON

      @par Errors
      `wrong()` says what is wrong with it; nothing else may be called then. */
  development_claims(std::string_view text, std::string_view claim) { wrong_ = take(text, claim); }

  development_claims(development_claims const&) = delete;
  development_claims& operator=(development_claims const&) = delete;

  /** What is wrong with the setting, as the end of a sentence; empty if nothing is. */
  std::string const& wrong() const noexcept { return wrong_; }

  /** The text of a claim; empty if it is not there or no text. */
  std::string_view text(std::string_view name) const noexcept {
    auto const* const found = given_.if_contains({name.data(), name.size()});
    auto const* const string = found ? found->if_string() : nullptr;
    return string ? std::string_view(string->data(), string->size()) : std::string_view();
  }
  boost::json::value const* find(std::string_view name) const noexcept {
    return given_.if_contains({name.data(), name.size()});
  }
  /** The name of a claim that is none of these; nothing if all are. */
  std::optional<std::string> other_than(std::initializer_list<std::string_view> known) const {
    for (auto const& member : given_)
      if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
        return std::string(member.key());
    return std::nullopt;
  }

  /** Set a claim that must not be given, or that was not given. */
  void set(std::string_view name, std::string_view value) {
    set_[{name.data(), name.size()}] = boost::json::string(value.data(), value.size());
  }

  /** Read the claims as a verifier reads those of a token.

      @param wanted  as `jose::expectation::wanted`

      @par Errors
      Those of `jose::jose_errc` about claims: nested too deeply, a name twice. */
  result<jose::claims_view> read(std::vector<std::string> wanted, unix_seconds now) {
    set("iss", issuer);
    set("aud", audience);
    set_["iat"] = now;
    set_["exp"] = now + lifetime;
    payload_ = boost::json::serialize(set_);
    if (!given_.empty()) {
      payload_.back() = ',';
      payload_ += json_.substr(1);  // as it was written, so that a name that is in it twice is noticed
    }
    expected_.issuer = issuer;
    expected_.audiences.assign(1, std::string(audience));
    expected_.wanted = std::move(wanted);
    parser_.emplace(payload_.size(), jose::detail::claims_reader::max_depth);
    return reader_.read(payload_, *parser_, expected_, now);
  }

private:
  std::string take(std::string_view text, std::string_view claim) {
    if (text.size() > max_bytes) return "is longer than " + std::to_string(max_bytes) + " bytes";
    for (std::string_view rest = text; !rest.empty();) {
      auto const next = first_code_point(rest);
      if (!next.valid) return "is not UTF-8";
      rest.remove_prefix(next.size);
    }
    json_ = text;
    if (!text.starts_with('{')) {
      if (text.starts_with('[') || text.starts_with('"')) return "is JSON, but not an object";
      for (char c : text)
        if ((c >= 0 && c < ' ') || c == 0x7f) return "has control characters";
      if (is_placeholder(text)) return "is still a placeholder";
      given_[{claim.data(), claim.size()}] = boost::json::string(text.data(), text.size());
      json_ = boost::json::serialize(given_);
      return {};
    }
    boost::system::error_code error;
    boost::json::value parsed = boost::json::parse(text, error);
    if (error) return "begins as JSON, but is none: " + error.message();
    given_ = std::move(parsed.get_object());
    for (auto const* const own : {"iss", "aud", "iat", "exp", "nbf"})
      if (given_.contains(own))
        return "must not have \"" + std::string(own) +
               "\": issuer, audience and times of a development identity "
               "are always its own";
    return {};
  }

  std::string wrong_;
  std::string json_;
  boost::json::object given_, set_;
  std::string payload_;
  jose::expectation expected_;
  std::optional<jose::detail::json_reader> parser_;
  jose::detail::claims_reader reader_;
};

}  // namespace mcpawl::detail
