// mcpawl/reflect/docs.hpp - descriptions and bounds of the fields of a struct
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/type_kinds.hpp>
#include <mcpawl/text/any_integer.hpp>
#include <mcpawl/text/pattern_parser.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

namespace mcpawl {

namespace detail {

/** What `docs` say about one field. */
struct field_rules {
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  std::string_view name, description, pattern, format, header;
  std::optional<any_integer> least, most;              // of an integer
  std::optional<double> minimum, maximum;              // of a floating point number
  std::size_t min_length = 0, max_length = unlimited;  // code points of a string
  std::size_t min_items = 0, max_items = unlimited;    // of an array, members of a map
  bool defaulted = false;
  bool required = false;
};

// Not constexpr: reaching one of these while the compiler computes `docs` is an error that says its name.
inline void a_pattern_is_not_a_regular_expression() {}
inline void a_pattern_goes_beyond_the_linear_time_subset() {}
inline void a_pattern_is_too_large() {}
inline void a_minimum_is_above_the_maximum() {}
inline void a_bound_is_outside_the_range_of_its_field() {}
inline void a_header_name_is_not_a_token() {}
inline void a_field_is_documented_twice() {}
inline void a_documented_field_is_not_reflected() {}
inline void two_fields_have_one_name() {}

template <class Member>
struct member_pointer;
template <class Struct, class Value>
struct member_pointer<Value Struct::*> {
  using struct_type = Struct;
  using value_type = Value;
};

/** The docs of one field, built by `mcpawl::field`. Each bound returns a copy that has it. */
template <auto Member>
class field_docs {
public:
  using struct_type = typename member_pointer<decltype(Member)>::struct_type;
  using value_type = without_optional_t<typename member_pointer<decltype(Member)>::value_type>;

  constexpr explicit field_docs(std::string_view description) { rules_.description = description; }

  /** Refuse a number below `bound`. */
  template <class Bound>
  constexpr field_docs minimum(Bound bound) const {
    return with([&](field_rules& rules) { set_bound(rules.least, rules.minimum, bound); });
  }
  /** Refuse a number above `bound`. */
  template <class Bound>
  constexpr field_docs maximum(Bound bound) const {
    return with([&](field_rules& rules) { set_bound(rules.most, rules.maximum, bound); });
  }

  /** Refuse a string of fewer Unicode code points. */
  constexpr field_docs min_length(std::size_t length) const {
    check_string();
    return with([&](field_rules& rules) { rules.min_length = length; });
  }
  /** Refuse a string of more Unicode code points. */
  constexpr field_docs max_length(std::size_t length) const {
    check_string();
    return with([&](field_rules& rules) { rules.max_length = length; });
  }

  /** Refuse a string in which the regular expression does not occur; write `^...$` for the whole string.

      The expression is checked while compiling; `pattern_parser` tells what it may use. Checking a string
      takes at most its length times the size of the expression: no input makes it explode.
  */
  constexpr field_docs pattern(std::string_view expression) const {
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
  constexpr field_docs format(std::string_view name) const {
    check_string();
    return with([&](field_rules& rules) { rules.format = name; });
  }

  /** Refuse an array with fewer items, or a map with fewer members. */
  constexpr field_docs min_items(std::size_t count) const {
    check_items();
    return with([&](field_rules& rules) { rules.min_items = count; });
  }
  /** Refuse an array with more items, or a map with more members. */
  constexpr field_docs max_items(std::size_t count) const {
    check_items();
    return with([&](field_rules& rules) { rules.max_items = count; });
  }

  /** Let callers leave the field out, though mcpawl sees no initialiser of it (see initialisers.hpp). */
  constexpr field_docs defaulted() const {
    return with([](field_rules& rules) { rules.defaulted = true; });
  }
  /** Demand the field though it has an initialiser. */
  constexpr field_docs required() const {
    return with([](field_rules& rules) { rules.required = true; });
  }

  /** Let clients repeat the argument in the header `Mcp-Param-NAME`, so that what is between them and the
      server can route by it (`x-mcp-header`, MCP 2026-07-28). Never for what is secret. */
  constexpr field_docs header(std::string_view header_name) const {
    static_assert(
        integer_type<value_type> || std::same_as<value_type, std::string> || std::same_as<value_type, bool>,
        "mcpawl: header() is for a std::string, an integer or a bool, and this field is none of them");
    constexpr std::string_view letters =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (header_name.empty() || header_name.find_first_not_of(letters) != std::string_view::npos)
      a_header_name_is_not_a_token();
    return with([&](field_rules& rules) { rules.header = header_name; });
  }

  /** Call the field something else in JSON: for names that C++ does not allow. */
  constexpr field_docs named(std::string_view name) const {
    return with([&](field_rules& rules) { rules.name = name; });
  }

  constexpr field_rules const& rules() const { return rules_; }

private:
  template <class Change>
  constexpr field_docs with(Change change) const {
    field_docs copy = *this;
    change(copy.rules_);
    auto const& r = copy.rules_;
    if ((r.least && r.most && *r.most < *r.least) || (r.minimum && r.maximum && *r.maximum < *r.minimum) ||
        r.max_length < r.min_length || r.max_items < r.min_items) {
      a_minimum_is_above_the_maximum();
    }
    return copy;
  }

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
        is_vector<value_type> || is_map<value_type>,
        "mcpawl: min_items() and max_items() are for a std::vector or a std::map, and this field is neither");
  }

