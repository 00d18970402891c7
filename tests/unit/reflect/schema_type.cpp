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
struct chain {
  std::unique_ptr<chain> next;
};
struct bad_tree {
  std::vector<bad_tree> children;
  std::vector<int*> pointers;
};
enum class far_off { near = 1, far = 129 };
enum class listed { a = 1, b = 100'000 };
class money {
  int cents_ = 0;

public:
  money() = default;
  explicit money(int cents) : cents_(cents) {}
  int cents() const { return cents_; }
  auto operator<=>(money const&) const = default;
};
struct counted {
  auto operator<=>(counted const&) const = default;
};
class account {
  leaf inside_{};

public:
  account() = default;
  explicit account(leaf inside) : inside_(inside) {}
  leaf const& inside() const { return inside_; }
};
class half_said {};
struct path_of_others {
  using string_type = std::string;
  enum format { native };
  static constexpr char preferred_separator = '/';
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

}  // namespace

BOOST_AUTO_TEST_SUITE_END()

template <>
inline constexpr auto mcpawl::enumerators<reflect_schema_type::listed> =
    mcpawl::enumerator_names<reflect_schema_type::listed>(
        {{reflect_schema_type::listed::a, "a"}, {reflect_schema_type::listed::b, "b"}});
template <>
struct mcpawl::as<reflect_schema_type::money> {
  using type = std::string;
  static reflect_schema_type::money from(std::string const& text) {
    return reflect_schema_type::money(std::stoi(text));
  }
  static std::string to(reflect_schema_type::money m) { return std::to_string(m.cents()); }
};
template <>
struct mcpawl::as<reflect_schema_type::counted> {
  using type = int;
  static reflect_schema_type::counted from(int) { return {}; }
  static int to(reflect_schema_type::counted) { return 0; }
};
template <>
struct mcpawl::as<reflect_schema_type::account> {
  using type = reflect_schema_type::leaf;
  static reflect_schema_type::account from(type const& inside) {
    return reflect_schema_type::account(inside);
  }
  static type to(reflect_schema_type::account const& a) { return a.inside(); }
};
template <>
struct mcpawl::as<reflect_schema_type::half_said> {
  using type = int;
  static int to(reflect_schema_type::half_said) { return 0; }
};

BOOST_AUTO_TEST_SUITE(reflect_schema_type)

namespace {

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
static_assert(why<std::array<int, 3>> == obstacle::none && why<with<char[8]>> == obstacle::array);
static_assert(why<std::map<int, int>> == obstacle::map_key);
static_assert(why<std::optional<std::optional<int>>> == obstacle::nested_optional);
static_assert(why<std::variant<std::monostate, int>> == obstacle::monostate);
static_assert(why<nothing> == obstacle::unnamed_values);
static_assert(why<plain_child> == obstacle::base_class);
static_assert(schema_struct<tree> && schema_type<std::optional<tree>> && schema_struct<chain>);
static_assert(why<bad_tree> == obstacle::pointer && why<far_off> == obstacle::values_outside);
static_assert(schema_type<listed> && schema_type<std::map<money, int>> && schema_struct<account>);
static_assert(why<std::map<counted, int>> == obstacle::map_key && why<half_said> == obstacle::incomplete_as);
static_assert(why<std::optional<std::unique_ptr<int>>> == obstacle::nested_optional);
static_assert(why<path_of_others> == obstacle::needs_path_header);
static_assert(why<with_constructor> == obstacle::private_members && why<closed> == obstacle::private_members);
static_assert(why<only_reference> == obstacle::valueless_member &&
              why<with<int&>> == obstacle::valueless_member);
static_assert(why<void> == obstacle::opaque && why<int()> == obstacle::opaque);
static_assert(why<std::shared_ptr<int>> == obstacle::pointer);
static_assert(!schema_type<std::function<void()>> && schema_type<std::unique_ptr<int>> &&
              schema_type<std::set<int>> && schema_type<std::tuple<int, std::pair<bool, std::string>>>);
static_assert(schema_type<std::unordered_map<std::string, int>> && schema_type<std::chrono::seconds> &&
              schema_type<std::chrono::system_clock::time_point> &&
              !schema_type<std::chrono::steady_clock::time_point>);
static_assert(schema_type<boost::json::value> && schema_type<with<boost::json::object>>);
static_assert(!schema_type<std::vector<with<void*>>> && !schema_type<std::variant<int, with<void*>>>);

}  // namespace

BOOST_AUTO_TEST_CASE(what_can_be_represented_needs_no_explanation) {
  mcpawl::detail::explain_unrepresentable<whole>();
  mcpawl::detail::explain_unrepresentable<std::vector<described_child>>();
  BOOST_TEST(schema_type<whole>);
}

BOOST_AUTO_TEST_SUITE_END()
