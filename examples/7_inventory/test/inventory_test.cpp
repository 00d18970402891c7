// examples/7_inventory/test/inventory_test.cpp - the tools as their callers see them, without a socket
// SPDX-License-Identifier: BSL-1.0
#undef NDEBUG
#include "../tools.hpp"

#include <mcpawl/test/client.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/make_identity.hpp>

#include <cassert>

int main() {
  mcpawl::test::fake_access const access("https://team.cloudflareaccess.com", "inventory");
  mcpawl::server srv{
      {"inventory", "1.0"},
      mcpawl::access_jwt(mcpawl::access_options{.team_domain = access.issuer(), .audiences = {"inventory"}})};
  add_tools(srv, std::make_shared<database>(":memory:"));

  part_number const bolt = part_number::parse("AB-0001").value(), nut = part_number::parse("AB-0002").value();
  mcpawl::test::client staff{srv, mcpawl::test::make_identity(access, access.user("alice@example.com"))};
  auto const imported = staff.call("import_parts", import_args{{{bolt, 5}, {nut, 7}}});
  assert(imported.text() == "2 parts are imported");
  assert(imported.progress().back().total == 2);
  assert(staff.call("change_part", change_args{bolt, -2}).as<part>().pieces == 3);
  assert(staff.call("change_part", change_args{bolt, -9}).is_error());
  assert(staff.call("change_part", R"({"number":"bolt","by":"many"})").is_error());  // both are told
  assert(staff.call("find_parts", find_args{"AB"}).as<std::vector<part>>().size() == 2);
  assert(!staff.tools().contains("remove_part"));

  auto operators = staff.as(mcpawl::test::make_identity(
      access, access.user("olga@example.com").claim("groups", boost::json::array{"ops"})));
  operators.answer_next(mcpawl::test::decline(), mcpawl::test::accept(confirmation{true}));
  assert(operators.call("remove_part", number_args{bolt}).is_error());
  assert(operators.call("remove_part", number_args{bolt}).text() == "removed AB-0001");
  assert(operators.questions().at(0).message() == "Remove AB-0001 for good?");
  assert(operators.read("inventory://report").text() == "1 parts\n");

  auto visitor = staff.as(mcpawl::test::make_identity(access, access.user("vera@elsewhere.example")));
  assert(visitor.call("find_parts", find_args{}).as<std::vector<part>>().size() == 1);
  assert(!visitor.tools().contains("change_part"));
}
