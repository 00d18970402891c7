// tests/support/saas.hpp - a server with access_oauth, a fake Access behind it, and an MCP client that logs
// in
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "browser.hpp"
#include "running.hpp"

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/oauth/server/approvals.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/fake_oidc_server.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/** What a client has after a login. */
struct client_tokens {
  std::string access, refresh, scope;
};

/** The server is reached as https://mcp.example.com, as if something in front of it spoke TLS.

    @tparam Policy what the server is behind: `access_oauth` itself, or what is made of it */
template <class Policy = mcpawl::access_oauth>
class basic_saas {
public:
  static constexpr char const* origin = "https://mcp.example.com";
  static constexpr char const* client_redirect = "http://127.0.0.1:7777/done";

  /** @param rotates whether Access ends a refresh token when it gives the next one
      @param add_tools adds further tools
      @param given     the store; one in memory if it is null */
  explicit basic_saas(void (*adjust)(mcpawl::access_oauth_options&) = nullptr, bool rotates = true,
                      std::function<void(mcpawl::server<Policy>&)> const& add_tools = {},
                      std::shared_ptr<mcpawl::kv_store> given = {},
                      std::vector<mcpawl::observer*> observers = {})
      : access_(application(rotates), "self-hosted", clock),
        store(given ? std::move(given)
                    : std::make_shared<mcpawl::memory_store>(mcpawl::memory_store::default_bytes, clock)),
        policy_(options(adjust), store),
        server_(mcpawl::implementation("flow", "1"), Policy(policy_)) {
    server_.tool("whoami", "Say who is calling.", [](mcpawl::access_identity const& who) {
      std::string text = who->email + " through " + (who->client_id.empty() ? "nothing" : "a client");
      for (auto const& scope : who->scopes) text += ' ' + scope;
      return text;
    });
    server_.tool("secret_plan", "For Alice alone.", [] { return "plan"; })
        .allow([](mcpawl::access_identity const& who) { return who->email == "alice@example.com"; });
    if (add_tools) add_tools(server_);
    mcpawl::http_options http;
    http.allowed_hosts = {"mcp.example.com"};
    http.observers = std::move(observers);
    running_ = std::make_unique<running<mcpawl::server<Policy>>>(server_, http);
    access_->sign_in_as("alice@example.com");
  }

  mcpawl::test::manual_clock clock{mcpawl::clock::system().wall()};

  mcpawl::test::fake_oidc_server& access() { return access_; }
  mcpawl::access_oauth& policy() { return policy_; }
  std::uint16_t port() const { return running_->port(); }
  std::string log() const { return running_->log.text(); }

  browser new_browser() {
    browser made;
    made.know(origin, port());
    made.know(access_.team_domain(), access_port());
    return made;
  }

  // --- a client

  http_reply ask(std::string_view method, std::string_view path, fields with = {},
                 std::string_view body = {}) {
    loopback_client client(port());
    with.emplace_back("Host", "mcp.example.com");
    return client.request(method, path, with, body);
  }
  http_reply post_form(std::string_view path, form_fields const& form, fields with = {}) {
    with.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return ask("POST", path, std::move(with), encoded(form));
  }
  http_reply post_registration(std::string const& json) {
    return ask("POST", "/register", {{"Content-Type", "application/json"}}, json);
  }
  /** Register a public client; its id. */
  std::string registered(std::string name = "Test Client", std::string const& redirect = client_redirect) {
    boost::json::object json;
    json["client_name"] = std::move(name);
    json["redirect_uris"] = boost::json::array{boost::json::value(redirect)};
    json["grant_types"] = boost::json::array{"authorization_code", "refresh_token"};
    json["token_endpoint_auth_method"] = "none";
    auto const reply = post_registration(boost::json::serialize(json));
    if (reply.status != 201) throw std::runtime_error("registration: " + reply.body);
    return std::string(json_of(reply).at("client_id").as_string());
  }

  static constexpr char const* verifier = "a-code-verifier-that-is-long-enough-for-the-rules-0123456789";
  /** A good authorization request; `more` replaces or adds, an empty value leaves out. */
  static std::string authorize_url(std::string const& client, form_fields const& more = {}) {
    form_fields query{{"response_type", "code"},
                      {"client_id", client},
                      {"redirect_uri", client_redirect},
                      {"state", "the-client's state"},
                      {"code_challenge", mcpawl::oauth::code_challenge_of(verifier)},
                      {"code_challenge_method", "S256"},
                      {"resource", std::string(origin) + "/mcp"}};
    for (auto const& [name, value] : more) {
      std::erase_if(query, [&name](auto const& each) { return each.first == name; });
      if (!value.empty()) query.emplace_back(name, value);
    }
    return std::string(origin) + "/authorize?" + encoded(query);
  }

