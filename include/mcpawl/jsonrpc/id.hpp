// mcpawl/jsonrpc/id.hpp - the id of a request, kept as it must be echoed
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/text/json_text.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** A request id as JSON text, so that a response echoes exactly the value and type it was given.

    MCP allows strings and integers (basic protocol, "Requests"): `null`, fractions, booleans and
    structures are no ids.
*/
class request_id {
public:
  /** Read an id; nothing if the value cannot be one. */
  static std::optional<request_id> from(boost::json::value const& v) {
    if (!v.is_string() && !v.is_int64() && !v.is_uint64()) return std::nullopt;
    std::string text;
    append_json(text, v);
    return request_id{std::move(text)};
  }

  /** Read an id of ours that comes back: some clients know floating point numbers only, or texts. */
  static std::optional<request_id> echoed(boost::json::value const& v) {
    constexpr double largest = 9007199254740992.0;  // beyond it two integers may be one double
    if (auto const* number = v.if_double();
        number && *number >= 0 && *number <= largest && std::trunc(*number) == *number)
      return from(static_cast<std::uint64_t>(*number));
    auto const* text = v.if_string();
    constexpr std::size_t max_digits = 18;
    if (text && !text->empty() && text->size() <= max_digits &&
        std::string_view(text->data(), text->size()).find_first_not_of("0123456789") ==
            std::string_view::npos)
      return request_id{std::string(text->data(), text->size())};
    return from(v);
  }

  std::string const& json() const noexcept { return json_; }
  friend bool operator==(request_id const&, request_id const&) = default;

private:
  explicit request_id(std::string json) noexcept : json_(std::move(json)) {}
  std::string json_;
};

}  // namespace mcpawl::detail
