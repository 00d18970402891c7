// tests/unit/reflect/schema_type.cpp - which types have a schema
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/schema_type.hpp>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(reflect_schema_type)

using mcpawl::detail::obstacle;
using mcpawl::detail::obstacle_of;
using mcpawl::detail::schema_struct;
using mcpawl::detail::schema_type;

namespace {

enum class colour { red };
enum class nothing {};
struct empty {};
struct leaf {
  int x;
};
struct whole {
  leaf inner;
  std::vector<leaf> list;
  std::map<std::string, leaf> map;
  std::optional<leaf> maybe;
  std::variant<leaf, std::string> either;
  colour c;
};
template <class T>
struct with {
  int before;
  T member;
};
struct tree {
  std::string name;
  std::vector<tree> children;
};
struct child : leaf {
  int y;
};
struct with_constructor {
  explicit with_constructor(int) {}
};
class closed {
  int x_ = 0;

public:
  int x() const { return x_; }
};
struct only_reference {
  int& r;
};
struct described_child : leaf {
  int y;
};
BOOST_DESCRIBE_STRUCT(leaf, (), (x))
BOOST_DESCRIBE_STRUCT(described_child, (leaf), (y))
struct unreflected_base {
  int x;
};
struct plain_child : unreflected_base {
  int y;
};
struct two_ways {
  leaf a, b;
};

template <class T>
constexpr obstacle why = obstacle_of<T>();

static_assert(schema_type<bool> && schema_type<int> && schema_type<unsigned long long> &&
              schema_type<std::int8_t>);
static_assert(schema_type<float> && schema_type<double> && schema_type<std::string> && schema_type<colour>);
static_assert(schema_type<std::vector<bool>> && schema_type<std::vector<std::vector<std::optional<int>>>>);
static_assert(schema_type<whole> && schema_struct<whole> && schema_struct<empty> &&
              schema_type<whole const&>);
static_assert(schema_struct<two_ways> && schema_struct<described_child>);
static_assert(!schema_struct<int> && !schema_struct<std::vector<leaf>>);

static_assert(why<char const*> == obstacle::pointer && why<with<std::string_view>> == obstacle::pointer);
static_assert(why<with<int const>> == obstacle::constant);
static_assert(why<char> == obstacle::character && why<with<char8_t>> == obstacle::character);
static_assert(why<long double> == obstacle::long_double);
static_assert(why<std::array<int, 3>> == obstacle::array && why<with<char[8]>> == obstacle::array);
static_assert(why<std::map<int, int>> == obstacle::map_key);
static_assert(why<std::optional<std::optional<int>>> == obstacle::nested_optional);
static_assert(why<std::variant<std::monostate, int>> == obstacle::monostate);
static_assert(why<nothing> == obstacle::unnamed_values);
static_assert(why<plain_child> == obstacle::base_class);
static_assert(why<tree> == obstacle::recursion && why<std::optional<tree>> == obstacle::recursion);
static_assert(why<with_constructor> == obstacle::opaque && why<closed> == obstacle::opaque);
static_assert(why<only_reference> == obstacle::opaque && why<with<int&>> == obstacle::opaque);
static_assert(why<void> == obstacle::opaque && why<int()> == obstacle::opaque &&
              why<std::tuple<int>> == obstacle::opaque);
static_assert(!schema_type<std::function<void()>> && !schema_type<std::unique_ptr<int>> &&
              !schema_type<std::set<int>>);
static_assert(!schema_type<std::unordered_map<std::string, int>> && !schema_type<std::chrono::seconds>);
static_assert(!schema_type<std::vector<with<void*>>> && !schema_type<std::variant<int, with<void*>>>);

}  // namespace

BOOST_AUTO_TEST_CASE(what_can_be_represented_needs_no_explanation) {
  mcpawl::detail::explain_unrepresentable<whole>();
  mcpawl::detail::explain_unrepresentable<std::vector<described_child>>();
  BOOST_TEST(schema_type<whole>);
}

BOOST_AUTO_TEST_SUITE_END()
