// mcpawl/auth/any_identity.hpp - who is calling, where several policies let callers in
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** `Found` with those of the other types that are not in it yet. */
template <template <class...> class List, class Found, class... Rest>
struct distinct_types {
  using type = Found;
};
template <template <class...> class List, class... Found, class First, class... Rest>
struct distinct_types<List, List<Found...>, First, Rest...>
    : distinct_types<
          List,
          std::conditional_t<(std::same_as<First, Found> || ...), List<Found...>, List<Found..., First>>,
          Rest...> {};

}  // namespace detail

/** A caller whom one of the policies of `any_of` has let in, with the identity that this policy verified.

    Where all policies verify the same type it stands for that one: a tool takes `access_identity const&` as ever, and
    `who->email` works in `allow`. Where there are several types, a tool takes those it knows as optionals, of which one has a value:

    @code
    std::string whoami(std::optional<mcpawl::access_identity> const& person,
                       std::optional<mcpawl::static_bearer_identity> const& program) {
      return person ? (*person)->email : "the program " + (*program)->name;
    }
    @endcode

    `allow` takes such an optional, too, or the whole:
    `allow([](std::optional<mcpawl::access_identity> const& person) { return person && (*person)->in_group("ops"); })`.

    @tparam Identities  the types, each once
    @par Thread safety
    As of the identities: copies of those of the library may be used by several threads at once.
*/
template <class... Identities>
class any_identity {
  static constexpr bool one_type = sizeof...(Identities) == 1;
  template <class Who>
  static constexpr bool known = (std::same_as<Who, Identities> || ...);
  using first = std::tuple_element_t<0, std::tuple<Identities...>>;

public:
  /** @param member  the number of the policy, from 0
      @param who     what it verified */
  template <class Who>
  requires known<Who>
  any_identity(std::size_t member, Who who) : member_(member) {
    std::get<std::optional<Who>>(parts_).emplace(std::move(who));
  }

  /** The number of the policy that let the caller in, in the order in which `any_of` has them, from 0. */
  std::size_t member() const noexcept { return member_; }

  /** The identity, if it is of this type; else null. */
  template <class Who>
  requires known<Who>
  Who const* get_if() const noexcept {
    auto const& part = std::get<std::optional<Who>>(parts_);
    return part ? &*part : nullptr;
  }

  /** Call `f` with the identity, whatever its type is.

      @par Errors
      Those of `f`. */
  template <class F>
  requires(std::invocable<F&, Identities const&> && ...)
  auto visit(F&& f) const {
    using result_type = std::common_type_t<std::invoke_result_t<F&, Identities const&>...>;
    return visit_from<result_type, Identities...>(f);
  }

  /** What a tool may take: the identity as an optional; where there is one type, the identity. */
  template <class Part>
  requires(std::same_as<Part, std::optional<Identities>> || ...)
  Part const& part() const noexcept {
    return std::get<Part>(parts_);
  }
  template <class Part>
  requires(one_type && std::same_as<Part, first>)
  Part const& part() const noexcept {
    return *std::get<0>(parts_);
  }

  template <class Who>
  requires known<Who>
  operator std::optional<Who> const&() const noexcept {
    return std::get<std::optional<Who>>(parts_);
  }
  operator first const&() const noexcept requires one_type
  {
    return *std::get<0>(parts_);
  }
  /** As of the one type, which has this operator itself. */
  first const& operator->() const noexcept
      requires(one_type && requires(first const& who) { who.operator->(); })
  {
    return *std::get<0>(parts_);
  }
  decltype(auto) operator*() const noexcept
      requires(one_type && requires(first const& who) { who.operator*(); })
  {
    return **std::get<0>(parts_);
  }

  /** The scopes that the caller's token was granted; none where the identity has no scopes. */
  std::vector<std::string> const& scopes() const noexcept requires(has_scopes<Identities> || ...)
  {
    static std::vector<std::string> const none;
    std::vector<std::string> const* found = &none;
    (find_scopes<Identities>(found), ...);
    return *found;
  }

private:
  template <class Result, class Who, class... Rest, class F>
  Result visit_from(F& f) const {
    if constexpr (sizeof...(Rest) != 0)
      if (get_if<Who>() == nullptr) return visit_from<Result, Rest...>(f);
    return f(*get_if<Who>());
  }
  template <class Who>
  void find_scopes([[maybe_unused]] std::vector<std::string> const*& found) const noexcept {
    if constexpr (has_scopes<Who>)
      if (auto const* const who = get_if<Who>()) found = &granted_scopes(*who);
  }

  std::size_t member_;
  std::tuple<std::optional<Identities>...> parts_;  // one has a value
};

}  // namespace mcpawl
