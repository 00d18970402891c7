// mcpawl/jsonrpc/id.hpp - the id of a request, kept as it must be echoed
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/reflect/json_text.hpp>

#include <optional>
#include <string>
#include <utility>

namespace mcpawl {

/** A request id as JSON text, so that an answer echoes exactly the value and type it was given.

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

  std::string const& json() const noexcept { return json_; }
  friend bool operator==(request_id const&, request_id const&) = default;

private:
  explicit request_id(std::string json) noexcept : json_(std::move(json)) {}
  std::string json_;
};

}  // namespace mcpawl
