// mcpawl/reflect/value_reader.hpp - JSON values into values of described types, all rules enforced
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/bound_checker.hpp>
#include <mcpawl/reflect/decode_options.hpp>
#include <mcpawl/reflect/decode_problem.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/type_shape.hpp>
#include <mcpawl/text/number_text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Reads one value; keeps the first problem, or all that `decode_problems` has room for. */
class value_reader {
public:
  value_reader(decode_options options, problem_search search) noexcept : options_(options), search_(search) {}

  bool read(type_descriptor const& type, boost::json::value const& value, void* to) {
    return read(type, value, to, no_rules, nullptr, nullptr);
  }
  /** What is wrong, after a value that was not read. */
  decode_problems take_problems() { return problems_.take(); }

private:
  using step = json_step;

  bool refuse(step const* at, std::string message) {
    if (attempts_) return false;
    decode_problem problem;
    problem.message = std::move(message);
    append_pointer(problem.pointer, at);
    problems_.add(std::move(problem));
    return false;
  }
  /** Whether what comes after a problem is read, too. */
  bool goes_on() const noexcept { return search_ == problem_search::all && !attempts_ && !problems_.full(); }
  /** Whether nothing is wrong, as a check of the bounds says it. */
  bool passes(std::string wrong, step const* at) { return wrong.empty() || refuse(at, std::move(wrong)); }
  bool expected(step const* at, type_descriptor const& type) {
    if (attempts_) return false;
    std::string message = "expected ";
    append_expectation(message, type);
    return refuse(at, std::move(message));
  }

  // `rules` and `state` are those of the field that holds the value
  bool read(type_descriptor const& type, boost::json::value const& value, void* to, field_rules const& rules,
            field_state const* state, step const* at) {
    if (at != nullptr && at->depth > max_nesting) return refuse(at, "is nested too deep");
    if (options_.coerce_text && value.is_string()) {
      auto const& text = value.get_string();
      auto const spelled = spelled_value(type, {text.data(), text.size()});
      if (spelled) return read(type, *spelled, to, rules, state, at);
    }
    switch (type.kind) {
      case json_kind::boolean: {
        auto const* const boolean = value.if_bool();
        if (boolean == nullptr) return expected(at, type);
        *static_cast<bool*>(to) = *boolean;
        return true;
      }
      case json_kind::integer:
        return read_integer(static_cast<integer_descriptor const&>(type), value, to, rules, at);
      case json_kind::number:
        return read_number(static_cast<number_descriptor const&>(type), value, to, rules, at);
      case json_kind::string: {
        auto const* const string = value.if_string();
        if (string == nullptr) return expected(at, type);
        std::string_view const text(string->data(), string->size());
        if (!passes(bounds_.text(text, rules, state), at)) return false;
        static_cast<std::string*>(to)->assign(text);
        return true;
      }
      case json_kind::enumeration: {
        auto const& enumeration = static_cast<enumeration_descriptor const&>(type);
        auto const* const string = value.if_string();
        if (string == nullptr) return expected(at, type);
        for (std::size_t i = 0; i != enumeration.names.size(); ++i) {
          if (enumeration.names[i] != std::string_view(string->data(), string->size())) continue;
          enumeration.store(to, i);
          return true;
        }
        return expected(at, type);
      }
      case json_kind::optional: {
        auto const& optional = static_cast<optional_descriptor const&>(type);
        if (value.is_null()) {
          optional.reset(to);
          return true;
        }
        return read(*optional.item, value, optional.engage(to), rules, state, at);
      }
      case json_kind::array: {
        auto const& array = static_cast<array_descriptor const&>(type);
        auto const* const items = value.if_array();
        if (items == nullptr) return expected(at, type);
        if (!passes(bounds_.count(items->size(), rules, " items"), at)) return false;
        array.clear(to);
        step here{at, {}, 0};
        bool good = true;
        for (auto const& item : *items) {
          std::string why;
          auto const fill = [&](void* slot) {
            return read(*array.item, item, slot, no_rules, nullptr, &here);
          };
          if (!array.append(to, fill, why)) {
            if (!why.empty()) refuse(&here, std::move(why));
            if (!goes_on()) return false;
            good = false;
          }
          ++here.index;
        }
        return good;
      }
      case json_kind::map: {
        auto const& map = static_cast<map_descriptor const&>(type);
        auto const* const members = value.if_object();
        if (members == nullptr) return expected(at, type);
        if (!passes(bounds_.count(members->size(), rules, " members"), at)) return false;
        map.clear(to);
        bool good = true;
        for (auto const& member : *members) {
          std::string_view const key = key_of(member);
          step const here{at, key, 0};
          std::string why;
          auto const fill = [&](void* slot) {
            return read(*map.item, member.value(), slot, no_rules, nullptr, &here);
          };
          bool const named =
              map.key == nullptr || passes(bounds_.text(key, *map.key->rules, &map.key->state()), &here);
          if (!named || !map.insert(to, key, fill, why)) {
            if (!why.empty()) refuse(&here, std::move(why));
            if (!goes_on()) return false;
            good = false;
          }
        }
        return good;
      }
      case json_kind::variant:
        return read_variant(static_cast<variant_descriptor const&>(type), value, to, at);
      case json_kind::object: return read_object(static_cast<object_descriptor const&>(type), value, to, at);
      case json_kind::tuple: return read_tuple(static_cast<tuple_descriptor const&>(type), value, to, at);
      case json_kind::converted:
        return read_converted(static_cast<converted_descriptor const&>(type), value, to, rules, state, at);
      case json_kind::any:
        if (!has_shape(type, value)) return expected(at, type);
        static_cast<any_descriptor const&>(type).store(to, value);
        return true;
    }
    return false;
  }

