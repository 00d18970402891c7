// tests/flow/any_of.cpp - one server with three policies: each credential against each of them, forged ones, and lists that change
// SPDX-License-Identifier: BSL-1.0
#include "../support/certificate_files.hpp"
#include "../support/running.hpp"
#include "../support/tls_client.hpp"

#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/mtls.hpp>
#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/fake_access_server.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow_any_of {

using http_test::certified;
using http_test::make_certificate;
using mcpawl::test::forgery;
using support::tls_client;

namespace {

constexpr std::string_view aud = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
std::string const ci_token(40, 'c'), report_token(40, 'r');

std::string entry(std::string const& name, std::string_view token, std::string const& more = {}) {
  std::string line = name + ' ';
  for (unsigned char const c : mcpawl::detail::sha256(token)) {
    line += "0123456789abcdef"[c >> 4];
    line += "0123456789abcdef"[c & 15];
  }
  return line + ' ' + more + '\n';
}

/** A policy, and how often it was asked about a credential. */
template <class Policy>
class counted : public Policy {
public:
  counted(Policy policy, std::atomic<int>& asked) : Policy(std::move(policy)), asked_(&asked) {}
  auto authenticate(mcpawl::http::request_head const& head) {
    if (Policy::recognizes(head)) ++*asked_;
    return Policy::authenticate(head);
  }

private:
  std::atomic<int>* asked_;
};

std::string who_is(std::optional<mcpawl::access_identity> const& person,
                   std::optional<mcpawl::static_bearer_identity> const& program,
                   std::optional<mcpawl::certificate_identity> const& machine) {
  if (person) return "person " + (*person)->email;
  return program ? "program " + (*program)->name : "machine " + (*machine)->subject;
}

std::string message(std::string_view tool) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + std::string(tool) +
         R"(","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
}

certified const& authority() {
  static certified const made = http_test::make_authority("authority");
  return made;
}
certified certificate_of(char const* name, std::string const& names) {
  http_test::certificate_plan plan;
  plan.names = names;
  return make_certificate(name, plan, &authority());
}

struct scene {
  mcpawl::test::fake_access_server access{std::string(aud)};
  support::certificate_files files;
  std::array<std::atomic<int>, 3> asked{};
  certified const agent = certificate_of("agent", "DNS:agent.example");
  certified const other = certificate_of("other", "DNS:other.example");

  using people = counted<mcpawl::access_jwt>;
  using programs = counted<mcpawl::static_bearer>;
  using machines = counted<mcpawl::mtls>;
  using policies = mcpawl::any_of<people, programs, machines>;
  std::optional<mcpawl::server<policies>> srv;

  scene() {
    write_tokens(entry("ci", ci_token, "scope=draw") + entry("report", report_token));
    srv.emplace(mcpawl::implementation{"flow", "1"},
                policies(people(mcpawl::access_jwt(people_options()), asked[0]),
                         programs(mcpawl::static_bearer({.file = files.path("tokens")}), asked[1]),
                         machines(mcpawl::mtls({.names = {"DNS:agent.example"}}), asked[2])));
    srv->tool("who", "Say who.", who_is);
    srv->tool("draw", "For some.", [] { return "a picture"; }).requires_scope("draw");
    srv->tool("hidden", "For people.", [] { return "people"; })
        .allow([](std::optional<mcpawl::access_identity> const& person) { return person.has_value(); });
  }

  /** They say where to log in, as Access itself would. */
  mcpawl::access_options people_options() const {
    mcpawl::access_options made{.team_domain = access.team_domain(), .audiences = {std::string(aud)}};
    made.challenge = true;
    made.resource_metadata = "https://mcp.example.com/metadata";
    return made;
  }

  void write_tokens(std::string const& text) const {
    files.write("tokens", text);
    ::chmod(files.path("tokens").c_str(), 0600);
  }

  mcpawl::http_options options() const {
    mcpawl::http_options options;
    options.tls = files.write_pair(make_certificate("server", {}, &authority()));
    options.tls->client_authorities = files.write("clients.pem", authority().pem());
    options.tls->client_certificates = mcpawl::client_certificate_mode::optional;
    return options;
  }

