// mcpawl/reflect/as.hpp - how types of users are said as types that mcpawl knows
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace mcpawl {

/** Specialise it to have values of `T`, a type of your own, read and written as those of a type mcpawl knows.

    @code
    template <>
    struct mcpawl::as<uuid> {
      using type = std::string;
      static std::optional<uuid> from(std::string const& text) { return uuid::parse(text); }
      static std::string to(uuid const& id) { return id.text(); }
      static constexpr auto docs = mcpawl::value_docs<std::string>("A UUID.").format("uuid");  // may be left out
    };
    @endcode

    `type` is any type that arguments and results are made of, a struct as well. `from` makes a `T` of it, which it
    returns as a `T`, a `std::optional<T>` or a `mcpawl::result<T>`; `to` returns a `type`, or a
    `std::optional<type>` that is empty for a value that has no JSON. What `docs` say is part of the schema
    and enforced before `from` is asked. `T` then is good wherever `type` is: as a member, an item or an argument,
    and as the key of a map if `type` is std::string. It needs a default constructor and a move assignment.

    The specialisation must be seen before `T` is first used by mcpawl.

    @par Errors
    A value that `from` refuses is a problem of the arguments like others, at its JSON Pointer: the caller is told
    the text of an `invalid_value` that it throws, or the message of the error it returns. Of other exceptions
    derived from `std::exception` the caller learns only that the value is not valid. What `to` throws fails the call;
    the log has its text.
*/
template <class T>
struct as {};

/** Thrown by `as<T>::from` to refuse a value with words for the caller: `must be a prime`. */
class invalid_value : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

namespace detail {

/** A type that is said as another. */
template <class T>
concept said_as = requires { typename as<T>::type; };

/** The type that values of `T` are in the end read and written as. */
template <class T>
struct known {
  using type = T;
};
template <said_as T>
requires(!std::is_same_v<typename as<T>::type, T>)
struct known<T> : known<typename as<T>::type> {};
template <class T>
using known_t = typename known<T>::type;

template <class Made, class T>
inline constexpr bool is_made = std::is_same_v<Made, T> || std::is_same_v<Made, std::optional<T>>;
template <class Made, class T>
inline constexpr bool is_result_made_of = std::is_same_v<Made, result<T>>;

/** Whether `as<T>` has all that it must have. */
template <class T>
concept complete_as = std::is_default_constructible_v<T> && std::is_move_assignable_v<T> &&
                      requires(typename as<T>::type said, T const& value) {
                        requires is_made<decltype(as<T>::from(std::move(said))), T> ||
                                     is_result_made_of<decltype(as<T>::from(std::move(said))), T>;
                        requires is_made<decltype(as<T>::to(value)), typename as<T>::type>;
                      };

/** Make a `T` of what it is said as; false if it is refused, with the reason if one was told. */
template <class T>
bool convert_from(typename as<T>::type&& said, T& to, std::string& why) {
  try {
    auto made = as<T>::from(std::move(said));
    using made_type = decltype(made);
    if constexpr (std::is_same_v<made_type, T>) {
      to = std::move(made);
      return true;
    } else {
      if (made) {
        to = std::move(*made);
        return true;
      }
      if constexpr (is_result_made_of<made_type, T>) why = made.error().message();
    }
  } catch (invalid_value const& e) {
    why = e.what();
  } catch (std::bad_alloc const&) {
    throw;
  } catch (std::exception const&) {
    // its text was not written for the caller
  }
  return false;
}

/** What a value is said as; nothing, and why, if it has no JSON. */
template <class T>
std::optional<typename as<T>::type> convert_to(T const& value, std::string& why) {
  try {
    std::optional<typename as<T>::type> said = as<T>::to(value);
    if (!said) why = "has no JSON";
    return said;
  } catch (std::bad_alloc const&) {
    throw;
  } catch (std::exception const& e) {
    why = "has no JSON: ";
    why += e.what();
  }
  return std::nullopt;
}

}  // namespace detail

}  // namespace mcpawl
