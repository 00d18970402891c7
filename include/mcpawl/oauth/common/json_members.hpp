// mcpawl/oauth/common/json_members.hpp - the members of one JSON object from outside
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth::detail {

/** One member. */
struct json_member {
  enum class kind { string, strings, null, other };

  std::string name;
  kind type = kind::other;
  std::string text;               ///< A string's, or the JSON text of what is neither string nor strings.
  std::vector<std::string> list;  ///< The strings of an array that holds nothing else.
};

/** Append the JSON text of an event. */
inline void append_json_event(std::string& out, jose::detail::json_event const& e) {
  using token = jose::detail::json_token;
  bool const closes = e.token == token::object_end || e.token == token::array_end;
  if (!closes && !out.empty() && out.back() != '{' && out.back() != '[' && out.back() != ':') out += ',';
  switch (e.token) {
    case token::object_begin: out += '{'; return;
    case token::object_end: out += '}'; return;
    case token::array_begin: out += '['; return;
    case token::array_end: out += ']'; return;
    case token::name:
      append_json_string(out, e.text);
      out += ':';
      return;
    case token::string: append_json_string(out, e.text); return;
    case token::integer:
    case token::real:
    case token::literal: out += e.text; return;
  }
}

/** Collects the members of an object. */
class json_member_sink final : public jose::detail::json_sink {
public:
  using event = jose::detail::json_event;
  using token = jose::detail::json_token;
  static constexpr std::size_t max_members = 64;

  /** Why it took no more; nothing if the text itself was at fault. */
  std::string_view wrong() const noexcept { return wrong_; }

  bool on(event const& e) noexcept override {
    try {
      return take(e);
    } catch (...) {
      return false;
    }
  }

  std::vector<json_member> take_members() noexcept { return std::move(members_); }

private:
  bool take(event const& e) {
    if (e.depth == 0) return e.token == token::object_begin || e.token == token::object_end;
    if (e.depth == 1 && e.token == token::name) {
      for (auto const& each : members_)
        if (each.name == e.text) return refuse("no member may come twice");
      members_.push_back({std::string{e.text}, json_member::kind::other, {}, {}});
      return members_.size() <= max_members || refuse("there may be 64 members");
    }
    json_member& member = members_.back();
    if (e.depth == 1 && e.token == token::string) {
      member.type = json_member::kind::string;
      member.text = e.text;
      return true;
    }
    if (e.depth == 1 && e.token == token::literal && e.text == "null") member.type = json_member::kind::null;
    if (e.depth == 1 && e.token == token::array_begin) member.type = json_member::kind::strings;
    if (e.depth == 2 && member.type == json_member::kind::strings) {
      if (e.token == token::string) {
        member.list.emplace_back(e.text);
      } else {
        member.type = json_member::kind::other;
      }
    }
    append_json_event(member.text, e);
    return true;
  }

  bool refuse(std::string_view why) noexcept {
    wrong_ = why;
    return false;
  }

  std::vector<json_member> members_;
  std::string_view wrong_;
};

/** Collects the JSON texts of the elements of an array; a text that is no array counts as its only element. */
class json_element_sink final : public jose::detail::json_sink {
public:
  using event = jose::detail::json_event;
  using token = jose::detail::json_token;

  bool on(event const& e) noexcept override {
    try {
      return take(e);
    } catch (...) {
      return false;
    }
  }

  std::vector<std::string> take_elements() noexcept { return std::move(elements_); }

private:
  bool take(event const& e) {
    if (e.depth == 0 && e.token == token::array_begin) array_ = true;
    if (e.depth == 0 && array_) return true;
    bool const ends = e.token == token::object_end || e.token == token::array_end;
    if (e.depth == std::size_t{array_} && !ends) elements_.emplace_back();
    append_json_event(elements_.back(), e);
    return true;
  }

  std::vector<std::string> elements_;
  bool array_ = false;
};

/** Read the elements of an array, or one value, as JSON texts.

    @par Errors
    As `read_json_members`. */
inline result<std::vector<std::string>> read_json_elements(std::string_view text, std::size_t max_bytes) {
  constexpr std::size_t max_depth = 9;
  if (text.size() > max_bytes) return oauth_errc::registration_too_large;
  jose::detail::json_reader reader(text.size(), max_depth);
  json_element_sink sink;
  if (reader.read(text, sink) != jose::detail::json_outcome::complete) return oauth_errc::bad_registration;
  return sink.take_elements();
}

/** Read an object of at most `max_bytes`.

    @par Errors
    `oauth_errc::registration_too_large`, `oauth_errc::bad_registration` for everything that is no object, is nested
    deeply, or names a member twice; `wrong` then says more. */
inline result<std::vector<json_member>> read_json_members(std::string_view text, std::size_t max_bytes,
                                                          std::string& wrong) {
  constexpr std::size_t max_depth = 8;
  if (text.size() > max_bytes) {
    wrong = std::to_string(max_bytes) + " bytes are allowed";
    return oauth_errc::registration_too_large;
  }
  jose::detail::json_reader reader(text.size(), max_depth);
  json_member_sink sink;
  if (reader.read(text, sink) == jose::detail::json_outcome::complete) return sink.take_members();
  wrong = sink.wrong().empty() ? "must be one object of JSON, of at most 8 levels" : sink.wrong();
  return oauth_errc::bad_registration;
}
inline result<std::vector<json_member>> read_json_members(std::string_view text, std::size_t max_bytes) {
  std::string untold;
  return read_json_members(text, max_bytes, untold);
}

}  // namespace mcpawl::oauth::detail
