// tests/flow/access_oauth.cpp - a whole server that is its own authorization server: logins, refreshes,
// attacks
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(flow_access_oauth)

using namespace std::chrono_literals;
using mcpawl::test::id_forgery;
using mcpawl::test::oidc_endpoint;
using mcpawl::test::oidc_fault;
using support::browser;
using support::form_fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;
using support::parameter;
using support::saas;

namespace {

std::string error_of(http_reply const& reply) {
  auto const json = json_of(reply);
  auto const* const error = json.as_object().if_contains("error");
  return error ? std::string(error->as_string()) : std::string();
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct scene : saas {
  std::string client = registered();

  /** Where a login ends for which nobody is asked to wait. */
  std::string ends_at(form_fields const& more = {}) {
    browser person = new_browser();
    return approved(person, authorize_url(client, more));
  }
};

constexpr char const* challenge =
    R"(Bearer error="invalid_token", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp")";

}  // namespace

// --- what clients look for

BOOST_FIXTURE_TEST_CASE(a_client_finds_its_way_from_the_401, scene) {
  auto const refused = call("whoami", "");
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(
      refused.field("www-authenticate") ==
      R"(Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp")");
  for (auto const* path :
       {"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}) {
    auto const resource = json_of(ask("GET", path));
    BOOST_TEST(resource.at("resource").as_string() == "https://mcp.example.com/mcp");
    BOOST_TEST(resource.at("authorization_servers").at(0).as_string() == "https://mcp.example.com");
  }
  for (auto const* path :
       {"/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp"}) {
    auto const reply = ask("GET", path, {{"Origin", "https://anywhere.example"}});
    BOOST_TEST(reply.status == 200, path);
    BOOST_TEST(reply.field("access-control-allow-origin") == "*");
    auto const server = json_of(reply);
    BOOST_TEST(server.at("issuer").as_string() == "https://mcp.example.com");
    BOOST_TEST(server.at("authorization_endpoint").as_string() == "https://mcp.example.com/authorize");
    BOOST_TEST(server.at("code_challenge_methods_supported").at(0).as_string() == "S256");
    BOOST_TEST(server.at("authorization_response_iss_parameter_supported").as_bool());
  }
  BOOST_TEST(ask("GET", "/.well-known/oauth-authorization-server/other").status == 401);
}

BOOST_FIXTURE_TEST_CASE(methods_and_media_types_are_checked, scene) {
  for (auto const* path : {"/register", "/token", "/revoke"}) {
    auto const got = ask("GET", path);
    BOOST_TEST(got.status == 405, path);
    BOOST_TEST(got.field("allow") == "POST");
  }
  BOOST_TEST(ask("POST", "/callback").status == 405);
  BOOST_TEST(ask("DELETE", "/authorize").status == 405);
  BOOST_TEST(ask("POST", "/.well-known/oauth-authorization-server").status == 405);
  for (auto const* path : {"/token", "/revoke"}) {
    auto const json =
        ask("POST", path, {{"Content-Type", "application/json"}}, R"({"grant_type":"refresh_token"})");
    BOOST_TEST(json.status == 400, path);
    BOOST_TEST(error_of(json) == "invalid_request");
  }
  BOOST_TEST(ask("POST", "/register", {{"Content-Type", "text/plain"}}, "{}").status == 400);
  BOOST_TEST(ask("GET", "/introspect").status == 401);  // not there, so it is like any other path
}

// --- the whole way

BOOST_FIXTURE_TEST_CASE(a_person_approves_signs_in_and_the_client_may_call, scene) {
  browser person = new_browser();
  auto const page = person.get(authorize_url(client));
  BOOST_TEST(page.reply.status == 200);
  BOOST_TEST(holds(page.reply.body, "Test Client"));
  BOOST_TEST(holds(page.reply.body, "127.0.0.1:7777"));
  BOOST_TEST(holds(page.reply.body, "Example Inc."));
  BOOST_TEST(holds(page.reply.field("content-security-policy"), "frame-ancestors 'none'"));
  BOOST_TEST(page.reply.field("x-frame-options") == "DENY");
  auto const end = person.submit(page, "decision", "approve");
  BOOST_TEST(end.url.starts_with(std::string(client_redirect) + "?code="));
  BOOST_TEST(parameter(end.url, "state") == "the-client's state");
  BOOST_TEST(parameter(end.url, "iss") == "https://mcp.example.com");

  auto const answer = redeem(client, parameter(end.url, "code"));
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.field("cache-control") == "no-store");
  BOOST_TEST(json_of(answer).at("token_type").as_string() == "Bearer");
  BOOST_TEST(json_of(answer).at("expires_in").as_int64() == 3600);
  auto const tokens = tokens_of(answer);
  BOOST_TEST(whoami(tokens.access) == "alice@example.com through a client");
  // twice: looked up, and remembered
  BOOST_TEST(whoami(tokens.access) == "alice@example.com through a client");
  BOOST_TEST(call("whoami", tokens.access, "bearer").status == 200);
  BOOST_TEST(holds(call("secret_plan", tokens.access).body, "plan"));
}