  bool read_tuple(tuple_descriptor const& type, boost::json::value const& value, void* to, step const* at) {
    auto const* const items = value.if_array();
    if (items == nullptr) return expected(at, type);
    if (items->size() != type.count)
      return refuse(at, bounds_.counted("must have exactly ", type.count, " items"));
    type.reset(to);
    step here{at, {}, 0};
    bool good = true;
    for (auto const& item : *items) {
      if (!read(type.type_of(here.index), item, type.item(to, here.index), no_rules, nullptr, &here)) {
        if (!goes_on()) return false;
        good = false;
      }
      ++here.index;
    }
    return good;
  }

  // the rules of a field have those of its type in them; elsewhere those of the type count
  bool read_converted(converted_descriptor const& type, boost::json::value const& value, void* to,
                      field_rules const& rules, field_state const* state, step const* at) {
    field_rules const& all = state != nullptr ? rules : *type.rules;
    if (state == nullptr) state = &type.state();
    std::string why;
    bool filled = false;
    auto const fill = [&](void* slot) { return filled = read(*type.item, value, slot, all, state, at); };
    if (type.assign(to, fill, why)) return true;
    if (!filled) return false;
    if (why.empty() && !all.format.empty()) why = "must have the format " + std::string(all.format);
    if (why.empty()) why = "is not a valid value";
    return refuse(at, shortened(why, 256));
  }

  bool read_integer(integer_descriptor const& type, boost::json::value const& value, void* to,
                    field_rules const& rules, step const* at) {
    any_integer const least = rules.least.value_or(type.least), most = rules.most.value_or(type.most);
    any_integer integer;
    bool below = false, above = false;
    if (auto const* const i = value.if_int64()) {
      integer = any_integer(*i);
    } else if (auto const* const u = value.if_uint64()) {
      integer = any_integer(*u);
    } else if (auto const* const d = value.if_double(); d != nullptr && std::trunc(*d) == *d) {
      // JSON Schema: 3.0 is an integer. An infinity is what the parser makes of 1e999.
      constexpr double limit = 18446744073709551616.0;  // 2^64
      below = *d <= -limit;
      above = *d >= limit;
      if (!below && !above) integer = any_integer::of_double(*d);
    } else {
      return expected(at, type);
    }
    if (below || (!above && integer < least)) return refuse(at, bounds_.too_small(least));
    if (above || most < integer) return refuse(at, bounds_.too_large(most));
    type.store(to, integer);
    return true;
  }

