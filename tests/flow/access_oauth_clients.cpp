// tests/flow/access_oauth_clients.cpp - what real clients send to the authorization server, and what they get
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"

#include <mcpawl/crypto/base64.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(flow_access_oauth_clients)

using support::browser;
using support::form_fields;
using support::http_reply;
using support::json_of;
using support::parameter;
using support::saas;

namespace {

std::string member(http_reply const& reply, char const* name) {
  auto const json = json_of(reply);
  auto const* const found = json.as_object().if_contains(name);
  return found ? std::string(found->as_string()) : std::string();
}
std::string error_of(http_reply const& reply) { return member(reply, "error"); }
std::string description_of(http_reply const& reply) { return member(reply, "error_description"); }

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr char const* ours = "https://mcp.example.com/mcp";
constexpr char const* other = "https://other.example/mcp";

/** A server that needs one scope and has another. */
struct notes : saas {
  notes()
      : saas([](mcpawl::access_oauth_options& options) {
          options.scopes = {{.name = "notes:read", .required = true}, {.name = "notes:write"}};
        }) {}

  http_reply authorize(std::string const& client, form_fields const& more = {}, std::string const& raw = {}) {
    auto const url = mcpawl::http::origin_url::parse(authorize_url(client, more) + raw).value();
    return ask("GET", url.target());
  }
  std::string registered_for(std::string const& scope) {
    auto const reply = post_registration(
        R"({"redirect_uris":["http://127.0.0.1:7777/done"],"grant_types":["authorization_code","refresh_token"],)"
        R"("token_endpoint_auth_method":"none","scope":")" +
        scope + "\"}");
    BOOST_TEST(reply.status == 201);
    scope_told = member(reply, "scope");
    return member(reply, "client_id");
  }
  http_reply refresh_for(std::string const& client, std::string const& token, std::string const& scope) {
    return post_form(
        "/token",
        {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", client}, {"scope", scope}});
  }

  std::string scope_told;
};

}  // namespace

// --- scopes

BOOST_FIXTURE_TEST_CASE(scopes_are_words_with_spaces_between_them, notes) {
  struct row {
    char const* asked;
    char const* granted;
  };
  row const rows[] = {
      {" offline_access", "notes:read offline_access"},  // a hosted connector, without scopes of its own
      {"notes:read ", "notes:read"},
      {" notes:write  notes:read ", "notes:read notes:write"},
      {" ", "notes:read"},
      {"openid profile email", "notes:read"},  // a bridge for local clients, whatever the server has
      {"openid notes:write", "notes:write"},
      {"mcp:read mcp:tools", "notes:read"},
      // one name that is not known: p2/OAuth2#425 and frappe/erpnext#10549, TerribleDev/OwinOAuthProviders#58
      {"notes:read+notes:write", "notes:read"},
      {"notes:read,notes:write", "notes:read"},
  };
  std::string const client = registered();
  for (auto const& [asked, granted] : rows)
    BOOST_TEST(logged_in(client, {{"scope", asked}}).scope == granted, '"' << asked << '"');
}

BOOST_FIXTURE_TEST_CASE(a_scope_that_was_registered_is_no_dead_end, notes) {
  struct row {
    char const* registered;
    char const* told;
    char const* granted;  ///< When that is asked for.
  };
  row const rows[] = {
      {"openid profile email", "", "notes:read"},
      {" openid  notes:read ", "notes:read", "notes:read"},
      {"notes:write", "notes:write", "notes:write"},
      {"offline_access", "offline_access", "notes:read offline_access"},
      {"notes:read notes:write offline_access", "notes:read notes:write offline_access",
       "notes:read notes:write offline_access"},
      {" ", "", "notes:read"},
  };
  for (auto const& [registered, told, granted] : rows) {
    BOOST_TEST_CONTEXT(registered) {
      std::string const client = registered_for(registered);
      BOOST_TEST(scope_told == told);
      // nothing named: what is required
      auto const plain = logged_in(client);
      BOOST_TEST(plain.scope == "notes:read");
      BOOST_TEST(call("whoami", plain.access).status == 200);
      // some clients say at every refresh what they have registered
      auto const asked = logged_in(client, {{"scope", registered}});
      BOOST_TEST(asked.scope == granted);
      auto const again = refresh_for(client, asked.refresh, registered);
      BOOST_TEST(again.status == 200);
      BOOST_TEST(tokens_of(again).scope == granted);
      // the step-up of a client that asks for more than before
      BOOST_TEST(logged_in(client, {{"scope", "notes:read notes:write"}}).scope == "notes:read notes:write");
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_refresh_has_no_scope_that_was_not_granted, notes) {
  std::string const client = registered();
  auto const tokens = logged_in(client, {{"scope", "notes:read"}});
  for (char const* more : {"notes:write", "notes:read notes:write", "openid notes:write"}) {
    auto const refused = refresh_for(client, tokens.refresh, more);
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(error_of(refused) == "invalid_scope");
    BOOST_TEST(description_of(refused) == "scope was not granted");
  }
  for (char const* same : {" notes:read ", "openid profile", "notes:read offline_access", " "}) {
    auto const next = refresh_for(client, tokens.refresh, same);
    BOOST_TEST(next.status == 200, same);
    BOOST_TEST(tokens_of(next).scope == "notes:read", same);
  }
}

BOOST_FIXTURE_TEST_CASE(a_challenge_has_each_parameter_once_with_the_scopes_to_ask_for, notes) {
  // getsentry/sentry-mcp#939, QwenLM/qwen-code#5343, PrefectHQ/fastmcp#4513, platformatic/mcp#182
  BOOST_TEST(
      call("whoami", "").field("www-authenticate") ==
      R"(Bearer scope="notes:read", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp")");
  auto const resource = json_of(ask("GET", "/.well-known/oauth-protected-resource/mcp"));
  auto const server = json_of(ask("GET", "/.well-known/oauth-authorization-server"));
  // an issuer has one spelling: modelcontextprotocol/python-sdk#1919, SparkDevNetwork/Rock#6974
  BOOST_TEST((resource.at("authorization_servers").at(0) == server.at("issuer")));
  BOOST_TEST(resource.at("scopes_supported").at(0) == "notes:read");
}

// --- resource

BOOST_FIXTURE_TEST_CASE(a_resource_may_come_several_times, notes) {
  std::string const client = registered(), again = "&resource=https%3A%2F%2Fmcp.example.com%2Fmcp",
                    foreign = "&resource=https%3A%2F%2Fother.example%2Fmcp";
  BOOST_TEST(authorize(client, {}, again).status == 200);
  BOOST_TEST(authorize(client, {}, again + "%2F" + again).status == 200);
  for (auto const& refused :
       {authorize(client, {}, foreign), authorize(client, {{"resource", other}}, again)}) {
    BOOST_TEST(refused.status == 303);
    auto const location = refused.field("location");
    BOOST_TEST(location.starts_with(client_redirect));
    BOOST_TEST(parameter(location, "error") == "invalid_target");
    BOOST_TEST(parameter(location, "state") == "the-client's state");
    BOOST_TEST(holds(parameter(location, "error_description"), ours));
  }
  browser person = new_browser();
  std::string const end = approved(person, authorize_url(client) + again);
  form_fields form{{"grant_type", "authorization_code"},
                   {"code", parameter(end, "code")},
                   {"redirect_uri", client_redirect},
                   {"client_id", client},
                   {"code_verifier", verifier},
                   {"resource", ours},
                   {"resource", other}};
  auto const elsewhere = post_form("/token", form);
  BOOST_TEST(elsewhere.status == 400);
  BOOST_TEST(error_of(elsewhere) == "invalid_target");
  BOOST_TEST(description_of(elsewhere) ==
             "resource not served here: resource must be https://mcp.example.com/mcp");
  form.back().second = ours;
  auto const tokens = tokens_of(post_form("/token", form));
  form_fields refreshing{{"grant_type", "refresh_token"},
                         {"refresh_token", tokens.refresh},
                         {"client_id", client},
                         {"resource", std::string(ours) + '/'},
                         {"resource", ours}};
  BOOST_TEST(post_form("/token", refreshing).status == 200);
  refreshing.back().second = other;
  BOOST_TEST(error_of(post_form("/token", refreshing)) == "invalid_target");
}

// --- redirect URIs

constexpr char const* of_cursor =
    R"({"client_name":"Cursor","redirect_uris":["cursor://anysphere.cursor-mcp/oauth/callback",)"
    R"("https://www.cursor.com/agents/mcp/oauth/callback","http://localhost:8787/callback"],)"
    R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
    R"("token_endpoint_auth_method":"none","application_type":"web"})";
constexpr char const* cursor_uri = "cursor://anysphere.cursor-mcp/oauth/callback";

BOOST_FIXTURE_TEST_CASE(a_private_scheme_among_good_uris_is_left_out_and_named, saas) {
  auto const reply = post_registration(of_cursor);
  BOOST_TEST(reply.status == 201);
  auto const json = json_of(reply);
  BOOST_TEST(json.at("redirect_uris").as_array().size() == 2u);
  auto const& refused = json.at("refused_redirect_uris").as_array();
  BOOST_TEST_REQUIRE(refused.size() == 1u);
  BOOST_TEST(refused.at(0).at("redirect_uri").as_string() == cursor_uri);
  BOOST_TEST(refused.at(0).at("reason").as_string() == "private-use scheme that this server does not allow");
  BOOST_TEST(holds(log(), std::string("redirect_uri_refused redirect_uri=") + cursor_uri));
  BOOST_TEST(holds(log(), "REDIRECT_SCHEMES"));
  std::string const client(json.at("client_id").as_string());
  // what is left works, at any port
  browser person = new_browser();
  std::string const here = "http://localhost:51004/callback";
  BOOST_TEST(approved(person, authorize_url(client, {{"redirect_uri", here}})).starts_with(here + "?code="));
  // what was left out does not, and the page says why
  auto const page = person.get(authorize_url(client, {{"redirect_uri", cursor_uri}}));
  BOOST_TEST(page.reply.status == 400);
  BOOST_TEST(!page.reply.has("location"));
  BOOST_TEST(holds(page.reply.body, "This server does not allow that kind of address."));
  BOOST_TEST(holds(page.reply.body, "redirect_uri of a private-use scheme that this server does not allow"));
}

BOOST_AUTO_TEST_CASE(a_private_scheme_that_the_operator_allows_works) {
  saas s([](mcpawl::access_oauth_options& options) { options.private_schemes = {"cursor"}; });
  auto const reply = s.post_registration(of_cursor);
  BOOST_TEST(json_of(reply).at("redirect_uris").as_array().size() == 3u);
  BOOST_TEST(!holds(reply.body, "refused_redirect_uris"));
  std::string const client = member(reply, "client_id");
  browser person = s.new_browser();
  auto const page = person.get(s.authorize_url(client, {{"redirect_uri", cursor_uri}}));
  BOOST_TEST(holds(page.reply.body, "whichever application on this device has claimed"));
  std::string const end = person.submit(page, "decision", "approve").url;
  BOOST_TEST(end.starts_with(std::string(cursor_uri) + "?code="));
  auto const tokens = s.redeem(client, parameter(end, "code"), {{"redirect_uri", cursor_uri}});
  BOOST_TEST(tokens.status == 200);
  // another place of the same scheme is another place
  for (char const* uri : {"cursor://evil/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback/"})
    BOOST_TEST(person.get(s.authorize_url(client, {{"redirect_uri", uri}})).reply.status == 400, uri);
}

BOOST_FIXTURE_TEST_CASE(a_registration_is_answered_with_all_that_was_registered, saas) {
  // akutishevsky/withings-mcp#23, punkpeye/mcp-remote#145: clients go on with what they are told
  auto const reply = post_registration(
      R"({"client_name":"Claude","redirect_uris":["https://claude.ai/api/mcp/auth_callback"],"response_types":["code"],)"
      R"("grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"client_secret_post",)"
      R"("client_uri":"https://claude.ai","application_type":"web","scope":"offline_access"})");  // claude-ai-mcp#1043
  BOOST_TEST(reply.status == 201);
  BOOST_TEST(reply.field("content-type").starts_with("application/json"));
  BOOST_TEST(reply.field("cache-control") == "no-store");
  auto const json = json_of(reply).as_object();
  for (char const* name : {"client_id", "client_id_issued_at", "client_secret", "client_secret_expires_at",
                           "client_name", "redirect_uris", "grant_types", "response_types",
                           "token_endpoint_auth_method", "client_uri", "scope"})
    BOOST_TEST(json.contains(name), name);
  // official clients refuse a null where they look for a text
  for (auto const& each : json) BOOST_TEST(!each.value().is_null(), each.key());
  BOOST_TEST(json.at("token_endpoint_auth_method") == "client_secret_post");
  BOOST_TEST(json.at("grant_types").as_array().size() == 2u);
  // what would have to be answered is not offered: twentyhq/twenty#19858 asks for it
  BOOST_TEST(!json.contains("registration_client_uri"));
}

BOOST_FIXTURE_TEST_CASE(registrations_that_are_refused_say_why, saas) {
  struct row {
    std::string json;
    int status;
    char const* error;
    char const* told;
  };
  std::string const uris = R"({"redirect_uris":["https://app.example/cb"],)";
  row const rows[] = {
      {R"({"redirect_uris":["https://*.example.com/cb"]})", 400, "invalid_redirect_uri",
       "https://*.example.com/cb - must name its host, without a wildcard"},
      {R"({"redirect_uris":["cursor://x/cb"]})", 400, "invalid_redirect_uri",
       "cursor://x/cb - private-use scheme that this server does not allow"},
      {R"#({"redirect_uris":["https://app.example/cb","javascript:alert(1)"]})#", 400, "invalid_redirect_uri",
       "javascript:alert(1) - must be https"},
      {R"({"redirect_uris":"https://app.example/cb"})", 400, "invalid_redirect_uri",
       "redirect_uris must be an array of 1 to 16 strings"},
      {uris + R"("client_uri":"app.example"})", 400, "invalid_client_metadata",
       "client_uri must be an http or https URL"},
      {uris + R"("token_endpoint_auth_method":"tls_client_auth"})", 400, "invalid_client_metadata",
       "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post"},
      {uris + R"("grant_types":["client_credentials"]})", 400, "invalid_client_metadata",
       "grant_types must have authorization_code"},
      {uris + R"("x":")" + std::string(17'000, 'x') + "\"}", 413, "invalid_client_metadata",
       "16384 bytes are allowed"},
      {"[]", 400, "invalid_client_metadata", "must be one object of JSON"},
  };
  for (auto const& [json, status, error, told] : rows) {
    auto const reply = post_registration(json);
    BOOST_TEST_CONTEXT(told) {
      BOOST_TEST(reply.status == status);
      BOOST_TEST(error_of(reply) == error);
      BOOST_TEST(holds(description_of(reply), told));
      BOOST_TEST(holds(log(), told));
      BOOST_TEST(reply.body.size() < 4096u);
    }
  }
  auto const form = post_form("/register", {{"redirect_uris", "https://app.example/cb"}});
  BOOST_TEST(holds(description_of(form), "the Content-Type must be application/json"));
}

// --- the token endpoint

BOOST_FIXTURE_TEST_CASE(token_requests_that_are_refused_say_why, saas) {
  std::string const client = registered();
  struct row {
    form_fields form;
    int status;
    char const* error;
    char const* told;
  };
  row const rows[] = {
      {{{"grant_type", "client_credentials"}, {"client_id", client}},
       400,
       "unsupported_grant_type",
       "grant_type must be authorization_code or refresh_token"},
      {{{"client_id", client}}, 400, "invalid_request", "parameter missing: grant_type"},
      {{{"grant_type", "refresh_token"}, {"refresh_token", "x"}},
       400,
       "invalid_request",
       "parameter missing: client_id"},
      {{{"grant_type", "authorization_code"}, {"client_id", client}, {"code", "x"}},
       400,
       "invalid_request",
       "parameter missing: code_verifier"},
      {{{"grant_type", "refresh_token"},
        {"refresh_token", "x"},
        {"client_id", client},
        {"client_id", client}},
       400,
       "invalid_request",
       "parameter given twice: client_id"},
      {{{"grant_type", "refresh_token"}, {"refresh_token", "x"}, {"client_id", "nobody"}},
       401,
       "invalid_client",
       "unknown client, or not the secret or the method it registered"},
      {{{"grant_type", "refresh_token"},
        {"refresh_token", "x"},
        {"client_id", client},
        {"client_secret", "y"}},
       401,
       "invalid_client",
       "unknown client, or not the secret or the method it registered"},
      {{{"grant_type", "refresh_token"}, {"refresh_token", "x"}, {"client_id", client}},
       400,
       "invalid_grant",
       "code or token not valid"},
  };
  for (auto const& [form, status, error, told] : rows) {
    auto const reply = post_form("/token", form);
    BOOST_TEST_CONTEXT(told) {
      BOOST_TEST(reply.status == status);
      BOOST_TEST(error_of(reply) == error);
      BOOST_TEST(description_of(reply) == told);
    }
  }
  auto const json =
      ask("POST", "/token", {{"Content-Type", "application/json"}},
          R"({"grant_type":"refresh_token","refresh_token":"x","client_id":")" + client + "\"}");
  BOOST_TEST(json.status == 400);
  BOOST_TEST(description_of(json) ==
             "malformed request: the Content-Type must be application/x-www-form-urlencoded, and so must be "
             "the body");
  // nothing that a stranger made up is in a response
  auto const strange = post_form("/token", {{"<b>", "1"}, {"<b>", "2"}});
  BOOST_TEST(description_of(strange) == "parameter given twice: one that is not known here");
}

BOOST_FIXTURE_TEST_CASE(a_form_may_come_in_chunks_and_with_a_character_set, saas) {
  // openclaw/openclaw#136204
  std::string const client = registered();
  std::string const refresh = logged_in(client).refresh;
  std::string const form =
      support::encoded({{"grant_type", "refresh_token"}, {"refresh_token", refresh}, {"client_id", client}});
  std::string text =
      "POST /token HTTP/1.1\r\nHost: mcp.example.com\r\n"
      "Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (char const c : form) text += std::string("1\r\n") + c + "\r\n";
  mcpawl::test::loopback_client raw(port());
  raw.write(text + "0\r\n\r\n");
  auto const reply = raw.read_reply();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(whoami(tokens_of(reply).access) == "alice@example.com through a client");
}

BOOST_FIXTURE_TEST_CASE(a_client_without_a_state_gets_none, saas) {
  // anomalyco/opencode#26301: what was not sent is not sent back, and nothing is missed
  std::string const client = registered();
  browser person = new_browser();
  std::string const end = approved(person, authorize_url(client, {{"state", ""}}));
  BOOST_TEST(end.find("state=") == std::string::npos);
  BOOST_TEST(tokens_of(redeem(client, parameter(end, "code"))).scope.empty());
}

BOOST_FIXTURE_TEST_CASE(a_page_may_use_every_endpoint_but_the_ones_for_people, saas) {
  // modelcontextprotocol/typescript-sdk#715, routecraftjs/routecraft#320: a preflight before each of them
  support::fields const asked{
      {"Origin", "https://app.example"},
      {"Access-Control-Request-Method", "POST"},
      {"Access-Control-Request-Headers", "authorization,content-type,mcp-protocol-version"}};
  for (std::string const path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration", "/register", "/token", "/revoke"}) {
    BOOST_TEST_CONTEXT(path) {
      auto const preflight = ask("OPTIONS", path, asked);
      BOOST_TEST(preflight.status == 204);
      BOOST_TEST(preflight.field("access-control-allow-origin") == "*");
      auto const allowed = preflight.field("access-control-allow-headers");
      for (char const* name : {"Authorization", "Content-Type", "Mcp-Protocol-Version"})
        BOOST_TEST(holds(allowed, name));
    }
  }
  // a refusal can be read, too
  for (std::string const path :
       {"/register", "/token", "/revoke", "/.well-known/oauth-authorization-server"}) {
    auto const refused = ask("POST", path, {{"Origin", "https://app.example"}}, "x");
    BOOST_TEST(refused.status / 100 == 4, path);
    BOOST_TEST(refused.field("access-control-allow-origin") == "*", path);
  }
  BOOST_TEST(
      !ask("PUT", "/authorize", {{"Origin", "https://app.example"}}).has("access-control-allow-origin"));
  for (std::string const path : {"/authorize", "/callback", "/mcp"}) {
    auto const preflight = ask("OPTIONS", path, asked);
    BOOST_TEST(preflight.status == 403, path);
    BOOST_TEST(!preflight.has("access-control-allow-origin"), path);
  }
}

BOOST_FIXTURE_TEST_CASE(a_client_may_say_who_it_is_in_every_way_it_has, saas) {
  auto const basic = [](std::string const& id, std::string const& password) {
    return support::fields{{"Authorization", "Basic " + mcpawl::encode_base64(id + ':' + password)}};
  };
  auto const refreshing = [](std::string const& token, std::string const& id, std::string const& password) {
    form_fields form{{"grant_type", "refresh_token"}, {"refresh_token", token}};
    if (!id.empty()) form.emplace_back("client_id", id);
    if (!password.empty()) form.emplace_back("client_secret", password);
    return form;
  };
  // no secret: some HTTP libraries put it into the field all the same, with nothing behind the colon
  std::string const open = registered();
  auto tokens = logged_in(open);
  for (auto const& id : {std::string(), open}) {
    auto const reply = post_form("/token", refreshing(tokens.refresh, id, ""), basic(open, ""));
    BOOST_TEST(reply.status == 200);
    tokens = tokens_of(reply);
  }
  BOOST_TEST(post_form("/token", refreshing(tokens.refresh, "", ""), basic(open, "x")).status == 401);

  // a secret, in the field or in the body, whatever was registered, with the id once more or not
  auto const made = json_of(post_registration(
      R"({"redirect_uris":["http://127.0.0.1:7777/done"],"grant_types":["authorization_code","refresh_token"],)"
      R"("token_endpoint_auth_method":"client_secret_post"})"));
  std::string const id(made.at("client_id").as_string()), password(made.at("client_secret").as_string());
  browser person = new_browser();
  std::string const code = parameter(approved(person, authorize_url(id)), "code");
  BOOST_TEST(redeem(id, code).status == 401);
  tokens = tokens_of(redeem(id, code, {{"client_secret", password}}));
  struct row {
    std::string in_body, secret_in_body;
    support::fields field;
    int status;
  };
  std::string escaped;
  for (char const c : id) escaped.append(c == 'a' ? "%61" : std::string(1, c));
  row const rows[] = {
      {id, password, {}, 200},
      {"", "", basic(id, password), 200},
      {id, "", basic(id, password), 200},
      {"", "", basic(escaped, password), 200},
      {id, "", {}, 401},
      {"", "", basic(id, ""), 401},
      {id, "", basic(id, ""), 401},
      {"", "", basic(id, "wrong"), 401},
      {id, password, basic(id, password), 400},  // two ways at once
      {open, "", basic(id, password), 400},
  };
  for (auto const& [in_body, secret_in_body, field, status] : rows) {
    auto const reply = post_form("/token", refreshing(tokens.refresh, in_body, secret_in_body), field);
    BOOST_TEST(reply.status == status);
    if (reply.status == 200) tokens = tokens_of(reply);
  }
}

BOOST_AUTO_TEST_SUITE_END()
