// tests/unit/oauth/server/flow_table.cpp - authorizations under way, over every store
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/flow_table.hpp>

#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_flow_table)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

flow some_flow() {
  authorization_request request{"client",
                                redirect_uri::parse("http://127.0.0.1:7/cb").value(),
                                true,
                                scope_set{"read", "write"},
                                std::string("the state\0\xff", 11),
                                "challenge",
                                "https://mcp.example.com/mcp"};
  flow made(std::move(request));
  made.client_name = "A client";
  made.refreshable = true;
  made.approved_by = "alice";
  made.nonce = "nonce";
  made.verifier = secret{std::string("the verifier")};
  return made;
}

template <class Backend>
struct world {
  Backend backend;
  flow_table flows{backend.store(), {}, backend.clock};
  flow_table others{backend.other(), {}, backend.clock};

  flow_handle begin() { return await(flows.begin(some_flow())).value(); }
};

error_code altered(result<flow> const& got) { return got ? error_code() : got.error(); }

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_kept_comes_back_once, Backend, backends) {
  world<Backend> w;
  auto const handle = w.begin();
  for (bool const takes : {false, true}) {
    auto const got = takes ? await(w.others.take(handle)) : await(w.others.look(handle));
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(got->bytes().reveal() == some_flow().bytes().reveal());
    BOOST_TEST(*got->request.state == std::string("the state\0\xff", 11));
    BOOST_TEST(got->verifier.reveal() == "the verifier");
  }
  BOOST_CHECK(altered(await(w.flows.take(handle))) == oauth_errc::flow_not_found);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_browser_neither_gets_nor_ends_it, Backend, backends) {
  world<Backend> w;
  auto const handle = w.begin();
  for (std::string const& browser : {std::string(), handle.handle, w.begin().browser, handle.browser + 'x'}) {
    flow_handle stolen = handle;
    stolen.browser = browser;
    BOOST_CHECK(altered(await(w.flows.take(stolen))) == oauth_errc::flow_of_another_browser);
  }
  BOOST_TEST(await(w.flows.take(handle)).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_is_approved_once_by_any_process, Backend, backends) {
  world<Backend> w;
  auto const until = w.backend.clock.wall() + 600;
  BOOST_TEST(await(w.flows.was_approved("page")).value() == 0u);
  BOOST_TEST(await(w.flows.approve_once("page", until)).value() == 1u);
  BOOST_TEST(await(w.others.approve_once("page", until)).value() == 0u);
  BOOST_TEST(await(w.others.was_approved("page")).value() == 1u);
  BOOST_TEST(await(w.flows.approve_once("another", until)).value() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(it_ends_by_itself, Backend, backends) {
  world<Backend> w;
  auto const handle = w.begin();
  w.backend.clock.jump(w.backend.clock.wall() + 599);
  BOOST_TEST(await(w.flows.look(handle)).has_value());
  w.backend.clock.jump(w.backend.clock.wall() + 1);
  BOOST_CHECK(altered(await(w.flows.look(handle))) == oauth_errc::flow_not_found);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_many_who_take_it_one_gets_it, Backend, backends) {
  world<Backend> w;
  auto const handle = w.begin();
  std::atomic<int> got{0};
  std::vector<std::thread> all;
  for (int i = 0; i != 8; ++i)
    all.emplace_back([&, i] {
      auto& flows = i % 2 == 0 ? w.flows : w.others;
      if (await(flows.take(handle))) ++got;
    });
  for (auto& each : all) each.join();
  BOOST_TEST(got == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_store_knows_neither_handle_nor_what_was_asked, Backend, backends) {
  world<Backend> w;
  auto const handle = w.begin();
  std::string stored;
  auto const page = await(w.backend.store().scan("", "", 1000)).value();
  for (auto const& item : page.items) stored += item.key + item.entry.value;
  for (std::string const& word :
       {handle.handle, handle.browser, std::string("client"), std::string("the state"),
        std::string("the verifier"), std::string("127.0.0.1")})
    BOOST_TEST(stored.find(word) == std::string::npos, word);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_handle_somebody_made_up_finds_nothing, Backend, backends) {
  world<Backend> w;
  auto const real = w.begin();
  for (std::string const& handle : {std::string(), std::string("x"), real.browser, real.handle + 'x',
                                    std::string(100'000, 'a'), std::string("a\0b", 3)})
    BOOST_CHECK(altered(await(w.flows.take({handle, real.browser}))) == oauth_errc::flow_not_found);
}

BOOST_AUTO_TEST_CASE(a_record_that_was_cut_or_altered_is_damaged) {
  secret const whole = some_flow().bytes();
  std::string const text(whole.reveal());
  for (std::size_t size = 0; size != text.size(); ++size)
    BOOST_CHECK(altered(flow::parse(std::string_view(text).substr(0, size), {})) ==
                oauth_errc::damaged_record);
  BOOST_CHECK(altered(flow::parse(text + '\0', {})) == oauth_errc::damaged_record);
  std::string other = text;
  other[0] = 9;
  BOOST_CHECK(altered(flow::parse(other, {})) == oauth_errc::damaged_record);
}

BOOST_AUTO_TEST_SUITE_END()