BOOST_FIXTURE_TEST_CASE(what_others_may_not_see_they_do_not, scene) {
  access()->sign_in_as("bob@example.com");
  auto const bob = logged_in(client);
  BOOST_TEST(whoami(bob.access) == "bob@example.com through a client");
  auto const refused = call("secret_plan", bob.access);
  BOOST_TEST(json_of(refused).at("error").at("message").as_string() == "unknown tool");
}

BOOST_FIXTURE_TEST_CASE(a_refresh_asks_access_again, scene) {
  auto const first = logged_in(client);
  auto const before = access()->counts().refreshes;
  clock.advance(50min);
  auto const second = tokens_of(refresh(client, first.refresh));
  BOOST_TEST(access()->counts().refreshes == before + 1);
  BOOST_TEST(second.refresh != first.refresh);
  BOOST_TEST(whoami(second.access) == "alice@example.com through a client");
  clock.advance(11min);
  BOOST_TEST(whoami(first.access) == "401");
  BOOST_TEST(whoami(second.access) == "alice@example.com through a client");
}

BOOST_FIXTURE_TEST_CASE(who_is_blocked_at_access_is_out_with_the_next_refresh, scene) {
  auto const tokens = logged_in(client);
  access()->block("alice@example.com");
  auto const refused = refresh(client, tokens.refresh);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(error_of(refused) == "invalid_grant");
  // the grant has ended, and with it the access token
  BOOST_TEST(whoami(tokens.access) == "401");
  access()->unblock("alice@example.com");
  BOOST_TEST(refresh(client, tokens.refresh).status == 400);
}

BOOST_AUTO_TEST_CASE(an_outage_of_access_ends_nothing) {
  // some of these responses get lost after Access has given the next refresh token
  saas s(nullptr, false);
  std::string const client = s.registered();
  auto const tokens = s.logged_in(client);
  for (auto const fault :
       {oidc_fault::server_error, oidc_fault::unavailable, oidc_fault::html, oidc_fault::bad_json,
        oidc_fault::redirect, oidc_fault::truncated, oidc_fault::huge}) {
    s.access()->fail(oidc_endpoint::token, fault);
    auto const answer = s.refresh(client, tokens.refresh);
    BOOST_TEST(answer.status == 503, static_cast<int>(fault));
    BOOST_TEST(answer.has("retry-after"));
    BOOST_TEST(error_of(answer) == "temporarily_unavailable");
    BOOST_TEST(s.whoami(tokens.access) == "alice@example.com through a client");
  }
  s.access()->fail(oidc_endpoint::token, oidc_fault::none);
  BOOST_TEST(s.refresh(client, tokens.refresh).status == 200);
  BOOST_TEST(s.access()->counts().elsewhere == 0);
}

BOOST_FIXTURE_TEST_CASE(a_client_revokes_its_own_tokens_only, scene) {
  auto const tokens = logged_in(client);
  std::string const other = registered("Other");
  auto const answered = post_form("/revoke", {{"token", tokens.refresh}, {"client_id", other}});
  BOOST_TEST(answered.status == 200);
  BOOST_TEST(whoami(tokens.access) == "alice@example.com through a client");
  BOOST_TEST(post_form("/revoke", {{"token", tokens.access}, {"client_id", client}}).status == 200);
  BOOST_TEST(whoami(tokens.access) == "401");
  auto const next = tokens_of(refresh(client, tokens.refresh));
  BOOST_TEST(post_form("/revoke", {{"token", next.refresh}, {"client_id", client}}).status == 200);
  BOOST_TEST(whoami(next.access) == "401");
  BOOST_TEST(refresh(client, next.refresh).status == 400);
  BOOST_TEST(post_form("/revoke", {{"token", "nonsense"}, {"client_id", client}}).status == 200);
  BOOST_TEST(post_form("/revoke", {{"token", "nonsense"}, {"client_id", "nobody"}}).status == 401);
}

BOOST_AUTO_TEST_CASE(without_a_refresh_token_of_access_there_is_none_of_ours) {
  saas strict([](mcpawl::access_oauth_options& options) { options.upstream.scopes = "openid email"; });
  BOOST_TEST(strict.logged_in(strict.registered()).refresh.empty());
  saas lenient([](mcpawl::access_oauth_options& options) {
    options.upstream.scopes = "openid email";
    options.refresh_unchecked = true;
  });
  std::string const client = lenient.registered();
  auto const tokens = lenient.logged_in(client);
  BOOST_TEST(!tokens.refresh.empty());
  BOOST_TEST(lenient.refresh(client, tokens.refresh).status == 200);
}