  field_rules rules_;
};

struct no_docs {};

/** The docs of a struct: for each documented field its position and its rules. */
template <class Struct, std::size_t Count>
struct struct_docs {
  using struct_type = Struct;
  std::array<std::size_t, Count> index;
  std::array<field_rules, Count> rules;
};

}  // namespace detail

/** Begin the docs of a field with its description, the text a model reads. */
template <auto Member>
requires std::is_member_object_pointer_v<decltype(Member)>
constexpr detail::field_docs<Member> field(std::string_view description = {}) {
  return detail::field_docs<Member>(description);
}

/** Collect the docs of the fields of one struct. */
template <auto First, auto... Rest>
constexpr auto fields(detail::field_docs<First> const& first, detail::field_docs<Rest> const&... rest) {
  using struct_type = typename detail::field_docs<First>::struct_type;
  static_assert((std::is_same_v<typename detail::field_docs<Rest>::struct_type, struct_type> && ...),
                "mcpawl: fields() takes the fields of one struct");
  using members = detail::members_of<struct_type>;
  detail::struct_docs<struct_type, 1 + sizeof...(Rest)> docs{
      {members::template index<First>, members::template index<Rest>...}, {first.rules(), rest.rules()...}};
  for (std::size_t i = 0; i != docs.index.size(); ++i) {
    if (docs.index[i] == members::count) detail::a_documented_field_is_not_reflected();
    for (std::size_t k = 0; k != i; ++k) {
      if (docs.index[k] == docs.index[i]) detail::a_field_is_documented_twice();
    }
  }
  return docs;
}

/** Specialise it to tell what the fields of `T` mean and which values are good.

    @code
    template <>
    inline constexpr auto mcpawl::docs<deploy_args> = mcpawl::fields(
        mcpawl::field<&deploy_args::service>("Name of the service.").pattern("^[a-z-]+$").max_length(40),
        mcpawl::field<&deploy_args::replicas>("How many copies to run.").minimum(1).maximum(50));
    @endcode

    Bounds are part of the schema and are enforced when arguments are decoded. A bound that does not fit the
    type of its field does not compile. The specialisation must be seen before `T` is first used by mcpawl.
*/
template <class T>
inline constexpr auto docs = detail::no_docs{};

namespace detail {

/** The rules of each field of `T`, in the order of the fields. */
template <class T>
inline constexpr auto rules_of = [] {
  std::array<field_rules, members_of<T>::count> rules{};
  using docs_type = std::remove_const_t<decltype(docs<T>)>;
  if constexpr (!std::is_same_v<docs_type, no_docs>) {
    static_assert(std::is_same_v<typename docs_type::struct_type, T>,
                  "mcpawl: docs<T> must be the fields() of T itself");
    for (std::size_t i = 0; i != docs<T>.index.size(); ++i) rules[docs<T>.index[i]] = docs<T>.rules[i];
  }
  for (std::size_t i = 0; i != rules.size(); ++i) {
    if (rules[i].name.empty()) rules[i].name = members_of<T>::names[i];
    for (std::size_t k = 0; k != i; ++k) {
      if (rules[k].name == rules[i].name) two_fields_have_one_name();
    }
  }
  return rules;
}();

}  // namespace detail

}  // namespace mcpawl
