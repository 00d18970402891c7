// mcpawl/test/json_input.hpp - an object of JSON as a test says it: a struct, a boost::json::object, or text
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/reflect/encode.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl::test {

class json_input;

}  // namespace mcpawl::test

namespace mcpawl::detail {

template <class T>
concept test_struct = !std::same_as<std::remove_cvref_t<T>, test::json_input> && schema_struct<T>;

}  // namespace mcpawl::detail

namespace mcpawl::test {

/** Holds an object of JSON: arguments of a call, what a user fills in.

    @par Errors
    Text that is no JSON object, and a struct that has no JSON (NaN, say), throw `std::invalid_argument`. */
class json_input {
public:
  json_input() = default;
  json_input(boost::json::object object) : object_(std::move(object)) {}
  json_input(std::string_view text) {
    boost::system::error_code ec;
    boost::json::value parsed = boost::json::parse({text.data(), text.size()}, ec);
    if (ec || !parsed.is_object())
      throw std::invalid_argument("mcpawl::test: this is no JSON object: " + std::string(text));
    object_ = std::move(parsed.get_object());
  }
  json_input(char const* text) : json_input(std::string_view(text)) {}
  json_input(std::string const& text) : json_input(std::string_view(text)) {}
  /** A struct, encoded as the result of a tool is, but in whatever bounds: the server is to refuse it. */
  template <mcpawl::detail::test_struct T>
  json_input(T const& value) : json_input(encoded(value)) {}

  boost::json::object const& object() const noexcept { return object_; }

private:
  template <class T>
  static std::string encoded(T const& value) {
    std::string text;
    if (auto const problem = mcpawl::detail::encode(value, text, mcpawl::detail::written_bounds::ignored))
      throw std::invalid_argument(mcpawl::detail::sentence_of(*problem, "mcpawl::test: the struct"));
    return text;
  }

  boost::json::object object_;
};

}  // namespace mcpawl::test
