// tests/unit/test/fake_issuer.cpp - the fake issuer makes what real ones make
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/test/fake_issuer.hpp>

#include <mcpawl/keys/discovery.hpp>
#include <mcpawl/test/loopback_client.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

namespace fake_issuer_types {

struct staff {
  std::string department;
};

}  // namespace fake_issuer_types

namespace test_fake_issuer {
namespace {

using namespace mcpawl;
using fake_issuer_types::staff;

struct fixture {
  test::manual_clock clock;
  test::fake_issuer issuer{"api", clock};

  test::http_reply get(std::string const& path) {
    auto const port = std::stoul(issuer.name().substr(issuer.name().rfind(':') + 1));
    test::loopback_client client(static_cast<std::uint16_t>(port));
    return client.request("GET", path);
  }
};

}  // namespace

}  // namespace test_fake_issuer

BOOST_FIXTURE_TEST_SUITE(test_fake_issuer, fixture)

BOOST_AUTO_TEST_CASE(both_documents_lead_to_the_keys) {
  for (auto const* path : {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    auto const found = oauth::read_jwks_uri(get(path).body, issuer.name());
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->target() == "/jwks");
  }
  BOOST_TEST(get("/jwks").body == issuer.key_set());
  BOOST_TEST(issuer.fetches() == 1);
  BOOST_TEST(get("/elsewhere/else").status == 404);
  issuer.metadata(std::nullopt);
  BOOST_TEST(get("/.well-known/openid-configuration").status == 404);
}

BOOST_AUTO_TEST_CASE(a_key_is_withdrawn_at_the_second_rotation) {
  std::string const first = issuer.current_key().kid();
  issuer.rotate();
  BOOST_TEST(issuer.current_key().kid() != first);
  BOOST_TEST(issuer.key_set().find(first) != std::string::npos);
  issuer.rotate();
  BOOST_TEST(issuer.key_set().find(first) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_identity_is_made_by_the_policy) {
  auto const who = issuer.identity<staff>(issuer.token("alice", "a b").claim("department", "sales"));
  BOOST_TEST(who->subject == "alice");
  BOOST_TEST(who->claims.department == "sales");
  BOOST_TEST(who->has_scope("b"));
  BOOST_TEST(issuer.identity(issuer.token("bob"))->subject == "bob");
  BOOST_CHECK_THROW(issuer.identity<staff>(issuer.token("alice")), boost::system::system_error);
  BOOST_CHECK_THROW(issuer.identity(issuer.token("alice").claim("aud", "other")),
                    boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
