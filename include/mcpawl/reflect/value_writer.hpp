// mcpawl/reflect/value_writer.hpp - values of described types as JSON text
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/bound_checker.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/encode_problem.hpp>
#include <mcpawl/reflect/written_bounds.hpp>
#include <mcpawl/text/json_pointer.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Writes one value; keeps the first part of it that has no JSON, or is out of its bounds, and writes `null` there. */
class value_writer {
public:
  value_writer(std::string& out, written_bounds bounds) noexcept
      : out_(out), checks_(bounds == written_bounds::checked) {}

  void write(type_descriptor const& type, void const* value) {
    write(type, value, no_rules, nullptr, nullptr);
  }

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

  /** Whether nothing is wrong, as a check of the bounds says it. */
  bool passes(std::string const& wrong, step const* at) {
    if (!wrong.empty()) refuse(at, wrong);
    return wrong.empty();
  }

  void write_integer(any_integer value, field_rules const& rules, step const* at) {
    if (checks_ && rules.least && value < *rules.least) return refuse(at, bounds_.too_small(*rules.least));
    if (checks_ && rules.most && *rules.most < value) return refuse(at, bounds_.too_large(*rules.most));
    value.append_to(out_);
  }

  template <class Number>
  void write_number(Number value, field_rules const& rules, step const* at) {
    if (!std::isfinite(value))
      refuse(at, std::isnan(value) ? "is NaN, which JSON cannot say" : "is infinite, which JSON cannot say");
    else if (!checks_ || passes(bounds_.number(value, rules), at))
      append_json_number(out_, value);
  }

  void write_string(std::string const& value, field_rules const& rules, field_state const* state,
                    step const* at) {
    if (!checks_ || passes(bounds_.text(value, rules, state), at)) append_json_string(out_, value);
  }

  // `rules` and `state` are those of the field that holds the value
  void write(type_descriptor const& type, void const* value, field_rules const& rules,
             field_state const* state, step const* at) {
    if (at != nullptr && at->depth > max_nesting) return refuse(at, "is nested too deep");
    switch (type.kind) {
      case json_kind::boolean: out_ += *static_cast<bool const*>(value) ? "true" : "false"; return;
      case json_kind::integer:
        write_integer(static_cast<integer_descriptor const&>(type).load(value), rules, at);
        return;
      case json_kind::number:
        if (static_cast<number_descriptor const&>(type).single)
          write_number(*static_cast<float const*>(value), rules, at);
        else
          write_number(*static_cast<double const*>(value), rules, at);
        return;
      case json_kind::string: write_string(*static_cast<std::string const*>(value), rules, state, at); return;
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
          write(*optional.item, item, rules, state, at);
        return;
      }
      case json_kind::array: {
        auto const& array = static_cast<array_descriptor const&>(type);
        char separator = '[';
        step here{at, {}, 0};
        array.each(value, [&](void const* item) {
          out_ += separator;
          separator = ',';
          write(*array.item, item, no_rules, nullptr, &here);
          ++here.index;
        });
        out_ += separator == '[' ? "[]" : "]";
        check_count(here.index, rules, " items", at);
        return;
      }
      case json_kind::map: {
        auto const& map = static_cast<map_descriptor const&>(type);
        char separator = '{';
        std::size_t count = 0;
        map.each(value, [&](std::string_view key, void const* item, std::string_view why) {
          out_ += separator;
          separator = ',';
          ++count;
          append_json_string(out_, key);
          out_ += ':';
          // an empty key must not look like an index
          step const here{at, key.empty() ? std::string_view("") : key, 0};
          std::string wrong(why);
          if (wrong.empty() && checks_ && map.key != nullptr)
            wrong = bounds_.text(key, *map.key->rules, &map.key->state());
          if (wrong.empty())
            write(*map.item, item, no_rules, nullptr, &here);
          else
            refuse(at, "has a member whose name " + wrong);
        });
        out_ += separator == '{' ? "{}" : "}";
        check_count(count, rules, " members", at);
        return;
      }
      case json_kind::variant: {
        auto const& variant = static_cast<variant_descriptor const&>(type);
        std::size_t const alternative = variant.alternative(value);
        if (alternative < variant.alternatives.size())
          write(*variant.alternatives[alternative], variant.get(value), no_rules, nullptr, at);
        else
          refuse(at, "has lost its value to an exception");
        return;
      }
      case json_kind::object: write_object(static_cast<object_descriptor const&>(type), value, at); return;
      case json_kind::tuple: write_tuple(static_cast<tuple_descriptor const&>(type), value, at); return;
      case json_kind::converted: {
        write_converted(static_cast<converted_descriptor const&>(type), value, rules, state, at);
        return;
      }
      case json_kind::any: static_cast<any_descriptor const&>(type).append(value, out_); return;
    }
  }

  // the rules of a field have those of its type in them; elsewhere those of the type count
  void write_converted(converted_descriptor const& type, void const* value, field_rules const& rules,
                       field_state const* state, step const* at) {
    field_rules const& all = state != nullptr ? rules : *type.rules;
    if (state == nullptr && checks_) state = &type.state();
    std::string why;
    auto const write_said = [&](void const* said) { write(*type.item, said, all, state, at); };
    if (!type.with_said(value, write_said, why)) refuse(at, why);
  }

  // behind what was written, since a list is counted by writing it: the text is thrown away if it is wrong
  void check_count(std::size_t count, field_rules const& rules, std::string_view what, step const* at) {
    if (checks_) passes(bounds_.count(count, rules, what), at);
  }

  void write_tuple(tuple_descriptor const& type, void const* value, step const* at) {
    out_ += '[';
    for (std::size_t i = 0; i != type.count; ++i) {
      if (i != 0) out_ += ',';
      step const here{at, {}, i};
      write(type.type_of(i), type.item(const_cast<void*>(value), i), no_rules, nullptr,
            &here);  // it is only read
    }
    out_ += ']';
  }

  void write_object(object_descriptor const& type, void const* value, step const* at) {
    void* members[max_fields];
    type.addresses(const_cast<void*>(value), members);  // they are only read
    char separator = '{';
    // what a type's initial values are is not known while they are looked for, and then nothing is checked
    field_state const* const states = checks_ ? type.states().data() : nullptr;
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
      write(without_optional_of(*field.type), member, field.rules, states != nullptr ? states + i : nullptr,
            &here);
    }
    out_ += separator == '{' ? "{}" : "}";
  }

  std::string& out_;
  encode_problem problem_;
  bound_checker bounds_;
  bool checks_;
  bool failed_ = false;
};

}  // namespace mcpawl::detail
