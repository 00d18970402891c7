// tests/unit/auth/static_bearer.cpp - whom a policy of handed-out tokens lets in, and how its list is read anew
// SPDX-License-Identifier: BSL-1.0
#include "../../support/running.hpp"
#include "../../support/temporary_folder.hpp"

#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_static_bearer)

namespace {

using namespace mcpawl;

std::string const first(40, 'f'), second(32, 's'), expired(33, 'e');

std::string digest_of(std::string_view token) {
  std::string digits;
  for (unsigned char const c : detail::sha256(token)) {
    digits += "0123456789abcdef"[c >> 4];
    digits += "0123456789abcdef"[c & 15];
  }
  return digits;
}
std::string entry(std::string const& name, std::string const& token, std::string const& more = {}) {
  return name + ' ' + digest_of(token) + ' ' + more + '\n';
}

test::manual_clock const& now() {
  static test::manual_clock const at(1'900'000'000);
  return at;
}
static_bearer made_of(std::string tokens) {
  return static_bearer({.tokens = std::move(tokens), .time = &now()});
}

auth_result<static_bearer_identity> ask(static_bearer& policy, std::string const& authorization,
                                        std::string_view target = "/mcp") {
  return policy.authenticate(http::request_head::make("POST", target, {{"Authorization", authorization}}));
}
/** The caller's name, or the code of the denial. */
std::string verdict(static_bearer& policy, std::string const& token) {
  auto const decided = ask(policy, "Bearer " + token);
  return decided ? (*decided)->name : std::string(decided.error().code);
}
std::string errors_of(static_bearer_options options) {
  try {
    static_bearer const policy(std::move(options));
    return {};
  } catch (configuration_error const& e) {
    return e.what();
  }
}
bool has(std::string const& text, std::string_view words) { return text.find(words) != std::string::npos; }

/** A file of tokens that is removed at the end. */
struct token_file {
  temporary_folder folder;
  std::string path = folder.file("tokens");
  void write(std::string const& text, unsigned mode = 0600) const {
    std::ofstream(path, std::ios::trunc) << text;
    ::chmod(path.c_str(), mode);
  }
  static_bearer_options options() const { return {.file = path, .time = &now()}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(who_has_a_token_of_the_list_is_known_by_its_name_and_scopes) {
  auto policy = made_of(entry("ci", first, "scope=a scope=b") +
                        entry("report", second, "expires=2030-03-17T17:46:41Z"));
  auto const who = ask(policy, "Bearer " + first).value();
  BOOST_TEST(who->name == "ci");
  BOOST_TEST((who->scopes == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(who->has_scope("b"));
  BOOST_TEST(!who->has_scope("c"));
  BOOST_TEST(policy.principal(who) == "ci");
  BOOST_TEST(granted_scopes(who).size() == 2U);
  BOOST_TEST(ask(policy, "bearer  " + second).value()->expires_at.value() == 1'900'000'001);
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_list_is_refused_with_the_words_of_rfc_6750) {
  auto policy = made_of(entry("ci", first) + entry("old", expired, "expires=2030-03-17T17:46:40Z") +
                        entry("short", "short"));
  struct row {
    std::string authorization, code, challenge;
    int status;
    std::string reason;
  };
  std::string const invalid = "Bearer error=\"invalid_token\"", request = "Bearer error=\"invalid_request\"";
  for (auto const& [authorization, code, challenge, status, reason] : {
           row{"", "missing_token", "Bearer", 401, "no token"},
           row{"Basic " + first, "missing_token", "Bearer", 401, "no token"},
           row{"Bearer " + second, "invalid_token", invalid, 401, "none of those that are known"},
           row{"Bearer " + first + "f", "invalid_token", invalid, 401, "none of those"},
           row{"Bearer short", "invalid_token", invalid, 401, "too short"},
           row{"Bearer " + std::string(31, 'f'), "invalid_token", invalid, 401, "too short"},
           row{"Bearer " + std::string(513, 'f'), "invalid_token", invalid, 401, "too long"},
           row{"Bearer " + std::string(512, 'f'), "invalid_token", invalid, 401, "none of those"},
           row{"Bearer " + std::string(40, '"'), "invalid_token", invalid, 401, "holds no bearer token"},
           row{"Bearer " + expired, "invalid_token", invalid, 401, "has expired (of old)"},
           row{"Bearer " + first + ", Bearer " + first, "invalid_request", request, 400, "more than one"},
       }) {
    auto const decided = ask(policy, authorization);
    BOOST_TEST_REQUIRE(decided.has_error(), authorization);
    denial const& why = decided.error();
    BOOST_TEST(why.status == status, authorization);
    BOOST_TEST(why.code == code, authorization);
    BOOST_TEST(why.www_authenticate == challenge, authorization);
    BOOST_TEST(has(why.log_reason, reason), why.log_reason);
    BOOST_TEST(!has(why.log_reason, first));
  }
  BOOST_TEST(ask(policy, "Bearer " + first, "/mcp?access_token=x").error().code == "invalid_request");
}

BOOST_AUTO_TEST_CASE(a_call_without_its_scope_is_told_which_and_not_to_log_in) {
  auto policy = made_of(entry("ci", first, "scope=a"));
  auto const who = ask(policy, "Bearer " + first).value();
  auto const why = policy.insufficient_scope(who, {"the tool adjust", {"a", "b"}, {"b"}});
  BOOST_TEST(why.status == 403);
  BOOST_TEST(why.www_authenticate.starts_with(
      "Bearer error=\"insufficient_scope\", scope=\"a b\", error_description="));
  BOOST_TEST(has(why.description, "the tool adjust needs b"));
  BOOST_TEST(!policy.known_scopes().has_value());
}

BOOST_AUTO_TEST_CASE(for_any_of_it_recognizes_tokens_that_are_nobody_elses) {
  auto const policy = made_of(entry("ci", first));
  auto const recognized = [&](std::string_view authorization) {
    return policy.recognizes(http::request_head::make("POST", "/mcp", {{"Authorization", authorization}}));
  };
  BOOST_TEST(recognized("Bearer " + first));
  BOOST_TEST(recognized("Bearer x"));
  BOOST_TEST(!recognized("Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln"));
  BOOST_TEST(!recognized("Bearer mcpawl_at_x"));
  BOOST_TEST(!recognized("Basic x"));
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_read_is_refused_and_so_is_what_is_none) {
  token_file const file;
  BOOST_TEST(has(errors_of(file.options()), "cannot be opened"));
  for (unsigned const mode : {0600U, 0400U, 0640U, 0440U}) {
    file.write(entry("ci", first), mode);
    BOOST_TEST(errors_of(file.options()) == "", mode);
  }
  for (unsigned const mode : {0644U, 0604U, 0602U, 0620U, 0666U, 0777U}) {
    file.write(entry("ci", first), mode);
    BOOST_TEST(has(errors_of(file.options()), "chmod 0640"), mode);
  }
  BOOST_TEST(has(errors_of({.file = "/"}), "is not a file"));
  BOOST_TEST_REQUIRE(::mkfifo(file.folder.file("fifo").c_str(), 0600) == 0);
  BOOST_TEST(has(errors_of({.file = file.folder.file("fifo")}), "is not a file"));
  file.write(std::string(256 * 1024 + 1, '\n'));
  BOOST_TEST(has(errors_of(file.options()), "larger than 256 KiB"));
}

BOOST_AUTO_TEST_CASE(every_mistake_stops_the_start) {
  std::string const two = errors_of({.tokens = "ci abc\nci " + digest_of(first)});
  BOOST_TEST(has(two, "2 errors in the settings"), two);
  BOOST_TEST(has(two, "the list of static tokens: entry 1"), two);
  BOOST_TEST(has(errors_of({}), "neither a file nor a list"));
  BOOST_TEST(has(errors_of({.file = "x", .tokens = "y"}), "both a file and a list"));
  std::map<std::string, std::string> values;
  auto const from_env = [&values] {
    settings from([&values](std::string const& name) {
      auto const found = values.find(name);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    });
    return static_bearer::from_env(std::move(from));
  };
  BOOST_CHECK_THROW(from_env(), configuration_error);
  values = {{"STATIC_BEARER_TOKENS", entry("todo", first) + ';' + entry("your-app", second)}};
  auto policy = from_env();
  BOOST_TEST(verdict(policy, second) == "your-app");
  values["STATIC_BEARER_FILE"] = "/nowhere";
  BOOST_CHECK_THROW(from_env(), configuration_error);
}

BOOST_AUTO_TEST_CASE(reload_takes_the_new_list_for_all_copies_or_keeps_the_old) {
  token_file const file;
  file.write(entry("ci", first));
  static_bearer policy(file.options());
  static_bearer copy = policy;
  support::kept_log log;
  boost::asio::io_context io;
  policy.attach({io.get_executor(), log.logger()});
  BOOST_TEST(verdict(copy, first) == "ci");
  file.write(entry("new", second) + entry("old", expired, "expires=2030-01-01T00:00:00Z"));
  BOOST_TEST(policy.reload().empty());
  for (auto* each : {&policy, &copy}) {
    BOOST_TEST(verdict(*each, first) == "invalid_token");
    BOOST_TEST(verdict(*each, second) == "new");
  }
  BOOST_TEST(has(log.text(), "static_token_expired name=old"), log.text());
  for (auto const* broken : {"", "new abc\n", "a b c; d e f"}) {
    file.write(broken);
    BOOST_TEST(!copy.reload().empty());
    BOOST_TEST(verdict(policy, second) == "new");
  }
  file.write(entry("ci", first), 0644);
  BOOST_TEST(has(copy.reload().at(0), "chmod"));
  BOOST_TEST(verdict(copy, second) == "new");
  // who asks for it says how it went
  BOOST_TEST(!has(log.text(), "reloaded"), log.text());
  BOOST_TEST(made_of(entry("ci", first)).reload().empty());
}

BOOST_AUTO_TEST_CASE(tokens_that_have_expired_are_warned_of_once) {
  auto policy = made_of(entry("old", expired, "expires=2030-01-01T00:00:00Z") + entry("ci", first));
  auto copy = policy;
  support::kept_log log;
  boost::asio::io_context io;
  policy.attach({io.get_executor(), log.logger()});
  copy.attach({io.get_executor(), log.logger()});
  std::string const text = log.text();
  BOOST_TEST(has(text, "static_token_expired name=old"), text);
  BOOST_TEST(text.find("static_token_expired") == text.rfind("static_token_expired"));
}

BOOST_AUTO_TEST_CASE(any_thread_may_reload_while_others_ask) {
  token_file const file;
  file.write(entry("ci", first));
  static_bearer policy(file.options());
  boost::asio::io_context io;
  policy.attach({io.get_executor(), logger::none()});
  std::atomic<bool> over = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> asking;
  for (int i = 0; i != 2; ++i)
    asking.emplace_back([&, own = static_bearer(policy)]() mutable {
      while (!over)
        if (verdict(own, first) != "ci") ++wrong;
    });
  for (int i = 0; i != 100; ++i)
    if (!policy.reload().empty()) ++wrong;
  over = true;
  for (auto& each : asking) each.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
