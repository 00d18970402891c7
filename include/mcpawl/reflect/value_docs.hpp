// mcpawl/reflect/value_docs.hpp - description and bounds of values, and of those of a type
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/as.hpp>
#include <mcpawl/reflect/type_kinds.hpp>
#include <mcpawl/text/any_integer.hpp>
#include <mcpawl/text/pattern_parser.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace mcpawl {

namespace detail {

/** What `docs` say about one field. */
struct field_rules {
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  std::string_view name, description, pattern, format, header;
  std::string_view type_description;                   // of the type of the field, by its as<T>
  std::optional<any_integer> least, most;              // of an integer
  std::optional<double> minimum, maximum;              // of a floating point number
  std::size_t min_length = 0, max_length = unlimited;  // code points of a string
  std::size_t min_items = 0, max_items = unlimited;    // of an array, members of a map
  bool defaulted = false;
  bool required = false;
};

/** Those of what has none. */
inline constexpr field_rules no_rules{};

// Not constexpr: reaching one of these while the compiler computes `docs` is an error that says its name.
inline void a_pattern_is_not_a_regular_expression() {}
inline void a_pattern_goes_beyond_the_linear_time_subset() {}
inline void a_pattern_is_too_large() {}
inline void a_minimum_is_above_the_maximum() {}
inline void a_bound_is_outside_the_range_of_its_field() {}

/** What `field` and `value_docs` have in common: `Self` is the docs, `Value` the type they are about. */
template <class Self, class Value>
class bounded_docs {
public:
  /** What the bounds are about: what values of the type are said as. */
  using value_type = known_t<Value>;

  /** Refuse a number below `bound`. */
  template <class Bound>
  constexpr Self minimum(Bound bound) const {
    return with([&](field_rules& rules) { set_bound(rules.least, rules.minimum, bound); });
  }
  /** Refuse a number above `bound`. */
  template <class Bound>
  constexpr Self maximum(Bound bound) const {
    return with([&](field_rules& rules) { set_bound(rules.most, rules.maximum, bound); });
  }

  /** Refuse a string of fewer Unicode code points. */
  constexpr Self min_length(std::size_t length) const {
    check_string();
    return with([&](field_rules& rules) { rules.min_length = length; });
  }
  /** Refuse a string of more Unicode code points. */
  constexpr Self max_length(std::size_t length) const {
    check_string();
    return with([&](field_rules& rules) { rules.max_length = length; });
  }

  /** Refuse a string in which the regular expression does not occur; write `^...$` for the whole string.

      The expression is checked while compiling; `pattern_parser` tells what it may use. Checking a string
      takes at most its length times the size of the expression: no input makes it explode.
  */
  constexpr Self pattern(std::string_view expression) const {
    check_string();
    switch (check_pattern(expression)) {
      case pattern_errc::none: break;
      case pattern_errc::malformed: a_pattern_is_not_a_regular_expression(); break;
      case pattern_errc::unsupported: a_pattern_goes_beyond_the_linear_time_subset(); break;
      case pattern_errc::too_large: a_pattern_is_too_large(); break;
    }
    return with([&](field_rules& rules) { rules.pattern = expression; });
  }

  /** Tell the format of a string.

      `date`, `time`, `date-time`, `uuid`, `ipv4`, `ipv6`, `hostname`, `email` and `uri` are enforced,
      strictly; any other name is only written to the schema.
  */
  constexpr Self format(std::string_view name) const {
    check_string();
    return with([&](field_rules& rules) { rules.format = name; });
  }

  /** Refuse an array with fewer items, or a map with fewer members. */
  constexpr Self min_items(std::size_t count) const {
    check_items();
    return with([&](field_rules& rules) { rules.min_items = count; });
  }
  /** Refuse an array with more items, or a map with more members. */
  constexpr Self max_items(std::size_t count) const {
    check_items();
    return with([&](field_rules& rules) { rules.max_items = count; });
  }

  constexpr field_rules const& rules() const { return rules_; }

protected:
  constexpr explicit bounded_docs(std::string_view description) { rules_.description = description; }