BOOST_AUTO_TEST_CASE(scopes_are_offered_required_and_told) {
  saas s([](mcpawl::access_oauth_options& options) {
    options.scopes = {{.name = "files:read", .words = "Read your files", .required = true},
                      {.name = "files:write", .words = "Change your files"}};
  });
  std::string const client = s.registered();
  browser person = s.new_browser();
  auto const page = person.get(s.authorize_url(client, {{"scope", "files:read files:write nonsense"}}));
  BOOST_TEST(holds(page.reply.body, "Read your files"));
  BOOST_TEST(holds(page.reply.body, "Change your files"));
  BOOST_TEST(!holds(page.reply.body, "nonsense"));
  auto const both = s.logged_in(client, {{"scope", "files:read files:write"}});
  BOOST_TEST(both.scope == "files:read files:write");
  BOOST_TEST(s.whoami(both.access) == "alice@example.com through a client files:read files:write");
  BOOST_TEST(s.logged_in(client).scope == "files:read");  // what is required, where nothing is asked for
  auto const narrow = s.logged_in(client, {{"scope", "files:write"}});
  auto const refused = s.call("whoami", narrow.access);
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(holds(refused.field("www-authenticate"), R"(error="insufficient_scope", scope="files:read")"));
}

BOOST_AUTO_TEST_CASE(a_client_steps_up_and_its_person_is_asked_for_what_is_added) {
  auto const scopes = [](mcpawl::access_oauth_options& options) {
    options.scopes = {{.name = "files:read", .words = "Read your files", .required = true},
                      {.name = "files:write", .words = "Change your files"},
                      {.name = "files:share", .words = "Share your files"}};
  };
  saas s(scopes, true, [](mcpawl::server<mcpawl::access_oauth>& srv) {
    srv.tool("grow", "Change a file.", [] { return "grown"; }).requires_scope("files:write");
  });
  std::string const client = s.registered();
  // the 401 names what is required, the metadata all there is
  BOOST_TEST(holds(s.call("grow", "").field("www-authenticate"), R"(Bearer scope="files:read", )"));
  for (auto const* path :
       {"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"})
    BOOST_TEST(
        holds(s.ask("GET", path).body, R"("scopes_supported":["files:read","files:share","files:write")"),
        path);
  auto const narrow = s.logged_in(client, {{"scope", "files:read"}});
  BOOST_TEST(narrow.scope == "files:read");
  auto const refused = s.call("grow", narrow.access);
  BOOST_TEST(refused.status == 403);
  std::string const expected =
      R"(Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata=")" +
      std::string(s.origin) +
      R"(/.well-known/oauth-protected-resource/mcp", error_description="The tool grow needs the scope files:write, )" +
      R"(which this access token does not have: authorize again and ask for it")";
  BOOST_TEST(refused.field("www-authenticate") == expected);
  // a refresh gives no more than was approved
  auto const more = s.post_form("/token", {{"grant_type", "refresh_token"},
                                           {"refresh_token", narrow.refresh},
                                           {"client_id", client},
                                           {"scope", "files:read files:write"}});
  BOOST_TEST(more.status == 400);
  BOOST_TEST(error_of(more) == "invalid_scope");
  browser person = s.new_browser();
  auto const page = person.get(s.authorize_url(client, {{"scope", "files:read files:write"}}));
  BOOST_TEST(holds(page.reply.body, "Change your files"));
  BOOST_TEST(!holds(page.reply.body, "Share your files"));
  auto const end = person.submit(page, "decision", "approve").url;
  auto const wide = s.tokens_of(s.redeem(client, parameter(end, "code")));
  BOOST_TEST(wide.scope == "files:read files:write");
  BOOST_TEST(holds(s.call("grow", wide.access).body, "grown"));
  BOOST_TEST(s.tokens_of(s.refresh(client, wide.refresh)).scope == "files:read files:write");
  // what was given before is as it was
  BOOST_TEST(s.call("grow", narrow.access).status == 403);
  BOOST_TEST(holds(s.log(), "scope_missing principal="));
  BOOST_TEST(holds(s.log(), "tool=grow scope=files:write"));
}

BOOST_AUTO_TEST_CASE(introspection_is_for_the_one_who_may_ask) {
  saas s([](mcpawl::access_oauth_options& options) {
    options.introspector = {.id = "gateway", .password = mcpawl::secret{std::string("gateway-secret")}};
  });
  auto const tokens = s.logged_in(s.registered());
  form_fields const asked{
      {"token", tokens.access}, {"client_id", "gateway"}, {"client_secret", "gateway-secret"}};
  auto const known = json_of(s.post_form("/introspect", asked));
  BOOST_TEST(known.at("active").as_bool());
  BOOST_TEST(known.at("aud").as_string() == "https://mcp.example.com/mcp");
  auto const refresh =
      s.post_form("/introspect",
                  {{"token", tokens.refresh}, {"client_id", "gateway"}, {"client_secret", "gateway-secret"}});
  BOOST_TEST(!json_of(refresh).at("active").as_bool());
  for (auto const* wrong : {"", "gateway-secreT", "x"}) {
    auto const answer = s.post_form(
        "/introspect", {{"token", tokens.access}, {"client_id", "gateway"}, {"client_secret", wrong}});
    BOOST_TEST(answer.status == 401);
  }
}

