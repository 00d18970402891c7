// mcpawl/reflect/value_writer.hpp - values of described types as JSON text
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/encode_problem.hpp>
#include <mcpawl/text/json_pointer.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Writes one value; keeps the first part of it that has no JSON, and writes `null` there. */
class value_writer {
public:
  explicit value_writer(std::string& out) noexcept : out_(out) {}

  void write(type_descriptor const& type, void const* value) { write(type, value, nullptr); }

  bool failed() const noexcept { return failed_; }
  encode_problem take_problem() { return std::move(problem_); }

private:
  using step = json_step;

  void refuse(step const* at, std::string_view message) {
    out_ += "null";
    if (failed_) return;
    failed_ = true;
    problem_.message = message;
    append_pointer(problem_.pointer, at);
  }

  template <class Number>
  void write_number(Number value, step const* at) {
    if (std::isfinite(value))
      append_json_number(out_, value);
    else
      refuse(at, std::isnan(value) ? "is NaN, which JSON cannot say" : "is infinite, which JSON cannot say");
  }

  void write(type_descriptor const& type, void const* value, step const* at) {
    if (at != nullptr && at->depth > max_nesting) return refuse(at, "is nested too deep");
    switch (type.kind) {
      case json_kind::boolean: out_ += *static_cast<bool const*>(value) ? "true" : "false"; return;
      case json_kind::integer:
        static_cast<integer_descriptor const&>(type).load(value).append_to(out_);
        return;
      case json_kind::number:
        if (static_cast<number_descriptor const&>(type).single)
          write_number(*static_cast<float const*>(value), at);
        else
          write_number(*static_cast<double const*>(value), at);
        return;
      case json_kind::string: append_json_string(out_, *static_cast<std::string const*>(value)); return;
      case json_kind::enumeration: {
        auto const& enumeration = static_cast<enumeration_descriptor const&>(type);
        std::size_t const index = enumeration.load(value);
        if (index == enumeration.names.size())
          refuse(at, "is a value of an enumeration that has no name");
        else
          append_json_string(out_, enumeration.names[index]);
        return;
      }
      case json_kind::optional: {
        auto const& optional = static_cast<optional_descriptor const&>(type);
        void const* const item = optional.get(value);
        if (item == nullptr)
          out_ += "null";
        else
          write(*optional.item, item, at);
        return;
      }
      case json_kind::array: {
        auto const& array = static_cast<array_descriptor const&>(type);
        char separator = '[';
        step here{at, {}, 0};
        array.each(value, [&](void const* item) {
          out_ += separator;
          separator = ',';
          write(*array.item, item, &here);
          ++here.index;
        });
        out_ += separator == '[' ? "[]" : "]";
        return;
      }
      case json_kind::map: {
        auto const& map = static_cast<map_descriptor const&>(type);
        char separator = '{';
        map.each(value, [&](std::string_view key, void const* item, std::string_view why) {
          out_ += separator;
          separator = ',';
          append_json_string(out_, key);
          out_ += ':';
          // an empty key must not look like an index
          step const here{at, key.empty() ? std::string_view("") : key, 0};
          if (why.empty())
            write(*map.item, item, &here);
          else
            refuse(at, "has a member whose name " + std::string(why));
        });
        out_ += separator == '{' ? "{}" : "}";
        return;
      }
      case json_kind::variant: {
        auto const& variant = static_cast<variant_descriptor const&>(type);
        std::size_t const alternative = variant.alternative(value);
        if (alternative < variant.alternatives.size())
          write(*variant.alternatives[alternative], variant.get(value), at);
        else
          refuse(at, "has lost its value to an exception");
        return;
      }
      case json_kind::object: write_object(static_cast<object_descriptor const&>(type), value, at); return;
      case json_kind::tuple: write_tuple(static_cast<tuple_descriptor const&>(type), value, at); return;
      case json_kind::converted: {
        auto const& converted = static_cast<converted_descriptor const&>(type);
        std::string why;
        auto const write_said = [&](void const* said) { write(*converted.item, said, at); };
        if (!converted.with_said(value, write_said, why)) refuse(at, why);
        return;
      }
      case json_kind::any: static_cast<any_descriptor const&>(type).append(value, out_); return;
    }
  }

  void write_tuple(tuple_descriptor const& type, void const* value, step const* at) {
    out_ += '[';
    for (std::size_t i = 0; i != type.count; ++i) {
      if (i != 0) out_ += ',';
      step const here{at, {}, i};
      write(type.type_of(i), type.item(const_cast<void*>(value), i), &here);  // it is only read
    }
    out_ += ']';
  }

  void write_object(object_descriptor const& type, void const* value, step const* at) {
    void* members[max_fields];
    type.addresses(const_cast<void*>(value), members);  // they are only read
    char separator = '{';
    for (std::size_t i = 0; i != type.fields.size(); ++i) {
      auto const& field = type.fields[i];
      void const* member = members[i];
      if (field.type->kind == json_kind::optional) {
        member = static_cast<optional_descriptor const&>(*field.type).get(member);
        if (member == nullptr) continue;
      }
      out_ += separator;
      separator = ',';
      append_json_string(out_, field.rules.name);
      out_ += ':';
      step const here{at, field.rules.name, 0};
      write(without_optional_of(*field.type), member, &here);
    }
    out_ += separator == '{' ? "{}" : "}";
  }

  std::string& out_;
  encode_problem problem_;
  bool failed_ = false;
};

}  // namespace mcpawl::detail
