// tests/unit/oauth/client/client_registry.cpp - clients that registered, over every store
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_document.hpp>
#include <mcpawl/oauth/client/client_registry.hpp>

#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(oauth_client_registry)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

client_metadata metadata(std::string const& method) {
  return parse_registration(
             R"({"redirect_uris":["https://client.example/cb","app:/cb"],"client_name":"A client",)"
             R"("scope":"a b","contacts":["x"],"token_endpoint_auth_method":")" +
                 method + "\"}",
             {{"app"}})
      .value();
}

template <class Backend>
struct world {
  Backend backend;
  client_registry registry{backend.store(), {{"app"}}, 1000, backend.clock, 100};
  registered_client add(std::string const& method) { return await(registry.add(metadata(method))).value(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_registered_client_is_found_as_it_was, Backend, backends) {
  world<Backend> w;
  auto const added = w.add("client_secret_post");
  auto const found = await(w.registry.find(added.record.id)).value();
  BOOST_TEST(found.id == added.record.id);
  BOOST_TEST(found.issued == w.backend.clock.wall());
  BOOST_TEST(found.bytes() == added.record.bytes());
  BOOST_TEST(found.metadata.client_name == "A client");
  BOOST_TEST(found.metadata.redirect_uris.size() == 2u);
  BOOST_TEST((found.metadata.auth == client_auth::post));
  BOOST_TEST(added.record.id != w.add("none").record.id);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_secret_is_known_and_not_kept, Backend, backends) {
  world<Backend> w;
  auto const added = w.add("client_secret_basic");
  BOOST_TEST(added.client_secret.reveal().size() == 44u);
  auto const found = await(w.registry.find(added.record.id)).value();
  BOOST_TEST(found.knows(added.client_secret));
  BOOST_TEST(!found.knows(secret{}));
  BOOST_TEST(!found.knows(secret{"x"}));
  auto const page = await(w.backend.store().scan("client/", "", 10)).value();
  BOOST_TEST_REQUIRE(page.items.size() == 1u);
  BOOST_TEST(page.items[0].entry.value.find(added.client_secret.reveal()) == std::string::npos);
  auto const open = w.add("none");
  BOOST_TEST(open.client_secret.empty());
  BOOST_TEST(!open.record.knows(secret{}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_registration_lives_by_the_tokens_of_its_client, Backend, backends) {
  world<Backend> w;
  auto const used = w.add("none").record.id, unused = w.add("none").record.id;
  auto const start = w.backend.clock.wall();
  auto const known = [&w](std::string const& id) { return await(w.registry.find(id)).has_value(); };
  w.backend.clock.jump(start + 99);
  BOOST_TEST(known(unused));  // which is no use of it
  BOOST_TEST(await(w.registry.prolong(used)).value() == 1u);
  w.backend.clock.jump(start + 100);
  BOOST_TEST(!known(unused));
  BOOST_TEST(known(used));
  BOOST_TEST(await(w.registry.prolong(used)).value() == 0u);  // first half: nothing is written
  w.backend.clock.jump(start + 1098);
  BOOST_TEST(await(w.registry.prolong(used)).value() == 1u);
  w.backend.clock.jump(start + 2097);
  BOOST_TEST(known(used));
  w.backend.clock.jump(start + 2098);
  BOOST_TEST(!known(used));
  for (std::string const& none : {unused, std::string("x"), std::string("https://client.example/id")})
    BOOST_TEST(await(w.registry.prolong(none)).value() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_no_id_of_ours_is_unknown, Backend, backends) {
  world<Backend> w;
  auto const id = w.add("none").record.id;
  for (std::string const& other :
       {std::string{}, std::string("x"), id + "A", id.substr(1), std::string(24, '/'), std::string(24, '\0'),
        std::string(100'000, 'a'), "../" + id.substr(3), std::string("https://client.example/id")}) {
    BOOST_TEST((await(w.registry.find(other)).error() == oauth::oauth_errc::unknown_client));
  }
  BOOST_TEST(await(w.registry.remove(id)).value() == 1u);
  BOOST_TEST(await(w.registry.remove(id)).value() == 0u);
  BOOST_TEST(await(w.registry.remove("x")).value() == 0u);
  BOOST_TEST((await(w.registry.find(id)).error() == oauth::oauth_errc::unknown_client));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_scheme_that_is_no_longer_allowed_is_gone, Backend, backends) {
  world<Backend> w;
  auto const id = w.add("none").record.id;
  client_registry stricter{w.backend.store(), {}, 1000, w.backend.clock};
  auto const found = await(stricter.find(id)).value();
  BOOST_TEST_REQUIRE(found.metadata.redirect_uris.size() == 1u);
  BOOST_TEST(found.metadata.redirect_uris[0].text() == "https://client.example/cb");
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_registration) {
  world<memory_backend> w;
  auto const added = w.add("client_secret_basic");
  auto const json = boost::json::parse(added.record.registration_json(added.client_secret)).as_object();
  BOOST_TEST(json.at("client_id").as_string() == added.record.id);
  BOOST_TEST((json.at("client_secret").as_string() == added.client_secret.reveal()));
  BOOST_TEST(json.at("client_secret_expires_at").as_int64() == 0);
  BOOST_TEST(json.at("client_id_issued_at").as_int64() == w.backend.clock.wall());
  BOOST_TEST(json.at("redirect_uris").as_array().size() == 2u);
  auto const open = w.add("none");
  auto const without = boost::json::parse(open.record.registration_json(open.client_secret)).as_object();
  BOOST_TEST(!without.contains("client_secret"));
  BOOST_TEST(!without.contains("client_secret_expires_at"));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_an_error) {
  world<memory_backend> w;
  std::string const good = w.add("client_secret_basic").record.bytes();
  BOOST_TEST(client::parse(good).has_value());
  for (std::size_t size = 0; size != good.size(); ++size) {
    BOOST_TEST_REQUIRE((client::parse(good.substr(0, size)).error() == oauth::oauth_errc::damaged_record));
  }
  BOOST_TEST(!client::parse(good + "x"));
  for (std::size_t at = 0; at != good.size(); ++at) {
    std::string altered = good;
    altered[at] = static_cast<char>(altered[at] ^ 0x81);
    (void)client::parse(altered);
  }
}

BOOST_AUTO_TEST_SUITE_END()