// --- the demo's holes, one by one

BOOST_FIXTURE_TEST_CASE(bug_a_an_attackers_authorization_does_not_end_in_a_victims_browser, scene) {
  browser attacker = new_browser(), victim = new_browser();
  auto const page = attacker.get(authorize_url(client));
  // the attacker approves, and sends what comes next to the victim
  auto const away = attacker.go("POST", std::string(origin) + "/authorize", support::encoded([&] {
                                  auto fields = browser::hidden_fields(page.reply.body);
                                  fields.emplace_back("decision", "approve");
                                  return fields;
                                }()));
  std::string const login(away.reply.field("location"));
  BOOST_TEST(login.starts_with(access()->authorization_url()));
  access()->sign_in_as("victim@example.com");
  auto const end = victim.get(login);
  BOOST_TEST(end.url.starts_with(std::string(origin) + "/callback"));
  BOOST_TEST(end.reply.status == 400);
  BOOST_TEST(!end.reply.has("location"));
  // and a page that was shown in one browser is not answered in another
  auto const again = attacker.get(authorize_url(client));
  auto const stolen = victim.submit(again, "decision", "approve");
  BOOST_TEST(stolen.reply.status == 400);
  BOOST_TEST(attacker.submit(again, "decision", "approve").url.starts_with(client_redirect));
}

BOOST_FIXTURE_TEST_CASE(bug_b_a_session_is_of_one_person, scene) {
  auto const open = [this](std::string const& token, std::string const& session, std::string const& method) {
    support::fields with{{"Content-Type", "application/json"},
                         {"Accept", "application/json, text/event-stream"},
                         {"Authorization", "Bearer " + token}};
    if (!session.empty()) with.emplace_back("Mcp-Session-Id", session);
    std::string const params =
        method == "initialize"
            ? R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}})"
            : "{}";
    return ask("POST", "/mcp", with,
               R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + '}');
  };
  auto const alice = logged_in(client);
  access()->sign_in_as("bob@example.com");
  auto const bob = logged_in(client);
  std::string const session(open(alice.access, "", "initialize").field("mcp-session-id"));
  BOOST_TEST(!session.empty());
  BOOST_TEST(holds(open(alice.access, session, "tools/list").body, "secret_plan"));
  BOOST_TEST(open(bob.access, session, "tools/list").status == 404);
}

BOOST_FIXTURE_TEST_CASE(bug_c_nothing_of_the_request_is_in_the_form, scene) {
  browser person = new_browser();
  auto const page = person.get(authorize_url(client));
  BOOST_TEST(browser::hidden_fields(page.reply.body).size() == 1u);
  auto const end =
      person.submit(page, "decision", "approve",
                    {{"scope", "admin"}, {"redirect_uri", "https://evil.example/"}, {"code_challenge", ""}});
  BOOST_TEST(end.url.starts_with(client_redirect));
  std::string const code = parameter(end.url, "code");
  BOOST_TEST(redeem(client, code, {{"code_verifier", ""}}).status == 400);
  BOOST_TEST(tokens_of(redeem(client, code)).scope == "");
  // an altered or invented handle is nobody's
  auto const forged =
      person.post(std::string(origin) + "/authorize", {{"handle", "x"}, {"decision", "approve"}});
  BOOST_TEST(forged.reply.status == 400);
}

BOOST_FIXTURE_TEST_CASE(bug_d_strange_bytes_are_no_server_error, scene) {
  std::string const strange = "\xe2\x82\xac\xf0\x9f\x98\x80 \x01\xff";
  BOOST_TEST(parameter(ends_at({{"state", strange}}), "state") == strange);
  browser person = new_browser();
  (void)approved(person, authorize_url(client), {{"remember", "yes"}});
  for (auto& [name, value] : person.cookies("mcp.example.com")) value = "%%%\x80\xff{not base64}";
  BOOST_TEST(person.get(authorize_url(client)).reply.status == 200);
  for (auto const* query : {"", "?", "?state", "?state=%", "?state=a&state=b", "?code=x", "?state=x&code=y"})
    BOOST_TEST(ask("GET", std::string("/callback") + query).status == 400, query);
  for (auto const* query : {"", "?client_id", "?client_id=%ff", "?client_id=a&client_id=b", "?%=%"})
    BOOST_TEST(ask("GET", std::string("/authorize") + query).status == 400, query);
}

