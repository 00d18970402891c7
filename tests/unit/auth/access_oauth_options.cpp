// tests/unit/auth/access_oauth_options.cpp - settings are read, and everything wrong with them is told at
// once
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_oauth_options.hpp>
#include <mcpawl/crypto/weak_key.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include "../store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_access_oauth_options)

namespace {

using namespace mcpawl;
using table = std::map<std::string, std::string>;

std::string const digits = "00112233445566778899aAbBcCdDeEfF00112233445566778899aAbBcCdDeEfF";
std::string const at_access = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/app-id";

table const good = {
    {"PUBLIC_URL", "https://mcp.example.com"},  {"ACCESS_CLIENT_ID", "app-id"},
    {"ACCESS_CLIENT_SECRET", "app-secret"},     {"ACCESS_AUTHORIZATION_URL", at_access + "/authorization"},
    {"ACCESS_TOKEN_URL", at_access + "/token"}, {"ACCESS_JWKS_URL", at_access + "/jwks"},
    {"COOKIE_ENCRYPTION_KEY", digits},          {"OAUTH_KV", "memory:"}};

settings reading(table const& values) {
  return settings([values](std::string const& name) {
    auto const found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  });
}

std::vector<std::string> errors(table const& values) {
  auto from = reading(values);
  (void)access_oauth_options::from(from);
  (void)open_store<sqlite_store, memory_store>(from);
  try {
    from.throw_if_invalid();
    return {};
  } catch (configuration_error const& e) {
    return e.errors();
  }
}
std::string mistake_with(std::string const& name, std::string const& value) {
  table changed = good;
  changed[name] = value;
  auto const all = errors(changed);
  return all.size() == 1 ? all.front() : std::to_string(all.size()) + " errors";
}
access_oauth_options read(table const& values) {
  auto from = reading(values);
  auto options = access_oauth_options::from(from);
  from.throw_if_invalid();
  BOOST_TEST(options.validate().empty());
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(settings_become_options) {
  auto const options = read(good);
  BOOST_TEST(options.endpoint().origin() == "https://mcp.example.com");
  BOOST_TEST(options.login().callback == "https://mcp.example.com/callback");
  BOOST_TEST(options.upstream.at.issuer == at_access);
  BOOST_TEST(options.upstream.scopes == "openid email profile groups offline_access");
  BOOST_TEST_REQUIRE(options.cookie_keys.size() == 1u);
  BOOST_TEST(options.cookie_keys[0].reveal().size() == 32u);
  BOOST_TEST(options.cookie_keys[0].reveal().substr(9, 4) == "\x99\xaa\xbb\xcc");
  BOOST_TEST(options.remember.max_age.count() == 5);
}

BOOST_AUTO_TEST_CASE(keys_can_be_changed_without_a_gap) {
  table two = good;
  two["COOKIE_ENCRYPTION_KEY"] = std::string(62, 'f') + "fe, " + digits;
  two["ACCESS_SCOPES"] = "openid email";
  auto const options = read(two);
  BOOST_TEST_REQUIRE(options.cookie_keys.size() == 2u);
  BOOST_TEST(options.cookie_keys[0].reveal() == std::string(31, '\xff') + '\xfe');
  BOOST_TEST(options.upstream.scopes == "openid email");
}

BOOST_AUTO_TEST_CASE(redirect_schemes_can_be_named) {
  auto const schemes = [](access_oauth_options const& options) { return options.private_schemes; };
  BOOST_TEST(schemes(read(good)).empty());
  table with = good;
  with["REDIRECT_SCHEMES"] = "cursor, com.example.app";
  BOOST_TEST(schemes(read(with)) == (std::vector<std::string>{"cursor", "com.example.app"}));
  with["REDIRECT_SCHEMES"] = " ";
  BOOST_TEST(schemes(read(with)).empty());
  struct row {
    char const* value;
    char const* error;
  };
  for (auto const& [value, error] :
       {row{"cursor://", R"(REDIRECT_SCHEMES has "cursor://", which must be a scheme alone, such as cursor)"},
        row{"Cursor", R"(REDIRECT_SCHEMES has "Cursor", which must be in lower case)"},
        row{"vscode,javascript", R"(REDIRECT_SCHEMES has "javascript", which cannot be allowed)"},
        row{"https", R"(REDIRECT_SCHEMES has "https", which is not a private-use scheme)"},
        row{"*", R"(REDIRECT_SCHEMES has "*", which is no scheme of a URI)"},
        row{"cursor,,vscode", "REDIRECT_SCHEMES has an empty item between its commas"}})
    BOOST_TEST(mistake_with("REDIRECT_SCHEMES", value) == error);
  auto options = read(good);
  options.private_schemes = {"data"};
  BOOST_TEST(options.validate().size() == 1u);
}

BOOST_AUTO_TEST_CASE(scopes_for_access_may_have_several_spaces_between_them) {
  table with = good;
  with["ACCESS_SCOPES"] = "  openid   email ";
  BOOST_TEST(read(with).login().scopes == "openid email");
}

BOOST_AUTO_TEST_CASE(each_mistake_is_told) {
  BOOST_TEST(mistake_with("PUBLIC_URL", "") == "PUBLIC_URL is empty");
  BOOST_TEST(mistake_with("PUBLIC_URL", "http://mcp.example.com") ==
             "PUBLIC_URL must begin with https:// (http:// is for loopback addresses alone)");
  BOOST_TEST(mistake_with("PUBLIC_URL", "mcp.example.com") == "PUBLIC_URL is not an https:// URL");
  BOOST_TEST(mistake_with("PUBLIC_URL", "https://mcp.example.com/?a") == "PUBLIC_URL must have no query");
  BOOST_TEST(mistake_with("PUBLIC_URL", "http://localhost:8788") == "0 errors");
  std::string const key =
      "COOKIE_ENCRYPTION_KEY must be 64 hexadecimal digits, as `openssl rand -hex 32` makes them, or several "
      "with "
      "commas";
  for (auto const& wrong : {std::string("secret"), digits.substr(1), digits + '0', digits.substr(1) + 'g'})
    BOOST_TEST(mistake_with("COOKIE_ENCRYPTION_KEY", wrong) == key);
  auto const repeated = [](std::string_view text) {
    std::string all;
    while (all.size() < 64) all += text;
    return all.substr(0, 64);
  };
  for (auto const& weak : {std::string(64, '0'), std::string(64, 'A'), digits + ',' + std::string(64, 'f'),
                           repeated("c0ffee01"), repeated("0123456789abcdef")})
    BOOST_TEST(mistake_with("COOKIE_ENCRYPTION_KEY", weak) ==
               "COOKIE_ENCRYPTION_KEY follows a pattern that anybody could guess: make a key by `openssl "
               "rand -hex 32`");
  BOOST_TEST(mistake_with("OAUTH_KV", "/no/such/folder/oauth.db").starts_with("OAUTH_KV cannot be opened: "));
  BOOST_TEST(mistake_with("OAUTH_KV", "") == "OAUTH_KV is empty");
  BOOST_TEST(mistake_with("ACCESS_CLIENT_SECRET", "<your-client-secret>")
                 .starts_with("ACCESS_CLIENT_SECRET is still the placeholder"));
}

BOOST_AUTO_TEST_CASE(clients_documents_are_on_off_or_automatic) {
  using mode = oauth::client_document_mode;
  BOOST_TEST((read(good).client_documents == mode::automatic));
  struct {
    std::string word;
    mode expected;
  } const cases[] = {{"on", mode::on}, {"off", mode::off}, {"auto", mode::automatic}, {"", mode::automatic}};
  for (auto const& each : cases) {
    table changed = good;
    changed["CLIENT_DOCUMENTS"] = each.word;
    BOOST_TEST((read(changed).client_documents == each.expected), each.word);
  }
  for (std::string const wrong : {"true", "AUTO", "on,off"})
    BOOST_TEST(mistake_with("CLIENT_DOCUMENTS", wrong) ==
               "CLIENT_DOCUMENTS must be on, off or auto, not \"" + wrong + '"');
}

BOOST_AUTO_TEST_CASE(documents_in_a_file_are_pinned_and_every_mistake_in_it_is_told) {
  temporary_folder folder;
  std::string const path = folder.file("documents.json");
  auto const write = [&path](std::string const& text) { std::ofstream(path) << text; };
  std::string const a =
      R"({"client_id":"https://a.example/c","client_name":"A","redirect_uris":["https://a.example/cb"]})";
  std::string const b =
      R"({"client_id":"https://b.example/c","client_name":"B","redirect_uris":["b.example:/cb"]})";
  write("[" + a + "," + b + "]");
  table with_file = good;
  with_file["CLIENT_DOCUMENTS_FILE"] = path;
  BOOST_TEST(errors(with_file).empty());  // which schemes are allowed may be said later
  auto from = reading(with_file);
  auto options = access_oauth_options::from(from);
  auto const wrong = options.validate();
  BOOST_TEST_REQUIRE(wrong.size() == 1u);
  BOOST_TEST(wrong[0] ==
             "client document 2 (https://b.example/c) cannot be used: redirect URI not acceptable: "
             "b.example:/cb - private-use scheme that this server does not allow");
  options.private_schemes = {"b.example"};
  BOOST_TEST(options.validate().empty());
  oauth::pinned_client const nobody{.client_id = "https://c.example/c", .client_name = ""};
  options.pinned_clients = {nobody};
  BOOST_TEST(options.validate().size() == 1u);

  write("[1," + a + "," + a + "]");
  auto const all = errors(with_file);
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].starts_with("CLIENT_DOCUMENTS_FILE has an error: client document 1 must be"));
  BOOST_TEST(all[1].ends_with("is given twice"));
  for (std::string const text : {"", "[", "CLIENT_DOCUMENTS=on"}) {
    write(text);
    BOOST_TEST(errors(with_file).size() == 1u, text);
  }
  for (std::string const& name : {folder.file("none"), folder.file("")})
    BOOST_TEST(mistake_with("CLIENT_DOCUMENTS_FILE", name) ==
               "CLIENT_DOCUMENTS_FILE names a file that cannot be read, or that is empty");
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_at_once) {
  BOOST_TEST(errors({}).size() >= 6u);
  table wrong = good;
  wrong["PUBLIC_URL"] = "ftp://x";
  wrong["COOKIE_ENCRYPTION_KEY"] = "x";
  wrong.erase("ACCESS_CLIENT_ID");
  BOOST_TEST(errors(wrong).size() == 3u);
}

BOOST_AUTO_TEST_CASE(options_from_code_are_checked_too) {
  auto const good_ones = read(good);
  auto const wrong_with = [&good_ones](auto change) {
    auto options = good_ones;
    change(options);
    return options.validate();
  };
  BOOST_TEST(wrong_with([](access_oauth_options& o) { o.lifetimes.access = 0; }).size() == 1u);
  BOOST_TEST(wrong_with([](access_oauth_options& o) { o.pages = nullptr; }).size() == 1u);
  BOOST_TEST(wrong_with([](access_oauth_options& o) { o.upstream.client_id.clear(); }).size() == 1u);
  BOOST_TEST(wrong_with([](access_oauth_options& o) {
               o.scopes = {{.name = "a b"}, {.name = ""}, {.name = "c"}};
             }).size() == 2u);
  auto const with_key = [&](std::string const& key) {
    return wrong_with([&](access_oauth_options& o) { o.cookie_keys.assign(1, secret(key)); });
  };
  BOOST_TEST(with_key(std::string(31, 'k')).size() == 1u);
  auto const weak = with_key(std::string(32, '\0'));
  BOOST_TEST_REQUIRE(weak.size() == 1u);
  BOOST_TEST(weak[0] == "a cookie key " + std::string(weak_key_words));
  BOOST_TEST(wrong_with([](access_oauth_options& o) {
               o.public_url = "x";
               o.cookie_keys.clear();
             }).size() >= 2u);
}

BOOST_AUTO_TEST_CASE(scopes_become_rules) {
  access_oauth_options options = read(good);
  options.scopes = {{.name = "read", .words = "Read", .required = true}, {.name = "write"}};
  auto const rules = options.rules();
  BOOST_TEST(rules.authorization.scopes.text() == "read write");
  BOOST_TEST(rules.authorization.default_scopes.text() == "read");
  BOOST_TEST(options.required_scopes().text() == "read");
  BOOST_TEST(rules.scope_words.size() == 1u);
  BOOST_TEST(rules.scope_words.at("read") == "Read");
}

BOOST_AUTO_TEST_CASE(bounds_from_code_are_checked_at_their_ends) {
  auto options = read(good);
  auto repeats = [options](std::size_t most) mutable {
    options.lifetimes.max_refresh_repeats = most;
    return options.validate().size();
  };
  BOOST_TEST(repeats(0) == 1u);
  BOOST_TEST(repeats(1) == 0u);
  BOOST_TEST(repeats(1000) == 0u);
  BOOST_TEST(repeats(1001) == 1u);
  auto fetches = [options](int timeout, std::size_t lookups) mutable {
    options.client_fetch_timeout = std::chrono::milliseconds(timeout);
    options.max_client_lookups = lookups;
    return options.validate().size();
  };
  BOOST_TEST(fetches(1, 1) == 0u);
  BOOST_TEST(fetches(0, 1) == 1u);
  BOOST_TEST(fetches(-1, 1) == 1u);
  BOOST_TEST(fetches(1, 0) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
