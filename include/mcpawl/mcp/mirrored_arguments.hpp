// mcpawl/mcp/mirrored_arguments.hpp - tool arguments that clients repeat in Mcp-Param-* headers
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/code.hpp>
#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/mcp/header_value.hpp>
#include <mcpawl/mcp/request.hpp>
#include <mcpawl/reflect/json_text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** One argument with `x-mcp-header` in its schema. */
struct mirrored_argument {
  enum class kind { string, integer, boolean };

  std::string header;             ///< Name of the header: `Mcp-Param-` and the annotation.
  std::vector<std::string> path;  ///< Names of members, from the arguments down.
  kind type;
};

namespace detail {

/** Header names are tokens (RFC 9110 section 5.6.2). */
inline bool is_header_token(std::string_view text) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [others](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

inline bool same_header_name(std::string_view a, std::string_view b) noexcept {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

/** Looks for annotations in a schema: those that count are on the way of `properties` from the root. */
class mirror_reader {
public:
  std::vector<mirrored_argument> found;
  std::vector<std::string> mistakes;

  void read(boost::json::object const& schema) {
    for (auto const& [key, value] : schema) {
      if (key == "properties" && value.is_object()) {
        for (auto const& [name, property] : value.get_object()) {
          path_.emplace_back(name);
          if (auto const* object = property.if_object()) {
            if (auto const* mark = object->if_contains(annotation)) add(*mark, *object);
            read(*object);
          }
          path_.pop_back();
        }
      } else if (key != annotation) {
        refuse_below(value);
      }
    }
  }

private:
  static constexpr char const* annotation = "x-mcp-header";

  void add(boost::json::value const& mark, boost::json::object const& property) {
    std::string_view const name = mark.is_string() ? std::string_view(mark.get_string()) : std::string_view();
    if (!is_header_token(name)) {
      mistakes.push_back("x-mcp-header of " + where() + " is no header name");
      return;
    }
    auto const* type = property.if_contains("type");
    auto const kind = type && type->is_string() ? kind_of(type->get_string()) : std::nullopt;
    if (!kind) {
      mistakes.push_back("x-mcp-header is for a string, an integer or a boolean, and " + where() +
                         " is none");
      return;
    }
    std::string header = "Mcp-Param-" + std::string(name);
    for (auto const& other : found)
      if (same_header_name(other.header, header))
        mistakes.push_back("two arguments have the x-mcp-header " + std::string(name));
    found.push_back({std::move(header), path_, *kind});
  }

  static std::optional<mirrored_argument::kind> kind_of(std::string_view type) noexcept {
    if (type == "string") return mirrored_argument::kind::string;
    if (type == "integer") return mirrored_argument::kind::integer;
    if (type == "boolean") return mirrored_argument::kind::boolean;
    return std::nullopt;
  }

  /** Everywhere else whether an argument exists depends on the others, so that no client could tell. */
  void refuse_below(boost::json::value const& value) {
    if (auto const* list = value.if_array())
      for (auto const& item : *list) refuse_below(item);
    auto const* object = value.if_object();
    if (!object) return;
    for (auto const& [key, below] : *object) {
      if (key == annotation)
        mistakes.push_back("x-mcp-header below " + where() + " is not reached by properties alone");
      refuse_below(below);
    }
  }

  std::string where() const {
    std::string text;
    for (auto const& name : path_) (text += '/') += name;
    return text.empty() ? std::string("the root") : text;
  }

  std::vector<std::string> path_;
};

/** The argument a mirror stands for; null if it, or an object on the way, is not there. */
inline boost::json::value const* mirrored_value(mirrored_argument const& mirror,
                                                boost::json::object const& arguments) {
  boost::json::object const* at = &arguments;
  boost::json::value const* value = nullptr;
  for (auto const& name : mirror.path) {
    if (!at) return nullptr;
    value = at->if_contains(name);
    if (!value) return nullptr;
    at = value->if_object();
  }
  return value->is_null() ? nullptr : value;
}

/** Whether a decoded header says what an argument says; integers are compared as numbers. */
inline bool mirrors(mirrored_argument const& mirror, boost::json::value const& value, std::string_view text) {
  switch (mirror.type) {
    case mirrored_argument::kind::string: return value.is_string() && value.get_string() == text;
    case mirrored_argument::kind::boolean:
      return value.is_bool() && text == (value.get_bool() ? "true" : "false");
    case mirrored_argument::kind::integer: break;
  }
  constexpr double largest = 9007199254740991.0;  // all integers up to it are exact
  double number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !(std::abs(number) <= largest))
    return false;
  if (auto const* whole = value.if_int64()) return static_cast<double>(*whole) == number;
  if (auto const* whole = value.if_uint64()) return static_cast<double>(*whole) == number;
  return value.is_double() && value.get_double() == number;
}

}  // namespace detail

/** Find the arguments with `x-mcp-header` in an input schema (MCP 2026-07-28, "Custom Headers from Tool
    Parameters").

    @param mistakes  gets a sentence for each annotation that clients would refuse the tool for: no header
                     name, used twice, on a value that is no string, integer or boolean, or at a place that
                     is not reached by `properties` alone.
*/
inline std::vector<mirrored_argument> find_mirrored_arguments(boost::json::object const& schema,
                                                              std::vector<std::string>& mistakes) {
  detail::mirror_reader reader;
  reader.read(schema);
  mistakes.insert(mistakes.end(), reader.mistakes.begin(), reader.mistakes.end());
  return std::move(reader.found);
}

/** Compare the headers of a call with its arguments; nothing if they agree.

    @param header  `mirror_header(std::string_view name)`: what was sent of a header.
*/
template <class Header>
std::optional<rpc_fault> differing_mirror(std::vector<mirrored_argument> const& mirrors,
                                          boost::json::object const& arguments, Header const& header) {
  auto const fault = [](mirrored_argument const& mirror, std::string_view why) {
    return rpc_fault{rpc_code::header_mismatch, mirror.header + std::string(why)};
  };
  for (auto const& mirror : mirrors) {
    mirror_header const sent = header(mirror.header);
    auto const* value = detail::mirrored_value(mirror, arguments);
    if (!value && !sent.present()) continue;
    if (!value) return fault(mirror, " was sent, but not its argument");
    if (!sent.present()) return fault(mirror, " is missing");
    if (sent.count != 1) return fault(mirror, " is repeated");
    auto const text = decode_header_value(sent.value);
    if (!text) return fault(mirror, " is not valid Base64");
    if (!detail::mirrors(mirror, *value, *text)) return fault(mirror, " differs from the message");
  }
  return std::nullopt;
}

}  // namespace mcpawl
