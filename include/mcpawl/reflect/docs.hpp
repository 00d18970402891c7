// mcpawl/reflect/docs.hpp - descriptions and bounds of the fields of a struct
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/type_kinds.hpp>
#include <mcpawl/reflect/value_docs.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace mcpawl {

namespace detail {

// Not constexpr: reaching one of these while the compiler computes `docs` is an error that says its name.
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
class field_docs
    : public bounded_docs<field_docs<Member>,
                          without_optional_t<typename member_pointer<decltype(Member)>::value_type>> {
  using base =
      bounded_docs<field_docs, without_optional_t<typename member_pointer<decltype(Member)>::value_type>>;

public:
  using struct_type = typename member_pointer<decltype(Member)>::struct_type;
  using typename base::value_type;

  constexpr explicit field_docs(std::string_view description) : base(description) {}

  /** Let callers leave the field out, though mcpawl sees no initialiser of it (see initialisers.hpp). */
  constexpr field_docs defaulted() const {
    return this->with([](field_rules& rules) { rules.defaulted = true; });
  }
  /** Demand the field though it has an initialiser. */
  constexpr field_docs required() const {
    return this->with([](field_rules& rules) { rules.required = true; });
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
    return this->with([&](field_rules& rules) { rules.header = header_name; });
  }

  /** Call the field something else in JSON: for names that C++ does not allow. */
  constexpr field_docs named(std::string_view name) const {
    return this->with([&](field_rules& rules) { rules.name = name; });
  }
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
  [&rules]<class... Members>(type_list<Members...>) {
    std::size_t i = 0;
    auto const merge = [&](auto of_type) {
      rules[i] = merge_rules(rules[i], of_type());
      ++i;
    };
    (merge([] { return type_rules<without_optional_t<Members>>(); }), ...);
    (void)merge;
    (void)i;
  }(typename members_of<T>::types{});
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