  /** Approve and sign in: the URL at the client that the browser ends at. */
  std::string approved(browser& with, std::string const& url, form_fields more = {}) {
    auto const page = with.get(url);
    if (page.reply.status != 200) throw std::runtime_error("no page: " + page.url + ' ' + page.reply.body);
    return with.submit(page, "decision", "approve", std::move(more)).url;
  }

  http_reply redeem(std::string const& client, std::string const& code, form_fields const& more = {}) {
    form_fields form{{"grant_type", "authorization_code"}, {"code", code},
                     {"redirect_uri", client_redirect},    {"client_id", client},
                     {"code_verifier", verifier},          {"resource", std::string(origin) + "/mcp"}};
    for (auto const& [name, value] : more) {
      std::erase_if(form, [&name](auto const& each) { return each.first == name; });
      if (!value.empty()) form.emplace_back(name, value);
    }
    return post_form("/token", form);
  }
  http_reply refresh(std::string const& client, std::string const& token) {
    return post_form("/token",
                     {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", client}});
  }
  static client_tokens tokens_of(http_reply const& reply) {
    if (reply.status != 200) throw std::runtime_error("no tokens: " + reply.body);
    auto const json = json_of(reply).as_object();
    auto const text = [&json](char const* name) {
      auto const* const found = json.if_contains(name);
      return found ? std::string(found->as_string()) : std::string();
    };
    return {text("access_token"), text("refresh_token"), text("scope")};
  }
  /** The whole way. */
  client_tokens logged_in(std::string const& client, form_fields const& more = {}) {
    browser person = new_browser();
    return tokens_of(redeem(client, parameter(approved(person, authorize_url(client, more)), "code")));
  }

  http_reply call(std::string const& tool, std::string const& token, std::string scheme = "Bearer") {
    std::string const body =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
        R"(","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
    fields with{{"Content-Type", "application/json"},
                {"Accept", "application/json, text/event-stream"},
                {"MCP-Protocol-Version", "2026-07-28"},
                {"Mcp-Method", "tools/call"},
                {"Mcp-Name", tool}};
    if (!token.empty()) with.emplace_back("Authorization", scheme + ' ' + token);
    return ask("POST", "/mcp", std::move(with), body);
  }
  std::string whoami(std::string const& token) {
    auto const reply = call("whoami", token);
    if (reply.status != 200) return std::to_string(reply.status);
    return std::string(json_of(reply).at("result").at("content").at(0).at("text").as_string());
  }

  // --- behind the server's back

  /** Forget what a person approved, by their subject. */
  std::size_t forget(std::string_view person) {
    return await(policy_.approvals().forget(std::string(person))).value();
  }
  /** Bytes in use in the store, which is in memory. */
  std::size_t stored_bytes() const { return dynamic_cast<mcpawl::memory_store const&>(*store).bytes(); }
  /** All keys and values. */
  std::string everything_stored() {
    std::string all;
    std::optional<std::string> after = std::string();
    while (after) {
      auto page = await(store->scan("", *after, mcpawl::max_store_page)).value();
      for (auto const& item : page.items)
        all.append(item.key).append("\n").append(item.entry.value).append("\n");
      after = std::move(page.next);
    }
    return all;
  }

private:
  template <class T>
  static T await(mcpawl::task<T> work) {
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
    context.run();
    return future.get();
  }

  static mcpawl::test::fake_oidc_options application(bool rotates) {
    std::vector<std::string> callbacks(1, std::string(origin) + "/callback");
    mcpawl::test::fake_oidc_options made("saas-app", "app-secret", std::move(callbacks));
    made.rotates = rotates;
    return made;
  }

  std::uint16_t access_port() const {
    return mcpawl::http::origin_url::parse(access_.team_domain()).value().port();
  }

  mcpawl::access_oauth_options options(void (*adjust)(mcpawl::access_oauth_options&)) {
    auto const url = [](std::string const& text) { return mcpawl::http::origin_url::parse(text).value(); };
    mcpawl::access_oauth_options made;
    made.public_url = origin;
    made.upstream.at = {.issuer = access_->issuer(),
                        .authorization = url(access_->authorization_url()),
                        .token = url(access_->token_url()),
                        .jwks = url(access_->jwks_url())};
    made.upstream.client_id = access_->client_id();
    made.upstream.client_secret = mcpawl::secret{access_->client_secret()};
    made.upstream.scopes = "openid email profile groups offline_access";
    made.cookie_keys.emplace_back(std::string("a-key-of-32-bytes-for-tests-only"));
    made.server_name = "Flow Server";
    made.operator_name = "Example Inc.";
    made.operator_url = "https://example.com";
    made.time = &clock;
    if (adjust != nullptr) adjust(made);
    return made;
  }

  mcpawl::test::fake_oidc_server access_;

public:
  std::shared_ptr<mcpawl::kv_store> store;

private:
  mcpawl::access_oauth policy_;
  mcpawl::server<Policy> server_;
  std::unique_ptr<running<mcpawl::server<Policy>>> running_;
};

using saas = basic_saas<>;

}  // namespace support
