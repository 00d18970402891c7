// tests/flow/access_oauth_documents.cpp - clients that are known by a document at their URL log in
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"
#include "../unit/oauth/client/client_host.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
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

void trusting(mcpawl::access_oauth_options& options) {
  options.trust = oauth_test::client_trust::instance().trust;
  options.allow = mcpawl::unsafe::loopback_is_public{};
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct scene {
  client_host host{[this](std::string const&) { return answer_with(host.document()); }};
  saas server{trusting};
  form_fields const redirect{{"redirect_uri", "https://client.example/cb"}};

  browser::place page(std::string const& client) {
    browser person = server.new_browser();
    return person.get(server.authorize_url(client, redirect));
  }
  bool advertised() {
    return holds(server.ask("GET", "/.well-known/oauth-authorization-server").body,
                 "client_id_metadata_document_supported");
  }
};

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

BOOST_AUTO_TEST_CASE(where_documents_cannot_be_fetched_the_second_attempt_registers) {
  struct {
    std::string answer;
    char const* what;
  } const cases[] = {{answer_with("", {}, 403), "taken for a robot"},
                     {answer_with("", {}, 502), "a proxy on the way"},
                     {"", "nobody answers"}};
  for (auto const& each : cases) {
    BOOST_TEST_CONTEXT(each.what) {
      scene now;
      now.host.answer([&each](std::string const&) { return each.answer; });
      BOOST_TEST(now.advertised());
      auto const page = now.page(now.host.url());
      BOOST_TEST(page.reply.status == 503);
      BOOST_TEST(holds(page.reply.body, mcpawl::http::origin_url::parse(now.host.url())->authority()));
      BOOST_TEST(holds(page.reply.body, "connect again: that will help"));
      BOOST_TEST(holds(now.server.log(), "CLIENT_DOCUMENTS"));
      BOOST_TEST(!now.advertised());
      auto const tokens = now.server.logged_in(now.server.registered());
      BOOST_TEST(now.server.whoami(tokens.access) == "alice@example.com through a client");

      now.server.clock.advance(std::chrono::minutes{5});
      now.host.answer([&now](std::string const&) { return answer_with(now.host.document()); });
      BOOST_TEST(!now.advertised());
      BOOST_TEST(now.page(now.host.url()).reply.status == 200);  // taken all the same
      BOOST_TEST(now.advertised());
    }
  }
}

BOOST_AUTO_TEST_CASE(after_a_while_documents_are_tried_again) {
  host.answer([](std::string const&) { return answer_with("", {}, 403); });
  BOOST_TEST(page(host.url()).reply.status == 503);
  BOOST_TEST(!advertised());
  server.clock.advance(mcpawl::oauth::document_availability::first_pause);
  BOOST_TEST(advertised());
}

BOOST_AUTO_TEST_CASE(metadata_that_may_change_is_in_no_cache) {
  auto const cached = [this](std::string const& path) {
    return std::string(server.ask("GET", path).field("cache-control"));
  };
  for (std::string const path :
       {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/mcp"})
    BOOST_TEST(cached(path) == "no-cache", path);
  BOOST_TEST(cached("/.well-known/oauth-protected-resource") == "public, max-age=300");
}

BOOST_AUTO_TEST_CASE(what_is_on_stays_on_and_who_cannot_register_is_not_told_to) {
  using mode = mcpawl::oauth::client_document_mode;
  for (bool const registers : {true, false}) {
    saas steady(registers ? +[](mcpawl::access_oauth_options& options) {
      trusting(options);
      options.client_documents = mode::on;
    } : +[](mcpawl::access_oauth_options& options) {
      trusting(options);
      options.registrations_at_once = 0;
    });
    host.answer([](std::string const&) { return answer_with("", {}, 503); });
    browser person = steady.new_browser();
    auto const page = person.get(steady.authorize_url(host.url(), redirect));
    BOOST_TEST(page.reply.status == 503);
    BOOST_TEST(!holds(page.reply.body, "that will help"));
    BOOST_TEST(holds(page.reply.body, "try again in a moment"));
    auto const metadata = steady.ask("GET", "/.well-known/oauth-authorization-server");
    BOOST_TEST(holds(metadata.body, "client_id_metadata_document_supported"));
    BOOST_TEST(metadata.field("cache-control") == "public, max-age=300");
  }
}

BOOST_AUTO_TEST_CASE(a_pinned_client_logs_in_where_nothing_is_fetched) {
  saas closed([](mcpawl::access_oauth_options& options) {
    options.client_documents = mcpawl::oauth::client_document_mode::off;
    mcpawl::oauth::pinned_client app{.client_id = "https://app.example.com/client.json",
                                     .client_name = "Pinned App"};
    app.redirect_uris = {"https://client.example/cb"};
    options.pinned_clients = {app};
  });
  auto const metadata = json_of(closed.ask("GET", "/.well-known/oauth-authorization-server")).as_object();
  BOOST_TEST(!metadata.contains("client_id_metadata_document_supported"));
  std::string const id = "https://app.example.com/client.json";
  browser person = closed.new_browser();
  auto const page = person.get(closed.authorize_url(id, redirect));
  BOOST_TEST(holds(page.reply.body, "Pinned App"));
  std::string const end = person.submit(page, "decision", "approve").url;
  auto const tokens = closed.tokens_of(closed.redeem(id, parameter(end, "code"), redirect));
  auto const renewed = closed.tokens_of(closed.refresh(id, tokens.refresh));
  BOOST_TEST(closed.whoami(renewed.access) == "alice@example.com through a client");
  browser other = closed.new_browser();
  BOOST_TEST(other.get(closed.authorize_url(host.url(), redirect)).reply.status == 400);
  BOOST_TEST(host.visits() == 0);
}

BOOST_AUTO_TEST_CASE(refresh_is_advertised_only_where_access_is_asked_for_it) {
  auto const refreshes = [](saas& one) {
    auto const metadata = one.ask("GET", "/.well-known/oauth-authorization-server");
    bool const grant = holds(metadata.body, "\"refresh_token\"");
    BOOST_TEST(holds(metadata.body, "\"offline_access\"") == grant);
    return grant;
  };
  BOOST_TEST(refreshes(server));
  saas never([](mcpawl::access_oauth_options& options) { options.upstream.scopes = "openid email"; });
  BOOST_TEST(!refreshes(never));
  BOOST_TEST(never.logged_in(never.registered()).refresh.empty());
  saas unchecked([](mcpawl::access_oauth_options& options) {
    options.upstream.scopes = "openid email";
    options.refresh_unchecked = true;
  });
  BOOST_TEST(refreshes(unchecked));
}

BOOST_AUTO_TEST_CASE(attack_a_document_on_a_private_address_is_never_fetched) {
  saas strict([](mcpawl::access_oauth_options& options) {
    options.trust = oauth_test::client_trust::instance().trust;
  });
  browser person = strict.new_browser();
  BOOST_TEST(person.get(strict.authorize_url(host.url(), redirect)).reply.status == 400);
  BOOST_TEST(host.visits() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
