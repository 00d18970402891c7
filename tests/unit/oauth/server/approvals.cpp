// tests/unit/oauth/server/approvals.cpp - what was approved is remembered for exactly that, over every store
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/approvals.hpp>

#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_approvals)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

template <class Backend>
struct world {
  Backend backend;
  approvals kept{backend.store(), 1000, backend.clock};

  static approval usual() {
    return {"browser-id",
            "ada@example.com",
            "client-1",
            "https://client.example/cb",
            {"notes:read", "notes:write"}};
  }
  bool approved(approval const& what) { return await(kept.approved(what)).value(); }
  void remember(approval const& what) { BOOST_TEST(await(kept.remember(what)).value()); }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_approved_need_not_be_asked_again, Backend, backends) {
  world<Backend> w;
  BOOST_TEST(!w.approved(w.usual()));
  w.remember(w.usual());
  BOOST_TEST(w.approved(w.usual()));
  auto fewer = w.usual();
  fewer.scopes = {"notes:read"};
  BOOST_TEST(w.approved(fewer));
  fewer.scopes = {};
  BOOST_TEST(w.approved(fewer));
  BOOST_TEST(await(w.kept.approved("browser-id", "ada@example.com", "client-1", "https://client.example/cb",
                                   {"notes:write"}))
                 .value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(attack_anything_else_is_asked_again, Backend, backends) {
  world<Backend> w;
  w.remember(w.usual());
  auto other = w.usual();
  other.scopes = {"notes:read", "notes:write", "admin"};
  BOOST_TEST(!w.approved(other));
  other = w.usual();
  other.scopes = {"admin"};
  BOOST_TEST(!w.approved(other));
  for (std::string const place : {"https://client.example/other", "https://client.example/cb?x=1",
                                  "https://evil.example/cb", "http://127.0.0.1:1/cb", ""}) {
    other = w.usual();
    other.redirect_uri = place;
    BOOST_TEST(!w.approved(other), place);
  }
  other = w.usual();
  other.client_id = "client-2";
  BOOST_TEST(!w.approved(other));
  other = w.usual();
  other.person = "bob@example.com";
  BOOST_TEST(!w.approved(other));
  other = w.usual();
  other.browser = "another";
  BOOST_TEST(!w.approved(other));
  // the same characters, cut elsewhere
  other = w.usual();
  other.browser = "browser-idh";
  other.redirect_uri = "ttps://client.example/cb";
  BOOST_TEST(!w.approved(other));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nobody_in_particular_approves_nothing, Backend, backends) {
  world<Backend> w;
  for (bool const browser : {true, false}) {
    auto nobody = w.usual();
    (browser ? nobody.browser : nobody.person).clear();
    BOOST_TEST(!await(w.kept.remember(nobody)).value());
    BOOST_TEST(!w.approved(nobody));
  }
  BOOST_TEST(await(w.backend.store().scan("", "", 10)).value().items.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_approval_ends, Backend, backends) {
  world<Backend> w;
  w.remember(w.usual());
  auto const start = w.backend.clock.wall();
  w.backend.clock.jump(start + 999);
  BOOST_TEST(w.approved(w.usual()));  // and is not prolonged by being used
  w.backend.clock.jump(start + 1000);
  BOOST_TEST(!w.approved(w.usual()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_latest_approval_counts, Backend, backends) {
  world<Backend> w;
  w.remember(w.usual());
  auto narrow = w.usual();
  narrow.scopes = {"notes:read"};
  w.remember(narrow);
  BOOST_TEST(w.approved(narrow));
  BOOST_TEST(!w.approved(w.usual()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(approvals_can_be_forgotten, Backend, backends) {
  world<Backend> w;
  auto second_browser = w.usual(), second_client = w.usual(), second_person = w.usual();
  second_browser.browser = "browser-2";
  second_client.client_id = "client-2";
  second_person.person = "bob@example.com";
  for (auto const& each : {w.usual(), second_browser, second_client, second_person}) w.remember(each);

  BOOST_TEST(await(w.kept.forget("ada@example.com", "client-1")).value() == 2u);
  BOOST_TEST(!w.approved(w.usual()));
  BOOST_TEST(!w.approved(second_browser));
  BOOST_TEST(w.approved(second_client));
  BOOST_TEST(w.approved(second_person));

  w.remember(w.usual());
  BOOST_TEST(await(w.kept.forget("ada@example.com")).value() == 2u);
  BOOST_TEST(!w.approved(w.usual()));
  BOOST_TEST(!w.approved(second_client));
  BOOST_TEST(w.approved(second_person));
  BOOST_TEST(await(w.kept.forget("ada@example.com")).value() == 0u);
  BOOST_TEST(await(w.kept.forget("")).value() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_is_kept_in_clear, Backend, backends) {
  world<Backend> w;
  w.remember(w.usual());
  auto const page = await(w.backend.store().scan("", "", 10)).value();
  BOOST_TEST_REQUIRE(page.items.size() == 1u);
  std::string const all = page.items[0].key + page.items[0].entry.value;
  for (std::string const part : {"ada", "client", "notes", "read", "browser-id", "https"})
    BOOST_TEST(all.find(part) == std::string::npos, part);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_damaged_record_counts_as_absent, Backend, backends) {
  world<Backend> w;
  w.remember(w.usual());
  auto const item = await(w.backend.store().scan("approval/", "", 10)).value().items.at(0);
  std::string const good = item.entry.value;
  for (std::string const& bad : {std::string{}, std::string("x"), good.substr(0, good.size() - 1), good + "x",
                                 std::string(1, good[0]) + std::string(8, '\xff')}) {
    BOOST_TEST(await(w.backend.store().put(store_write(item.key, bad))).has_value());
    BOOST_TEST(!w.approved(w.usual()));
  }
}

BOOST_AUTO_TEST_CASE(many_approvals_are_forgotten_page_by_page) {
  world<memory_backend> w;
  for (std::size_t i = 0; i != max_store_page + 5; ++i) {
    auto each = w.usual();
    each.client_id = std::to_string(i);
    BOOST_TEST_REQUIRE(await(w.kept.remember(each)).value());
  }
  BOOST_TEST(await(w.kept.forget("ada@example.com")).value() == max_store_page + 5);
}

BOOST_AUTO_TEST_CASE(only_an_answer_that_nobody_else_can_receive_is_rememberable) {
  BOOST_TEST(is_rememberable(redirect_uri::parse("https://client.example/cb").value()));
  BOOST_TEST(!is_rememberable(redirect_uri::parse("http://127.0.0.1/cb").value()));
  BOOST_TEST(!is_rememberable(redirect_uri::parse("http://localhost:1/cb").value()));
  BOOST_TEST(!is_rememberable(redirect_uri::parse("app.example:/cb", {{"app.example"}}).value()));
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_says_so) {
  memory_store full(0);
  approvals kept(full);
  auto const what = world<memory_backend>::usual();
  BOOST_TEST((await(kept.remember(what)).error() == store_errc::full));
}

BOOST_AUTO_TEST_SUITE_END()
