// tests/support/assertions.hpp - BOOST_TEST with one argument, as Boost.Test has it but cheap to compile
// SPDX-License-Identifier: BSL-1.0
//
// Boost.Test makes some dozens of functions for each pair of types that are compared, and takes every length of a string
// literal for a type of its own. With thousands of assertions that is much of what compiling the tests costs. Here a
// literal is a `char const*`, and what prints two values is made once for each type. With two arguments (a message, a
// manipulator), and where this header is not included, the macros are those of Boost.Test.
#pragma once

// as the headers of Boost.Test: what is warned of in a comparison here is no error of the test
#pragma GCC system_header

#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <ranges>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl_tests {

/** The judgement of an assertion; where it failed, `complaint` has the values. */
struct outcome {
  bool passed;
};

inline std::string& complaint() {
  thread_local std::string text;
  return text;
}

using printer = void (*)(std::ostream&, void const*);

template <typename T>
void print(std::ostream& to, void const* value) {
  T const& shown = *static_cast<T const*>(value);
  if constexpr (std::ranges::range<T> && !requires { to << shown; }) {
    to << '{';
    for (auto const& each : shown) print<std::ranges::range_value_t<T>>(to << ' ', std::addressof(each));
    to << " }";
  } else {
    boost::test_tools::tt_detail::print_log_value<T>()(to, shown);
  }
}

inline outcome refuse(printer left, void const* a, char const* operation, printer right, void const* b) {
  std::ostringstream out;
  out << " [";
  left(out, a);
  out << operation;
  right(out, b);
  out << ']';
  complaint() = std::move(out).str();
  return {false};
}

inline outcome refuse(printer only, void const* value) {
  std::ostringstream out;
  out << " ['";
  only(out, value);
  out << "' evaluates to false]";
  complaint() = std::move(out).str();
  return {false};
}

template <typename T>
inline constexpr bool is_c_string =
    std::is_same_v<std::decay_t<T>, char*> || std::is_same_v<std::decay_t<T>, char const*>;

// Two C strings are compared as texts.
template <typename T, typename Other>
decltype(auto) comparable(T const& value) {
  if constexpr (is_c_string<T> && is_c_string<Other>) {
    char const* const text = value;
    return text == nullptr ? std::string_view{} : std::string_view{text};
  } else {
    return (value);
  }
}

/** The left side of a comparison; T is a type, or a constant reference to one. */
template <typename T>
struct operand {
  T value;
  using type = std::remove_cvref_t<T>;

#define MCPAWL_TESTS_COMPARISON(OPERATION, INVERSE)                                                          \
  template <typename Other>                                                                                  \
  outcome operator OPERATION(Other const& other) const {                                                     \
    if (comparable<type, Other>(value) OPERATION comparable<Other, type>(other)) return {true};              \
    return refuse(&print<type>, std::addressof(value), INVERSE, &print<Other>, std::addressof(other));       \
  }                                                                                                          \
  outcome operator OPERATION(char const* other) const {                                                      \
    if (comparable<type, char const*>(value) OPERATION comparable<char const*, type>(other)) return {true};  \
    return refuse(&print<type>, std::addressof(value), INVERSE, &print<char const*>, std::addressof(other)); \
  }
  MCPAWL_TESTS_COMPARISON(==, " != ")
  MCPAWL_TESTS_COMPARISON(!=, " == ")
  MCPAWL_TESTS_COMPARISON(<, " >= ")
  MCPAWL_TESTS_COMPARISON(<=, " > ")
  MCPAWL_TESTS_COMPARISON(>, " <= ")
  MCPAWL_TESTS_COMPARISON(>=, " < ")
#undef MCPAWL_TESTS_COMPARISON

#define MCPAWL_TESTS_ARITHMETIC(OPERATION)                                                       \
  template <typename Other>                                                                      \
  auto operator OPERATION(Other const& other) const {                                            \
    return operand<std::remove_cvref_t<decltype(value OPERATION other)>>{value OPERATION other}; \
  }
  MCPAWL_TESTS_ARITHMETIC(+)
  MCPAWL_TESTS_ARITHMETIC(-)
  MCPAWL_TESTS_ARITHMETIC(*)
  MCPAWL_TESTS_ARITHMETIC(/)
  MCPAWL_TESTS_ARITHMETIC(%)
  MCPAWL_TESTS_ARITHMETIC(&)
#undef MCPAWL_TESTS_ARITHMETIC
};

/** `start{}->*a == b` is an operand and its comparison: of these operators `->*` binds first. */
struct start {
  template <typename T>
  operand<T const&> operator->*(T const& value) const {
    return {value};
  }
  operand<char const*> operator->*(char const* value) const { return {value}; }
};

inline outcome judge(outcome judged) { return judged; }

template <typename T>
outcome judge(operand<T> const& only) {
  using type = typename operand<T>::type;
  if (!!only.value) return {true};
  if constexpr (std::is_same_v<type, bool>) {
    complaint().clear();
    return {false};
  } else {
    return refuse(&print<type>, std::addressof(only.value));
  }
}

/** Count it, log it, and leave the test case where it had to pass. */
inline void report(outcome judged, char const* text, char const* file, std::size_t line,
                   boost::test_tools::tt_detail::tool_level level) {
  boost::test_tools::assertion_result result(judged.passed);
  if (!judged.passed) result.message() << complaint();
  boost::test_tools::tt_detail::report_assertion(result, boost::unit_test::lazy_ostream::instance() << text,
                                                 boost::unit_test::const_string(file), line, level,
                                                 boost::test_tools::tt_detail::CHECK_BUILT_ASSERTION, 0);
}

/** So that a crash is reported with the last assertion that was reached. */
inline void reach(char const* file, std::size_t line) {
  boost::unit_test::unit_test_log.set_checkpoint(boost::unit_test::const_string(file), line);
}

// no constant, so that no compiler warns of a loop that is none
inline bool never() { return false; }

}  // namespace mcpawl_tests

#define MCPAWL_TESTS_ASSERT(LEVEL, P)                                                                        \
  do {                                                                                                       \
    ::mcpawl_tests::reach(__FILE__, __LINE__);                                                               \
    ::mcpawl_tests::report(::mcpawl_tests::judge(::mcpawl_tests::start{}->*P), BOOST_STRINGIZE(P), __FILE__, \
                           __LINE__, ::boost::test_tools::tt_detail::LEVEL);                                 \
  } while (::mcpawl_tests::never())

#undef BOOST_TEST
#define BOOST_TEST(...) \
  BOOST_TEST_INVOKE_IF_N_ARGS(2, MCPAWL_TESTS_ASSERT, BOOST_TEST_TOOL_UNIV_EX, CHECK, __VA_ARGS__)
#undef BOOST_TEST_REQUIRE
#define BOOST_TEST_REQUIRE(...) \
  BOOST_TEST_INVOKE_IF_N_ARGS(2, MCPAWL_TESTS_ASSERT, BOOST_TEST_TOOL_UNIV_EX, REQUIRE, __VA_ARGS__)
