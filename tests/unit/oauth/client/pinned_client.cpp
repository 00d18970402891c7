// tests/unit/oauth/client/pinned_client.cpp - documents that an operator gives
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/known_clients.hpp>
#include <mcpawl/oauth/client/pinned_client.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_pinned_client)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

std::string const id = "https://app.example.com/client.json";
std::string document(std::string const& more = {}) {
  return R"({"client_id":")" + id +
         R"(","client_name":"App","redirect_uris":["https://app.example.com/cb"])" + more + "}";
}

pinned_clients read(std::vector<std::string> const& documents, std::vector<std::string>& errors,
                    bool fetches = true) {
  std::vector<pinned_client_error> all;
  auto out = read_pinned_clients(documents, {}, fetches, all);
  for (auto& each : all) errors.push_back(std::move(each.text));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_aggregate_becomes_a_client) {
  pinned_client app{.client_id = id, .client_name = "The \"App\""};
  app.redirect_uris = {"http://127.0.0.1/cb", "https://app.example.com/cb"};
  app.scope = "read write";
  app.client_uri = "https://app.example.com/";
  std::vector<std::string> errors;
  auto const clients = read({app.json()}, errors);
  BOOST_TEST(errors.empty());
  auto const& found = clients.at(id);
  BOOST_TEST(found.id == id);
  BOOST_TEST(found.metadata.client_name == "The \"App\"");
  BOOST_TEST(found.metadata.redirect_uris.size() == 2u);
  BOOST_TEST(found.metadata.refreshable);
  BOOST_TEST(found.metadata.scope.text() == "read write");
  BOOST_TEST((found.metadata.auth == client_auth::none));

  app.refreshable = false;
  app.jwks = R"({"keys":[]})";
  auto const with_keys = read({app.json()}, errors);
  BOOST_TEST(errors.empty());
  BOOST_TEST(!with_keys.at(id).metadata.refreshable);
  BOOST_TEST((with_keys.at(id).metadata.auth == client_auth::private_key_jwt));
  BOOST_TEST(with_keys.at(id).metadata.jwks == app.jwks);
}

BOOST_AUTO_TEST_CASE(a_file_holds_an_array_or_one) {
  std::string const second = R"({"client_id":"x","a":[1,"b",{"c":null}],"d":{}})";
  for (std::string const& text :
       {"[" + document() + " , " + second + "]", "[" + document() + "," + second + "]\n"}) {
    auto const parts = split_client_documents(text);
    BOOST_TEST_REQUIRE(parts.has_value());
    BOOST_TEST_REQUIRE(parts->size() == 2u);
    BOOST_TEST((*parts)[0] == document());
    BOOST_TEST((*parts)[1] == second);
  }
  BOOST_TEST(split_client_documents(document()).value().size() == 1u);
  BOOST_TEST(split_client_documents("[]").value().empty());
  BOOST_TEST(split_client_documents("[1,\"a\"]").value().size() == 2u);
  for (std::string const bad : {"", "[", "[{}", "{} {}", "not JSON"})
    BOOST_TEST((split_client_documents(bad).error() == oauth_errc::bad_registration), bad);
  std::string const large(1024 * 1024 + 1, ' ');
  BOOST_TEST((split_client_documents(large).error() == oauth_errc::registration_too_large));
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_and_what_is_good_is_kept) {
  std::string const other = R"({"client_id":"https://b.example/c","client_name":"B","redirect_uris":[)";
  struct {
    std::string document, error;
  } const cases[] = {
      {document(), ""},
      {document(), "client document 2 (" + id + ") is given twice"},
      {"7", "client document 3 must be an object whose client_id is an https:// URL with a path"},
      {R"({"client_id":"https://b.example"})",
       "client document 4 (https://b.example) must be an object whose client_id is an https:// URL with a path"},
      {other + R"("https://b.example/cb","http://b.example/cb","b:/cb"]})",
       "client document 5 (https://b.example/c) cannot be used: redirect URI not acceptable: "
       "http://b.example/cb - must be https, since http is for loopback addresses alone; "
       "b:/cb - private-use scheme that this server does not allow"},
      {other + R"("https://b.example/cb"],"client_secret":"x"})",
       "client document 6 (https://b.example/c) cannot be used: client metadata not acceptable: "
       "client_secret must not be in a public document"},
      {other + "]}",
       "client document 7 (https://b.example/c) cannot be used: redirect URI not acceptable: "
       "redirect_uris must be an array of 1 to 16 strings"},
  };
  std::vector<std::string> documents, expected, errors;
  for (auto const& each : cases) {
    documents.push_back(each.document);
    if (!each.error.empty()) expected.push_back(each.error);
  }
  BOOST_TEST(read(documents, errors).size() == 1u);
  BOOST_TEST(errors == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(known_clients_are_public_and_have_nothing_but_loopback_addresses) {
  std::vector<std::string> errors;
  auto const clients = read(known_client_documents(), errors, false);
  BOOST_TEST(errors.empty());
  BOOST_TEST(clients.size() == 2u);
  BOOST_TEST(clients.contains("https://claude.ai/oauth/claude-code-client-metadata"));
  BOOST_TEST(clients.contains("https://chatgpt.com/oauth/codex/client.json"));
  for (auto const& [name, each] : clients) {
    BOOST_TEST((each.metadata.auth == client_auth::none), name);
    BOOST_TEST(!each.metadata.redirect_uris.empty());
    for (auto const& uri : each.metadata.redirect_uris) BOOST_TEST((uri.kind() == redirect_kind::loopback));
  }
}

BOOST_AUTO_TEST_CASE(keys_that_cannot_be_fetched_are_a_error) {
  std::string const keyed = document(
      R"(,"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example.com/keys")");
  std::vector<std::string> errors;
  BOOST_TEST(read({keyed}, errors).size() == 1u);
  BOOST_TEST(errors.empty());
  BOOST_TEST(read({keyed}, errors, false).empty());
  BOOST_TEST_REQUIRE(errors.size() == 1u);
  BOOST_TEST(errors[0] ==
             "client document 1 (" + id + ") has a jwks_uri, which is not fetched: give its jwks");
}

BOOST_AUTO_TEST_SUITE_END()
