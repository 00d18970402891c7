// tests/flow/access_oauth_documents.cpp - clients that are known by a document at their URL log in
#include "../support/saas.hpp"
#include "../unit/oauth/client_host.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace flow_access_oauth_documents {

using oauth_test::answer_with;
using oauth_test::client_host;
using support::browser;
using support::form_fields;
using support::json_of;
using support::parameter;
using support::saas;

namespace {

struct scene {
  client_host host{[this](std::string const&) { return answer_with(host.document()); }};
  saas server{[](mcpawl::access_oauth_options& options) {
    options.trust(oauth_test::client_trust::instance().trust).allow(mcpawl::unsafe::loopback_is_public{});
  }};
  form_fields const redirect{{"redirect_uri", "https://client.example/cb"}};

  browser::place page(std::string const& client) {
    browser person = server.new_browser();
    return person.get(server.authorize_url(client, redirect));
  }
};

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

}  // namespace flow_access_oauth_documents

BOOST_FIXTURE_TEST_SUITE(flow_access_oauth_documents, scene)

BOOST_AUTO_TEST_CASE(a_client_needs_no_registration) {
  BOOST_TEST(json_of(server.ask("GET", "/.well-known/oauth-authorization-server"))
                 .at("client_id_metadata_document_supported")
                 .as_bool());
  browser person = server.new_browser();
  auto const page = person.get(server.authorize_url(host.url(), redirect));
  BOOST_TEST(page.reply.status == 200);
  BOOST_TEST(holds(page.reply.body, "A client"));
  BOOST_TEST(holds(page.reply.body, mcpawl::http::origin_url::parse(host.url())->host()));
  std::string const end = person.submit(page, "decision", "approve").url;
  BOOST_TEST(end.starts_with("https://client.example/cb?code="));
  auto const tokens = server.tokens_of(server.redeem(host.url(), parameter(end, "code"), redirect));
  BOOST_TEST(server.whoami(tokens.access) == "alice@example.com through a client");
  BOOST_TEST(host.visits() == 1);
}

BOOST_AUTO_TEST_CASE(a_redirect_uri_must_be_in_the_document) {
  browser person = server.new_browser();
  auto const end =
      person.get(server.authorize_url(host.url(), {{"redirect_uri", "https://client.example/other"}}));
  BOOST_TEST(end.reply.status == 400);
  BOOST_TEST(!end.reply.has("location"));
}

BOOST_AUTO_TEST_CASE(a_document_that_is_not_there_is_a_page_and_one_that_cannot_be_had_asks_to_come_back) {
  host.answer([](std::string const&) { return answer_with("", {}, 404); });
  BOOST_TEST(page(host.url("/gone")).reply.status == 400);
  host.answer([](std::string const&) { return answer_with("", {}, 503); });
  BOOST_TEST(page(host.url("/busy")).reply.status == 503);
  auto const token = server.redeem(host.url("/busy"), "x", redirect);
  BOOST_TEST(token.status == 503);  // `invalid_client` would make it throw its credentials away
}

BOOST_AUTO_TEST_CASE(attack_a_document_on_a_private_address_is_never_fetched) {
  saas strict([](mcpawl::access_oauth_options& options) {
    options.trust(oauth_test::client_trust::instance().trust);
  });
  browser person = strict.new_browser();
  BOOST_TEST(person.get(strict.authorize_url(host.url(), redirect)).reply.status == 400);
  BOOST_TEST(host.visits() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