BOOST_FIXTURE_TEST_CASE(bug_e_the_page_says_where_the_answer_goes, scene) {
  BOOST_TEST(error_of(post_registration(R"({"redirect_uris":["cursor://anysphere.cursor-mcp/oauth"]})")) ==
             "invalid_redirect_uri");
  BOOST_TEST(error_of(post_registration(R"({"redirect_uris":["http://evil.example/cb"]})")) ==
             "invalid_redirect_uri");
  BOOST_TEST(error_of(post_registration(R"#({"redirect_uris":["javascript:alert(1)"]})#")) ==
             "invalid_redirect_uri");
  std::string const web = registered("Web", "https://app.example/cb");
  browser person = new_browser();
  auto const page = person.get(authorize_url(web, {{"redirect_uri", "https://app.example/cb"}}));
  BOOST_TEST(holds(page.reply.body, "app.example"));
}

BOOST_FIXTURE_TEST_CASE(bug_e_a_name_is_text_whatever_is_in_it, scene) {
  std::string const evil = registered("<script>alert(1)</script>\"'><img src=x onerror=alert(2)>");
  browser person = new_browser();
  auto const page = person.get(authorize_url(evil));
  BOOST_TEST(!holds(page.reply.body, "<script"));
  BOOST_TEST(!holds(page.reply.body, "<img"));
  BOOST_TEST(holds(page.reply.body, "&lt;script&gt;"));
}

BOOST_FIXTURE_TEST_CASE(bug_f_an_approval_is_for_one_redirect_uri_these_scopes_and_this_person, scene) {
  std::string const cb = "https://app.example/cb";
  std::string const web = registered("Web", cb), url = authorize_url(web, {{"redirect_uri", cb}});
  browser person = new_browser(), other = new_browser();
  BOOST_TEST(approved(person, url, {{"remember", "yes"}}).starts_with(cb));
  // no page this time
  BOOST_TEST(person.get(url).url.starts_with(cb + "?code="));
  std::string const second = "https://app.example/cb2";
  BOOST_TEST(person.get(authorize_url(registered("Web", second), {{"redirect_uri", second}})).reply.status ==
             200);
  BOOST_TEST(other.get(url).reply.status == 200);
  // somebody else signs in where Alice has approved: they are asked, and nothing is given to the client
  // before
  access()->sign_in_as("bob@example.com");
  auto const asked = person.get(url);
  BOOST_TEST(asked.reply.status == 200);
  BOOST_TEST(holds(asked.reply.body, "bob@example.com"));
  auto const end = person.submit(asked, "decision", "approve");
  auto const tokens = tokens_of(redeem(web, parameter(end.url, "code"), {{"redirect_uri", cb}}));
  BOOST_TEST(whoami(tokens.access) == "bob@example.com through a client");
}

BOOST_FIXTURE_TEST_CASE(bug_f_an_approval_ends_by_itself_and_can_be_forgotten, scene) {
  std::string const cb = "https://app.example/cb";
  std::string const web = registered("Web", cb), url = authorize_url(web, {{"redirect_uri", cb}});
  browser person = new_browser();
  std::string const first = approved(person, url, {{"remember", "yes"}});
  BOOST_TEST(first.starts_with(cb));
  BOOST_TEST(redeem(web, parameter(first, "code"), {{"redirect_uri", cb}}).status ==
             200);  // so the client stays
  clock.advance(29 * 24h);
  BOOST_TEST(person.get(url).url.starts_with(cb));
  clock.advance(2 * 24h);
  BOOST_TEST(person.get(url).reply.status == 200);
  BOOST_TEST(approved(person, url, {{"remember", "yes"}}).starts_with(cb));
  BOOST_TEST(person.get(url).url.starts_with(cb));
  BOOST_TEST(forget(access().keys().user("alice@example.com").claims().at("sub").as_string()) == 1u);
  BOOST_TEST(person.get(url).reply.status == 200);
}

BOOST_FIXTURE_TEST_CASE(bug_f_on_the_users_own_machine_nothing_is_remembered, scene) {
  browser person = new_browser();
  BOOST_TEST(approved(person, authorize_url(client), {{"remember", "yes"}}).starts_with(client_redirect));
  BOOST_TEST(person.get(authorize_url(client)).reply.status == 200);
}

BOOST_AUTO_TEST_CASE(bug_f_a_wider_scope_is_asked_for_again) {
  saas s(
      [](mcpawl::access_oauth_options& options) { options.scopes = {{.name = "read"}, {.name = "write"}}; });
  std::string const cb = "https://app.example/cb", id = s.registered("Web", cb);
  auto const url = [&](std::string const& scope) {
    return s.authorize_url(id, {{"redirect_uri", cb}, {"scope", scope}});
  };
  browser person = s.new_browser();
  BOOST_TEST(s.approved(person, url("read"), {{"remember", "yes"}}).starts_with(cb));
  BOOST_TEST(person.get(url("read")).url.starts_with(cb));
  BOOST_TEST(person.get(url("read write")).reply.status == 200);
}

BOOST_FIXTURE_TEST_CASE(bug_g_a_refusal_reaches_the_client, scene) {
  browser person = new_browser();
  auto const denied = person.submit(person.get(authorize_url(client)), "decision", "deny");
  BOOST_TEST(denied.url.starts_with(std::string(client_redirect) + "?error=access_denied"));
  BOOST_TEST(parameter(denied.url, "state") == "the-client's state");
  BOOST_TEST(parameter(denied.url, "iss") == "https://mcp.example.com");
  access()->block("alice@example.com");
  BOOST_TEST(parameter(ends_at(), "error") == "access_denied");
}

BOOST_FIXTURE_TEST_CASE(bug_h_errors_go_where_oauth_says, scene) {
  auto const at = [this](form_fields const& more) {
    auto const url = mcpawl::http::origin_url::parse(authorize_url(client, more)).value();
    return ask("GET", url.target());
  };
  for (auto const& untold :
       {form_fields{{"client_id", "unknown"}}, form_fields{{"redirect_uri", "https://evil.example/"}},
        form_fields{{"redirect_uri", std::string(client_redirect) + "/"}},
        form_fields{{"redirect_uri", "http://127.0.0.1.evil.example/done"}}}) {
    auto const reply = at(untold);
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(!reply.has("location"));
    BOOST_TEST(holds(reply.field("content-type"), "text/html"));
  }
  std::vector<std::pair<form_fields, std::string>> const told{
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"code_challenge", ""}}, "invalid_request"},
      {{{"code_challenge_method", "plain"}}, "invalid_request"},
      {{{"code_challenge_method", ""}}, "invalid_request"},
      {{{"code_challenge", "short"}}, "invalid_request"},
      {{{"resource", "https://other.example/mcp"}}, "invalid_target"}};
  for (auto const& [more, error] : told) {
    auto const reply = at(more);
    BOOST_TEST(reply.status == 303);
    BOOST_TEST(parameter(reply.field("location"), "error") == error);
    BOOST_TEST(parameter(reply.field("location"), "state") == "the-client's state");
  }
  // another port of loopback is the same client
  BOOST_TEST(at({{"redirect_uri", "http://127.0.0.1:9999/done"}}).status == 200);
}

BOOST_FIXTURE_TEST_CASE(bug_i_an_id_token_that_is_not_good_gives_no_code, scene) {
  for (auto const forgery : {id_forgery::wrong_audience, id_forgery::wrong_issuer, id_forgery::wrong_nonce,
                             id_forgery::missing_nonce, id_forgery::expired, id_forgery::missing_exp,
                             id_forgery::not_yet_valid, id_forgery::alg_none, id_forgery::hs256_with_secret,
                             id_forgery::other_key, id_forgery::unknown_kid, id_forgery::wrong_access_hash}) {
    access()->forge(forgery);
    std::string const end = ends_at();
    BOOST_TEST(parameter(end, "code") == "", static_cast<int>(forgery));
    BOOST_TEST(parameter(end, "error") == "server_error", static_cast<int>(forgery));
  }
  access()->forge(id_forgery::none);
  BOOST_TEST(parameter(ends_at(), "code") != "");
}

BOOST_FIXTURE_TEST_CASE(bug_i_what_access_says_is_not_told_on, scene) {
  for (auto const fault : {oidc_fault::server_error, oidc_fault::html, oidc_fault::huge, oidc_fault::redirect,
                           oidc_fault::truncated, oidc_fault::bad_json, oidc_fault::no_id_token}) {
    access()->fail(oidc_endpoint::token, fault);
    std::string const end = ends_at();
    BOOST_TEST(parameter(end, "code") == "", static_cast<int>(fault));
    BOOST_TEST(parameter(end, "error") != "", static_cast<int>(fault));
    BOOST_TEST(!holds(end, "Cloudflare"));
    BOOST_TEST(!holds(end, "app-secret"));
  }
}

BOOST_FIXTURE_TEST_CASE(bug_j_parallel_refreshes_have_one_successor, scene) {
  auto const tokens = logged_in(client);
  int const before = access()->counts().refreshes;
  std::vector<std::string> answers(50);
  std::vector<std::thread> all;
  for (auto& answer : answers)
    all.emplace_back([this, &answer, &tokens] {
      auto const reply = refresh(client, tokens.refresh);
      answer = reply.status == 200 ? tokens_of(reply).refresh : std::to_string(reply.status);
    });
  for (auto& each : all) each.join();
  for (auto const& answer : answers) BOOST_TEST(answer == answers.front());
  BOOST_TEST(refresh(client, answers.front()).status == 200);
  BOOST_TEST(access()->counts().refreshes == before + 2);
}

BOOST_FIXTURE_TEST_CASE(bug_j_a_code_is_good_once_however_many_try, scene) {
  std::string const code = parameter(ends_at(), "code");
  std::vector<http_reply> answers(50);
  std::vector<std::thread> all;
  for (auto& answer : answers) all.emplace_back([this, &answer, &code] { answer = redeem(client, code); });
  for (auto& each : all) each.join();
  int good = 0;
  std::string access_token;
  for (auto const& answer : answers) {
    if (answer.status != 200) {
      BOOST_TEST(error_of(answer) == "invalid_grant");
      continue;
    }
    ++good;
    access_token = tokens_of(answer).access;
  }
  BOOST_TEST(good <= 1);
  // a replay was seen, so the grant has ended
  if (good == 1) BOOST_TEST(whoami(access_token) == "401");
}

BOOST_FIXTURE_TEST_CASE(bug_k_a_refusal_keeps_the_connection, scene) {
  loopback_client one(port());
  support::fields const with{{"Host", "mcp.example.com"}, {"Authorization", "Bearer nonsense"}};
  for (int i = 0; i != 5; ++i) {
    auto const refused = one.request("POST", "/mcp", with, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.field("www-authenticate") == challenge);
  }
}

// --- further attacks

BOOST_FIXTURE_TEST_CASE(a_code_is_of_its_client_redirect_uri_verifier_and_resource, scene) {
  std::string const other = registered("Other");
  std::string const code = parameter(ends_at(), "code");
  for (auto const& wrong :
       {form_fields{{"client_id", other}}, form_fields{{"code_verifier", std::string(50, 'x')}},
        form_fields{{"redirect_uri", "http://127.0.0.1:7778/done"}}, form_fields{{"redirect_uri", ""}}}) {
    auto const reply = redeem(client, code, wrong);
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(error_of(reply) == "invalid_grant");
  }
  BOOST_TEST(error_of(redeem(client, code, {{"resource", "https://other.example/"}})) == "invalid_target");
  BOOST_TEST(error_of(redeem(client, code, {{"client_id", "unknown"}})) == "invalid_client");
  // nobody has burnt it
  auto const tokens = tokens_of(redeem(client, code));
  // and used again by its own client, it takes everything with it
  BOOST_TEST(error_of(redeem(client, code)) == "invalid_grant");
  BOOST_TEST(whoami(tokens.access) == "401");
  BOOST_TEST(refresh(client, tokens.refresh).status == 400);
}

BOOST_FIXTURE_TEST_CASE(an_old_refresh_token_used_after_its_successor_ends_the_grant, scene) {
  auto const first = logged_in(client);
  auto const second = tokens_of(refresh(client, first.refresh));
  BOOST_TEST(tokens_of(refresh(client, first.refresh)).refresh == second.refresh);  // lost the response
  auto const third = tokens_of(refresh(client, second.refresh));
  BOOST_TEST(error_of(refresh(client, first.refresh)) == "invalid_grant");
  BOOST_TEST(whoami(third.access) == "401");
  BOOST_TEST(refresh(client, third.refresh).status == 400);
}

BOOST_FIXTURE_TEST_CASE(a_refresh_token_is_of_its_client, scene) {
  auto const tokens = logged_in(client);
  BOOST_TEST(error_of(refresh(registered("Other"), tokens.refresh)) == "invalid_grant");
  BOOST_TEST(refresh(client, tokens.refresh).status == 200);
}

BOOST_FIXTURE_TEST_CASE(only_an_access_token_of_ours_lets_in, scene) {
  auto const tokens = logged_in(client);
  auto const upstreams = access().keys().sign(access().keys().user("alice@example.com"));
  for (auto const& token : {tokens.refresh, upstreams, std::string("x"), tokens.access + 'x',
                            tokens.access.substr(0, tokens.access.size() - 1), std::string(20'000, 'a')}) {
    auto const status = call("whoami", token).status;
    BOOST_TEST((status == 401 || status == 431), token.substr(0, 20));
  }
  BOOST_TEST(ask("POST", "/mcp?access_token=" + tokens.access, {}, "{}").status == 401);
  BOOST_TEST(ask("POST", "/mcp", {{"Cookie", "token=" + tokens.access}}, "{}").status == 401);
  std::string flipped = tokens.access;
  flipped[60] = flipped[60] == 'a' ? 'b' : 'a';
  BOOST_TEST(whoami(flipped) == "401");
}

BOOST_FIXTURE_TEST_CASE(a_flow_is_used_once_and_ends_by_itself, scene) {
  browser person = new_browser();
  auto const page = person.get(authorize_url(client));
  BOOST_TEST(person.submit(page, "decision", "approve").url.starts_with(client_redirect));
  BOOST_TEST(person.submit(page, "decision", "approve").reply.status == 400);
  auto const late = person.get(authorize_url(client));
  clock.advance(601s);
  BOOST_TEST(person.submit(late, "decision", "approve").reply.status == 400);
  // the response of Access, replayed
  browser other = new_browser();
  std::string seen;
  {
    auto const again = other.get(authorize_url(client));
    auto fields = browser::hidden_fields(again.reply.body);
    fields.emplace_back("decision", "approve");
    auto const away = other.go("POST", std::string(origin) + "/authorize", support::encoded(fields));
    auto const back = other.go("GET", std::string(away.reply.field("location")), {});
    seen = back.reply.field("location");
  }
  BOOST_TEST(seen.starts_with(std::string(origin) + "/callback?"));
  auto const cookies = other.cookies("mcp.example.com");
  BOOST_TEST(other.get(seen).url.starts_with(client_redirect));
  other.cookies("mcp.example.com") = cookies;
  BOOST_TEST(other.get(seen).reply.status == 400);
}

BOOST_FIXTURE_TEST_CASE(an_answer_of_another_issuer_is_refused, scene) {
  browser person = new_browser();
  auto const page = person.get(authorize_url(client));
  auto fields = browser::hidden_fields(page.reply.body);
  fields.emplace_back("decision", "approve");
  auto const away = person.go("POST", std::string(origin) + "/authorize", support::encoded(fields));
  std::string const state = parameter(away.reply.field("location"), "state");
  form_fields const answer{{"code", "x"}, {"state", state}, {"iss", "https://evil.example"}};
  auto const end = person.get(std::string(origin) + "/callback?" + support::encoded(answer));
  BOOST_TEST(parameter(end.url, "error") == "server_error");
  BOOST_TEST(access()->counts().of(oidc_endpoint::token) == 0);
}

BOOST_AUTO_TEST_CASE(registrations_are_bounded_in_size_and_number) {
  saas s([](mcpawl::access_oauth_options& options) {
    options.registrations_at_once = 3;
    options.registration_interval = 10min;
  });
  std::string const good = R"({"redirect_uris":["https://app.example/cb"]})";
  BOOST_TEST(s.post_registration(std::string(17 * 1024, ' ') + good).status == 413);
  BOOST_TEST(s.post_registration("{}").status == 400);
  BOOST_TEST(s.post_registration("[" + std::string(10'000, '[')).status == 400);
  for (int i = 0; i != 3; ++i) BOOST_TEST(s.post_registration(good).status == 201);
  auto const refused = s.post_registration(good);
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(refused.has("retry-after"));
  s.clock.advance(10min);
  BOOST_TEST(s.post_registration(good).status == 201);
}

BOOST_FIXTURE_TEST_CASE(clients_with_a_secret_have_to_know_it, scene) {
  auto const made = json_of(post_registration(
      R"({"redirect_uris":["http://127.0.0.1:7777/done"],"grant_types":["authorization_code","refresh_token"]})"));
  std::string const id(made.at("client_id").as_string()), password(made.at("client_secret").as_string());
  browser person = new_browser();
  std::string const code = parameter(approved(person, authorize_url(id)), "code");
  BOOST_TEST(redeem(id, code).status == 401);
  BOOST_TEST(redeem(id, code, {{"client_secret", "wrong"}}).status == 401);
  BOOST_TEST(redeem(id, code, {{"client_secret", password}}).status == 200);
}

BOOST_FIXTURE_TEST_CASE(what_has_expired_is_removed_by_whoever_comes_by, scene) {
  for (int i = 0; i != 5; ++i) {
    browser person = new_browser();
    auto fields = browser::hidden_fields(person.get(authorize_url(client)).reply.body);
    fields.emplace_back("decision", "approve");
    (void)person.go("POST", std::string(origin) + "/authorize", support::encoded(fields));
  }
  auto const waiting = everything_stored().size();
  clock.advance(3h);
  (void)registered();
  BOOST_TEST(everything_stored().size() < waiting);
  // the server answers first and tidies then
  for (auto const until = std::chrono::steady_clock::now() + 5s;
       stored_bytes() >= waiting && std::chrono::steady_clock::now() < until;)
    std::this_thread::sleep_for(1ms);
  BOOST_TEST(stored_bytes() < waiting);
}

BOOST_FIXTURE_TEST_CASE(no_secret_is_in_the_log, scene) {
  auto const tokens = logged_in(client);
  auto const second = tokens_of(refresh(client, tokens.refresh));
  (void)whoami(second.access);
  (void)call("whoami", tokens.access + 'x');
  (void)refresh(client, tokens.refresh + 'x');
  std::string const text = log();
  for (auto const& word : {tokens.access, tokens.refresh, second.access, second.refresh,
                           std::string("app-secret"), std::string(verifier)})
    BOOST_TEST(!holds(text, word));
  BOOST_TEST(!holds(text, "the-client's state"));
  BOOST_TEST(holds(text, "client_registered"));
  BOOST_TEST(holds(text, "authorized"));
}

BOOST_FIXTURE_TEST_CASE(what_is_stored_tells_nobody_anything, scene) {
  auto const tokens = logged_in(client);
  browser person = new_browser();
  (void)approved(person, authorize_url(client), {{"remember", "yes"}});
  (void)person.get(authorize_url(registered("Waiting")));
  std::string const all = everything_stored();
  for (auto const& word : {tokens.access, tokens.refresh, std::string("alice@example.com"),
                           std::string("the-client's state"), std::string("mcpawl_")})
    BOOST_TEST(!holds(all, word), word.substr(0, 12));
}

BOOST_AUTO_TEST_SUITE_END()
