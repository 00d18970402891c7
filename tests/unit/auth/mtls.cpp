// tests/unit/auth/mtls.cpp - whom a policy of certificates lets in
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/mtls.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(auth_mtls)

namespace {

using namespace mcpawl;

http::client_certificate shown() {
  http::client_certificate made;
  made.subject = "CN=agent,O=Example";
  made.issuer = "CN=authority";
  made.names = {"DNS:Agent.example", "URI:spiffe://example/Agent"};
  made.public_key_sha256 = std::string(64, 'a');
  made.certificate_sha256 = std::string(64, 'b');
  made.not_after = 2'000'000'000;
  return made;
}

test::manual_clock const now(1'900'000'000);

/** "in", or the code of the denial. */
std::string verdict(mtls_options options,
                    std::optional<http::client_certificate> const& certificate = shown()) {
  options.time = &now;
  mtls const policy(std::move(options));
  auto head = http::request_head::make("POST", "/mcp");
  if (certificate) head.set_client_certificate(&*certificate);
  auto const decided = policy.authenticate(head);
  return decided ? "in" : std::string(decided.error().code);
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_list_every_verified_certificate_is_good_and_without_one_nobody_comes_in) {
  BOOST_TEST(verdict({}) == "in");
  BOOST_TEST(verdict({}, std::nullopt) == "missing_certificate");
}

BOOST_AUTO_TEST_CASE(one_list_that_names_the_certificate_is_enough) {
  BOOST_TEST(verdict({.subjects = {"CN=agent,O=Example"}}) == "in");
  BOOST_TEST(verdict({.subjects = {"CN=other"}, .names = {"DNS:agent.EXAMPLE"}}) == "in");
  BOOST_TEST(verdict({.names = {"URI:spiffe://example/Agent"}}) == "in");
  BOOST_TEST(verdict({.fingerprints = {std::string(64, 'A')}}) == "in");
  BOOST_TEST(verdict({.fingerprints = {std::string(64, 'b')}}) == "in");
  std::string colons;
  for (int i = 0; i != 32; ++i) colons += i == 0 ? "AA" : ":AA";
  BOOST_TEST(verdict({.fingerprints = {colons}}) == "in");
}

BOOST_AUTO_TEST_CASE(what_is_only_similar_is_refused) {
  for (auto const* subject :
       {"CN=agent", "CN=agent,O=Example,C=DE", "cn=agent,O=Example", "O=Example,CN=agent"})
    BOOST_TEST(verdict({.subjects = {subject}}) == "certificate_refused", subject);
  for (auto const* name : {"DNS:agent.example.", "DNS:*.example", "URI:spiffe://example/agent",
                           "URI:Agent.example", "DNS:example"})
    BOOST_TEST(verdict({.names = {name}}) == "certificate_refused", name);
  BOOST_TEST(verdict({.fingerprints = {std::string(64, 'c')}}) == "certificate_refused");
}

BOOST_AUTO_TEST_CASE(a_certificate_that_expires_on_an_open_connection_is_refused) {
  auto old = shown();
  old.not_after = now.wall();
  BOOST_TEST(verdict({}, old) == "in");
  --old.not_after;
  BOOST_TEST(verdict({}, old) == "certificate_expired");
}

BOOST_AUTO_TEST_CASE(the_principal_is_the_key_and_the_identity_is_the_certificate) {
  mtls const policy(mtls_options{.time = &now});
  auto const certificate = shown();
  auto head = http::request_head::make("POST", "/mcp");
  head.set_client_certificate(&certificate);
  auto const who = policy.authenticate(head).value();
  BOOST_TEST(policy.principal(who) == std::string(64, 'a'));
  BOOST_TEST(who->subject == "CN=agent,O=Example");
  BOOST_TEST(who->names.size() == 2U);
  BOOST_TEST(needs_client_certificates(policy));
}

BOOST_AUTO_TEST_CASE(everything_wrong_in_the_options_is_listed) {
  mtls_options bad;
  bad.subjects = {"agent", ""};
  bad.names = {"agent.example", "DNS:", "dns:a"};
  bad.fingerprints = {"", std::string(63, 'a'), std::string(64, 'g')};
  BOOST_TEST(bad.validate().size() == 8U);
  BOOST_CHECK_THROW(mtls{bad}, configuration_error);
}

BOOST_AUTO_TEST_CASE(the_environment_may_name_lists) {
  std::map<std::string, std::string> values;
  auto const read = [](settings& from) { return mtls_options::from(from); };
  auto const source = [&values](std::string const& name) {
    auto const found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  settings none(source);
  BOOST_TEST(read(none).names.empty());
  BOOST_CHECK_NO_THROW(none.throw_if_invalid());
  values = {{"MTLS_NAMES", "DNS:a.example, DNS:b.example"}, {"MTLS_FINGERPRINTS", std::string(64, 'a')}};
  settings both(source);
  BOOST_TEST(read(both).names.size() == 2U);
  BOOST_CHECK_NO_THROW(both.throw_if_invalid());
  values = {{"MTLS_FINGERPRINTS", "abc"}};
  settings bad(source);
  read(bad);
  BOOST_CHECK_THROW(bad.throw_if_invalid(), configuration_error);
}

BOOST_AUTO_TEST_SUITE_END()