  /** The whole response to one call. */
  static std::string call(std::uint16_t port, std::string const& fields,
                          certified const* certificate = nullptr, std::string_view tool = "who") {
    tls_client client(port, certificate != nullptr ? support::shows(*certificate) : tls_client::setting());
    std::string const body = message(tool);
    bool const sent =
        client.shake_hands() &&
        client.write(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nMCP-Protocol-Version: 2026-07-28\r\n"
            "Mcp-Method: tools/call\r\nMcp-Name: " +
            std::string(tool) +
            "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n" + fields +
            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return sent ? client.read_all() : std::string();
  }

  std::string asked_so_far() {
    std::string text;
    for (auto& each : asked) text += std::to_string(each.exchange(0));
    return text;
  }
};

std::string assertion(std::string const& token) { return "Cf-Access-Jwt-Assertion: " + token + "\r\n"; }
std::string bearer(std::string const& token) { return "Authorization: Bearer " + token + "\r\n"; }
bool has(std::string const& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace

}  // namespace flow_any_of

BOOST_FIXTURE_TEST_SUITE(flow_any_of, scene)

BOOST_AUTO_TEST_CASE(each_credential_is_judged_by_its_policy_alone_and_once) {
  support::running server(*srv, options());
  std::string const alice = access->sign(access->user("alice@example.com"));
  std::string const forged = access->forge(forgery::other_key);
  struct row {
    std::string name, fields;
    certified const* certificate;
    int status;
    std::string words;  // in the body
    std::string asked;  // how often each policy was
  };
  std::vector<row> const rows{
      {"person", assertion(alice), nullptr, 200, "person alice@example.com", "100"},
      {"program", bearer(ci_token), nullptr, 200, "program ci", "010"},
      {"machine", "", &agent, 200, "machine CN=agent", "001"},
      {"nobody", "", nullptr, 401, "missing_credential", "000"},
      {"forged person", assertion(forged), nullptr, 401, "invalid_token", "100"},
      {"expired person", assertion(access->forge(forgery::expired)), nullptr, 401, "invalid_token", "100"},
      {"unsigned person", assertion(access->forge(forgery::alg_none)), nullptr, 401, "invalid_token", "100"},
      {"unknown program", bearer(std::string(40, 'x')), nullptr, 401, "invalid_token", "010"},
      {"short program", bearer("short"), nullptr, 401, "invalid_token", "010"},
      {"unlisted machine", "", &other, 403, "certificate_refused", "001"},
      // a credential in the field of another policy is none of that policy's
      {"person as program", bearer(alice), nullptr, 401, "unknown_credential", "000"},
      {"program as person", assertion(ci_token), nullptr, 401, "invalid_token", "100"},
      {"token of access_oauth", bearer("mcpawl_at_" + std::string(90, 'a')), nullptr, 401,
       "unknown_credential", "000"},
      {"other scheme", "Authorization: Basic YTpi\r\n", nullptr, 401, "unknown_credential", "000"},
      {"twice", bearer(ci_token) + bearer(report_token), nullptr, 400, "invalid_request", "010"},
      // of two credentials the policy that comes first decides
      {"person and program", bearer(ci_token) + assertion(alice), nullptr, 200, "person alice", "100"},
      {"forged person and program", bearer(ci_token) + assertion(forged), nullptr, 401, "invalid_token",
       "100"},
      {"program and machine", bearer(ci_token), &agent, 200, "program ci", "010"},
      {"unknown program and machine", bearer(std::string(40, 'x')), &agent, 401, "invalid_token", "010"},
      {"other scheme and machine", "Authorization: Basic YTpi\r\n", &agent, 200, "machine CN=agent", "001"},
  };
  for (auto const& [name, fields, certificate, status, words, times] : rows) {
    std::string const got = call(server.port(), fields, certificate);
    BOOST_TEST(got.starts_with("HTTP/1.1 " + std::to_string(status)), name << ": " << got);
    BOOST_TEST(has(got, words), name << ": " << got);
    BOOST_TEST(asked_so_far() == times, name);
  }
  // without a credential the client hears of every way in, first of that where people log in
  std::string const nothing = call(server.port(), "");
  BOOST_TEST(has(nothing,
                 "\r\nWWW-Authenticate: Bearer resource_metadata=\"https://mcp.example.com/metadata\""
                 "\r\nWWW-Authenticate: Bearer\r\n"),
             nothing);
  BOOST_TEST(!has(server.log.text(), ci_token));
}

BOOST_AUTO_TEST_CASE(scopes_and_allow_know_the_kinds_of_callers_apart) {
  support::running server(*srv, options());
  std::string const alice = access->sign(access->user("alice@example.com"));
  BOOST_TEST(has(call(server.port(), bearer(ci_token), nullptr, "draw"), "a picture"));
  std::string const without = call(server.port(), bearer(report_token), nullptr, "draw");
  BOOST_TEST(without.starts_with("HTTP/1.1 403"), without);
  BOOST_TEST(has(without, "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"draw\""), without);
  std::string const machine = call(server.port(), "", &agent, "draw");
  BOOST_TEST(machine.starts_with("HTTP/1.1 403"), machine);
  BOOST_TEST(!has(machine, "WWW-Authenticate"), machine);
  BOOST_TEST(has(call(server.port(), assertion(alice), nullptr, "hidden"), "people"));
  BOOST_TEST(!has(call(server.port(), bearer(ci_token), nullptr, "hidden"), "people"));
}

BOOST_AUTO_TEST_CASE(a_token_that_is_taken_off_the_list_is_refused_from_then_on) {
  support::running server(*srv, options());
  BOOST_TEST(has(call(server.port(), bearer(report_token)), "program report"));
  write_tokens(entry("ci", ci_token));
  BOOST_TEST(srv->auth().reload().empty());
  BOOST_TEST(call(server.port(), bearer(report_token)).starts_with("HTTP/1.1 401"));
  BOOST_TEST(has(call(server.port(), bearer(ci_token)), "program ci"));
  write_tokens("broken");
  BOOST_TEST(srv->auth().reload().size() == 1U);
  BOOST_TEST(has(call(server.port(), bearer(ci_token)), "program ci"));
}

BOOST_AUTO_TEST_CASE(
    a_server_that_asks_nobody_for_certificates_does_not_start_with_a_policy_that_needs_some) {
  BOOST_CHECK_EXCEPTION(mcpawl::http_server<mcpawl::server<policies>>(*srv, {.port = 0}),
                        mcpawl::configuration_error, [](mcpawl::configuration_error const& e) {
                          return has(e.what(), "set tls.client_authorities of a listener");
                        });
  // one listener for certificates is enough
  mcpawl::http_options two;
  mcpawl::http_options const with = options();
  two.listeners = {{.address = "127.0.0.1", .port = 0, .tls = with.tls}, {.address = "127.0.0.1", .port = 0}};
  support::running server(*srv, two);
  BOOST_TEST(has(call(server.port(), "", &agent), "machine CN=agent"));
}

BOOST_AUTO_TEST_SUITE_END()