  bool read_number(number_descriptor const& type, boost::json::value const& value, void* to,
                   field_rules const& rules, step const* at) {
    double number = 0;
    if (auto const* const i = value.if_int64())
      number = static_cast<double>(*i);
    else if (auto const* const u = value.if_uint64())
      number = static_cast<double>(*u);
    else if (auto const* const d = value.if_double())
      number = *d;
    else
      return expected(at, type);

    double const limit =
        type.single ? double{std::numeric_limits<float>::max()} : std::numeric_limits<double>::max();
    if (!(std::fabs(number) <= limit)) return refuse(at, "is too large a number");
    if (!passes(bounds_.number(number, rules), at)) return false;
    if (type.single)
      *static_cast<float*>(to) = static_cast<float>(number);
    else
      *static_cast<double*>(to) = number;
    return true;
  }

  bool read_variant(variant_descriptor const& type, boost::json::value const& value, void* to,
                    step const* at) {
    decode_options const outside = options_;
    options_.coerce_text = false;  // a text may be meant
    bool const done = read_alternative(type, value, to, at);
    options_ = outside;
    return done;
  }

  bool read_alternative(variant_descriptor const& type, boost::json::value const& value, void* to,
                        step const* at) {
    std::size_t shaped = 0;
    for (auto const* alternative : type.alternatives) shaped += has_shape(*alternative, value) ? 1 : 0;
    bool const outside = attempts_;
    // where only one alternative could have been meant, what is wrong inside of it says more
    attempts_ = outside || shaped != 1;
    bool done = false;
    for (std::size_t i = 0; i != type.alternatives.size() && !done; ++i) {
      auto const& alternative = *type.alternatives[i];
      if (!has_shape(alternative, value)) continue;
      done = type.assign(to, i,
                         [&](void* slot) { return read(alternative, value, slot, no_rules, nullptr, at); });
    }
    attempts_ = outside;
    return done || (shaped != 1 && expected(at, type));
  }

  bool read_object(object_descriptor const& type, boost::json::value const& value, void* to, step const* at) {
    auto const* const members = value.if_object();
    if (members == nullptr) return expected(at, type);
    std::size_t const count = type.fields.size();
    boost::json::value const* found[max_fields] = {};
    bool good = true;
    for (auto const& member : *members) {
      std::string_view const key = key_of(member);
      std::size_t i = 0;
      while (i != count && type.fields[i].rules.name != key) ++i;
      if (i == count && options_.ignore_unknown) continue;
      if (i == count) {
        refuse_unknown(type, key, at, good);
        good = false;
        if (!goes_on()) return false;
        continue;
      }
      found[i] = &member.value();
    }
    void* slots[max_fields];
    type.addresses(to, slots);
    auto const states = type.states();
    for (std::size_t i = 0; i != count; ++i) {
      auto const& field = type.fields[i];
      step const here{at, field.rules.name, 0};
      if (found[i] == nullptr || ignores(field, states[i], *found[i])) {
        if (!states[i].required) continue;
        good = refuse(&here, "is required");
        if (!goes_on()) return false;
        continue;
      }
      // what is left out inside of a struct is what that struct says, not what this one made of it
      if (field.type->kind == json_kind::object)
        static_cast<object_descriptor const&>(*field.type).reset(slots[i]);
      if (!read(*field.type, *found[i], slots[i], field.rules, &states[i], &here)) {
        if (!goes_on()) return false;
        good = false;
      }
    }
    return good;
  }

  bool ignores(field_descriptor const& field, field_state const& state,
               boost::json::value const& value) const {
    return options_.ignore_null && value.is_null() && !state.required &&
           field.type->kind != json_kind::optional;
  }

  /** @param lists  whether to say which members there are: once for an object. */
  bool refuse_unknown(object_descriptor const& type, std::string_view key, step const* at, bool lists) {
    step const here{at, key, 0};
    if (attempts_ || !lists) return refuse(&here, "is not a member here");
    std::string message = "is not a member here; ";
    message += type.fields.empty() ? "there are none" : "the members are ";
    for (std::size_t i = 0; i != type.fields.size(); ++i) {
      if (i != 0) message += ", ";
      message += type.fields[i].rules.name;
    }
    return refuse(&here, std::move(message));
  }

  decode_problems problems_;
  bound_checker bounds_;
  decode_options options_;
  problem_search search_;
  bool attempts_ = false;  // whether what is read may fail, so that its problems are not kept
};

}  // namespace mcpawl::detail
