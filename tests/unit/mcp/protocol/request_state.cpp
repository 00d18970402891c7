// tests/unit/mcp/protocol/request_state.cpp - what a call has learnt, sealed for its client to carry
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/protocol/request_state.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace mcp_request_state {

using mcpawl::detail::open_state;
using mcpawl::detail::seal_state;
using mcpawl::detail::state_binding;

namespace {

std::string binding_of(std::string const& params, std::string_view principal = "alice",
                       std::string_view method = "tools/call", std::string_view server = "one") {
  auto const parsed = boost::json::parse(params);
  return std::string(state_binding(server, principal, method, &parsed.as_object()).text());
}

struct fixture {
  mcpawl::sealer seal = mcpawl::sealer::with_random_key();
  mcpawl::detail::request_state state;
  fixture() {
    state.responses["who"] = {{"action", "accept"}};
    state.steps["step"] = 7;
  }
};

}  // namespace

}  // namespace mcp_request_state

BOOST_FIXTURE_TEST_SUITE(mcp_request_state, fixture)

BOOST_AUTO_TEST_CASE(it_comes_back_as_it_was) {
  auto const text = seal_state(seal, state, 100, "here");
  auto const back = open_state(seal, text, 99, "here");
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(back->responses == state.responses);
  BOOST_TEST(back->steps == state.steps);
  BOOST_TEST(text != seal_state(seal, state, 100, "here"));
}

BOOST_AUTO_TEST_CASE(it_expires_and_is_bound_to_its_place_and_key) {
  auto const text = seal_state(seal, state, 100, "here");
  BOOST_TEST(!open_state(seal, text, 100, "here").has_value());
  BOOST_TEST(!open_state(seal, text, 99, "there").has_value());
  auto other = mcpawl::sealer::with_random_key();
  BOOST_TEST(!open_state(other, text, 99, "here").has_value());
  for (std::size_t i = 0; i != text.size(); ++i) {
    auto altered = text;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!open_state(seal, altered, 99, "here").has_value());
  }
  BOOST_TEST(!open_state(seal, "", 99, "here").has_value());
  BOOST_TEST(!open_state(seal, seal.seal("{", "here"), 99, "here").has_value());
  BOOST_TEST(!open_state(seal, seal.seal(R"({"e":"soon","a":{},"s":{}})", "here"), 99, "here").has_value());
}

BOOST_AUTO_TEST_CASE(the_binding_is_of_server_caller_method_and_arguments) {
  auto const one = binding_of(R"({"name":"t","arguments":{"a":1,"b":[{"x":1,"y":2}]}})");
  // what changes between rounds, and the order of members, do not matter
  BOOST_TEST(one == binding_of(R"({"arguments":{"b":[{"y":2,"x":1}],"a":1},"name":"t","_meta":{"q":1},)"
                               R"("inputResponses":{"k":1},"requestState":"s"})"));
  for (std::string const other :
       {R"({"name":"t","arguments":{"a":2,"b":[{"x":1,"y":2}]}})",
        R"({"name":"u","arguments":{"a":1,"b":[{"x":1,"y":2}]}})",
        R"({"name":"t","arguments":{"a":"1","b":[{"x":1,"y":2}]}})", R"({"name":"t"})",
        R"({"name":"t","arguments":{"a":1,"b":[{"x":1},{"y":2}]}})",
        R"({"name":"t","arguments":{"a":1,"b":[{"x":1,"y":2}]},"more":1})"})
    BOOST_TEST(one != binding_of(other));
  std::string const params = R"({"name":"t"})";
  BOOST_TEST(binding_of(params) != binding_of(params, "bob"));
  BOOST_TEST(binding_of(params) != binding_of(params, "alice", "prompts/get"));
  // two servers may have the same keys
  BOOST_TEST(binding_of(params) != binding_of(params, "alice", "tools/call", "two"));
  BOOST_TEST(binding_of(params, "alice", "ab", "c") != binding_of(params, "alice", "b", "ca"));
}

BOOST_AUTO_TEST_SUITE_END()