  template <class Change>
  constexpr Self with(Change change) const {
    Self copy = static_cast<Self const&>(*this);
    bounded_docs& changed = copy;
    change(changed.rules_);
    auto const& r = changed.rules_;
    if ((r.least && r.most && *r.most < *r.least) || (r.minimum && r.maximum && *r.maximum < *r.minimum) ||
        r.max_length < r.min_length || r.max_items < r.min_items) {
      a_minimum_is_above_the_maximum();
    }
    return copy;
  }

private:
  template <class Bound>
  static constexpr void set_bound(std::optional<any_integer>& integer, std::optional<double>& real,
                                  Bound bound) {
    static_assert(integer_type<value_type> || real_type<value_type>,
                  "mcpawl: minimum() and maximum() bound a number, and this field is not a number");
    if constexpr (integer_type<value_type>) {
      static_assert(integer_type<Bound>, "mcpawl: the bound of an integer field must be an integer");
      if constexpr (integer_type<Bound>) {
        any_integer const value(bound);
        if (value < least_of<value_type> || most_of<value_type> < value)
          a_bound_is_outside_the_range_of_its_field();
        integer = value;
      }
    } else if constexpr (real_type<value_type>) {
      static_assert(std::is_arithmetic_v<Bound>, "mcpawl: the bound of a number must be a number");
      // NaN bounds nothing, and JSON can say neither it nor an infinity
      real = static_cast<double>(bound);
      if (!(*real >= std::numeric_limits<value_type>::lowest() &&
            *real <= std::numeric_limits<value_type>::max()))
        a_bound_is_outside_the_range_of_its_field();
    }
  }
  static constexpr void check_string() {
    static_assert(
        std::same_as<value_type, std::string>,
        "mcpawl: min_length(), max_length(), pattern() and format() are for a std::string, and this field is "
        "not one");
  }
  static constexpr void check_items() {
    static_assert(
        is_sequence<value_type> || is_set<value_type> || is_map<value_type>,
        "mcpawl: min_items() and max_items() are for a std::vector or a std::map, and this field is neither");
  }

  field_rules rules_;
};

}  // namespace detail

/** The docs of the values of a type of yours, for its `as`: what they mean, and which are good.

    @code
    static constexpr auto docs = mcpawl::value_docs<std::string>("An ISBN.").pattern("^[0-9]{13}$");
    @endcode

    Where a field of the type has docs of its own, both count; of two about the same bound, that of the field. The
    description of the type follows that of the field.
*/
template <class T>
class value_docs : public detail::bounded_docs<value_docs<T>, T> {
public:
  constexpr explicit value_docs(std::string_view description = {})
      : detail::bounded_docs<value_docs<T>, T>(description) {}
};

namespace detail {

/** `above`, and what `below` says where `above` says nothing. */
constexpr field_rules merge_rules(field_rules above, field_rules const& below) {
  constexpr field_rules silent;
  if (above.type_description.empty())
    above.type_description = below.description.empty() ? below.type_description : below.description;
  if (above.pattern.empty()) above.pattern = below.pattern;
  if (above.format.empty()) above.format = below.format;
  if (!above.least) above.least = below.least;
  if (!above.most) above.most = below.most;
  if (!above.minimum) above.minimum = below.minimum;
  if (!above.maximum) above.maximum = below.maximum;
  if (above.min_length == silent.min_length) above.min_length = below.min_length;
  if (above.max_length == silent.max_length) above.max_length = below.max_length;
  if (above.min_items == silent.min_items) above.min_items = below.min_items;
  if (above.max_items == silent.max_items) above.max_items = below.max_items;
  return above;
}

/** What a type says about its values wherever they are. */
template <class T>
constexpr field_rules type_rules() {
  if constexpr (!said_as<T>) {
    return {};
  } else if constexpr (requires { as<T>::docs.rules(); }) {
    return merge_rules(as<T>::docs.rules(), type_rules<typename as<T>::type>());
  } else {
    return type_rules<typename as<T>::type>();
  }
}

}  // namespace detail

}  // namespace mcpawl
