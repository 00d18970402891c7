// tests/unit/oauth/common/resource.cpp - which resource indicators mean our resource
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/resource.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_resource)

using namespace mcpawl::oauth;

BOOST_AUTO_TEST_CASE(only_spellings_that_clients_make_of_ours_are_ours) {
  std::string const ours = "https://mcp.example.com/mcp";
  for (char const* same : {"https://mcp.example.com/mcp", "https://mcp.example.com/mcp/",
                           "HTTPS://MCP.Example.COM/mcp", "https://mcp.example.com:443/mcp"})
    BOOST_TEST(is_same_resource(same, ours), same);
  for (char const* other :
       {"", "https://mcp.example.com", "https://mcp.example.com/", "https://mcp.example.com/MCP",
        "https://mcp.example.com/mcp//", "https://mcp.example.com/mcp?x=1", "https://mcp.example.com/mcp#x",
        "https://mcp.example.com/mcp/sub", "http://mcp.example.com/mcp", "https://mcp.example.com:8443/mcp",
        "https://u@mcp.example.com/mcp", "https://mcp.example.com.evil.example/mcp", "urn:mcp", "mcp"})
    BOOST_TEST(!is_same_resource(other, ours), other);
  BOOST_TEST(is_same_resource("https://mcp.example.com/", "https://mcp.example.com"));
}

BOOST_AUTO_TEST_CASE(all_of_several_must_be_ours) {
  std::string const ours = "https://mcp.example.com/mcp", other = "https://other.example/mcp";
  using list = std::vector<std::string>;
  struct row {
    list asked;
    bool good;
  };
  for (auto const& [asked, good] :
       {row{{}, true}, row{{ours}, true}, row{{ours, ours}, true}, row{{ours, ours + '/'}, true},
        row{{other}, false}, row{{ours, other}, false}, row{{other, ours}, false}}) {
    std::string detail;
    auto const wrong = detail::validate_resources(asked, ours, detail);
    BOOST_TEST(!wrong == good);
    BOOST_TEST((good || wrong == oauth_errc::bad_target));
    BOOST_TEST(detail == (good ? "" : "resource must be https://mcp.example.com/mcp"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
