// tests/unit/jsonrpc/unparsed_id.cpp - ids in texts that are no messages
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jsonrpc/unparsed_id.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(jsonrpc_unparsed_id)

BOOST_AUTO_TEST_CASE(an_id_that_is_there_once_is_found) {
  using row = std::pair<std::string_view, std::string_view>;
  for (auto const& [text, id] : std::vector<row>{
           {R"({"jsonrpc":"2.0","id":7,"method":"ping",})", "7"},
           {R"({"id":"a b","method":)", R"("a b")"},
           {R"( { "id" : -3 , nonsense)", "-3"},
           {R"({"method":"x","params":{"id":1,"a":[{"id":2}]},"id":9,"method":"x"})", "9"},
           {R"({"text":"\"id\":1, {[","id":"\u0041\"","x":'})", R"("A\"")"},
           {R"({"a":"id","id":5,"b":NaN})", "5"},
           {R"({"id":5}})", "5"},
           {R"({"id":9223372036854775807,,})", "9223372036854775807"},
       }) {
    auto const found = mcpawl::detail::unparsed_id(text);
    BOOST_TEST_REQUIRE(found.has_value(), text);
    BOOST_TEST(found->json() == id);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_for_sure_is_no_id) {
  for (std::string const& text : {std::string(),
                                  std::string("id"),
                                  std::string("["),
                                  std::string(R"([{"id":1},])"),
                                  std::string(R"({"id":1,"id":2})"),
                                  std::string(R"({"id":1,"x":{},"id":1,})"),
                                  std::string(R"({"params":{"id":1},})"),
                                  std::string(R"({"id":12)"),
                                  std::string(R"({"id":"12)"),
                                  std::string(R"({"id":"12")"),
                                  std::string(R"({"id":null,})"),
                                  std::string(R"({"id":1.5,})"),
                                  std::string(R"({"id":1e3,})"),
                                  std::string(R"({"id":true,})"),
                                  std::string(R"({"id":[1],})"),
                                  std::string(R"({"id":01,})"),
                                  std::string(R"({"id":--1,})"),
                                  std::string(R"({"id":"\x","a":})"),
                                  std::string("{\"id\":\"\xff\",}"),
                                  std::string(R"({"ID":1,})"),
                                  std::string(R"({"id" 1,})"),
                                  std::string(R"({"id":"\)"),
                                  R"({"id":")" + std::string(1000, 'x') + R"(",})",
                                  R"({"id":)" + std::string(1000, '9') + ",}",
                                  std::string(100'000, '{')})
    BOOST_TEST(!mcpawl::detail::unparsed_id(text), text.substr(0, 40));
}

BOOST_AUTO_TEST_SUITE_END()
