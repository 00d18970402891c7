// tests/unit/reflect/fields.cpp - members of structs: counted, named, found
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/fields.hpp>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(reflect_fields)

using mcpawl::detail::has_base;
using mcpawl::detail::member_count;
using mcpawl::detail::members_of;

namespace {

struct empty {};
struct one {
  empty only;
};
struct every_kind {
  int number;
  std::string text;
  std::optional<one> maybe;
  std::vector<bool> bits;
  std::map<std::string, double> map;
  std::variant<int, std::string> either;
  one inner;
  char fixed[16];
  std::unique_ptr<int> owner;
};
template <class A, class B>
struct pair_of {
  A left;
  B right;
};
struct first_is_string {
  std::string text = "x";
  int number = 3;
};
struct child : one {
  int more;
};
struct most {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
      c6, c7, c8, c9, d0, last;
};
struct too_many : most {};
struct too_many_plain {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
      c6, c7, c8, c9, d0, d1, last;
};

struct described_base {
  int id;
};
BOOST_DESCRIBE_STRUCT(described_base, (), (id))
class described : public described_base {
public:
  described() : hidden_(7) {}
  std::string name;
  int hidden() const { return hidden_; }

private:
  int hidden_;
  BOOST_DESCRIBE_CLASS(described, (described_base), (name), (), (hidden_))
};

static_assert(member_count<empty> == 0);
static_assert(member_count<one> == 1);
static_assert(member_count<every_kind> == 9);
static_assert(member_count<first_is_string> == 2);
static_assert(member_count<most> == 32);
static_assert(member_count<too_many_plain> == 33);
static_assert(has_base<child> && has_base<too_many> && !has_base<one> && !has_base<every_kind> &&
              !has_base<empty>);
static_assert(members_of<every_kind>::index<&every_kind::text> == 1);
static_assert(members_of<most>::index<&most::last> == 31);
static_assert(members_of<described>::index<&described::name> == 1);
static_assert(members_of<described_base>::index<&described_base::id> == 0);

template <class T>
std::string names() {
  std::string all;
  for (auto name : members_of<T>::names) (all += name) += ' ';
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_are_those_of_the_members_in_their_order) {
  BOOST_TEST(names<empty>() == "");
  BOOST_TEST(names<one>() == "only ");
  BOOST_TEST(names<every_kind>() == "number text maybe bits map either inner fixed owner ");
  BOOST_TEST(names<most>().ends_with("c9 d0 last "));
}

BOOST_AUTO_TEST_CASE(structs_inside_of_functions_are_reflected) {
  struct local {
    int x, y;
    double größe;
  };
  BOOST_TEST(names<local>() == "x y größe ");
}

BOOST_AUTO_TEST_CASE(class_templates_are_reflected) {
  BOOST_TEST((names<pair_of<std::map<int, std::string>, int>>() == "left right "));
}

BOOST_AUTO_TEST_CASE(described_classes_show_their_public_members_and_those_of_their_bases) {
  BOOST_TEST(names<described>() == "id name ");
  BOOST_TEST(described().hidden() == 7);
}

BOOST_AUTO_TEST_CASE(addresses_are_those_of_the_members) {
  every_kind value{};
  void* addresses[9] = {};
  members_of<every_kind>::addresses(value, addresses);
  BOOST_TEST(addresses[0] == &value.number);
  BOOST_TEST(addresses[4] == &value.map);
  BOOST_TEST(addresses[8] == &value.owner);

  described other;
  members_of<described>::addresses(other, addresses);
  BOOST_TEST(addresses[0] == &other.id);
  BOOST_TEST(addresses[1] == &other.name);
}

BOOST_AUTO_TEST_SUITE_END()
