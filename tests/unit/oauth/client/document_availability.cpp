// tests/unit/oauth/client/document_availability.cpp - when clients' documents are not to be advertised
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/document_availability.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_document_availability)

using namespace mcpawl;
using namespace std::chrono_literals;
using oauth::document_availability;

namespace {

struct world {
  test::manual_clock clock;
  document_availability documents{clock};

  /** For how long nothing is available from now on. */
  std::chrono::seconds pause() {
    auto const began = clock.steady();
    while (!documents.available()) clock.advance(60s);
    return std::chrono::duration_cast<std::chrono::seconds>(clock.steady() - began);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_failure_begins_a_pause_that_ends_by_itself) {
  world w;
  BOOST_TEST(w.documents.available());
  BOOST_TEST((w.documents.failed("a") == document_availability::first_pause));
  BOOST_TEST(!w.documents.available());
  w.clock.advance(document_availability::first_pause - 1s);
  BOOST_TEST(!w.documents.available());
  w.clock.advance(1s);
  BOOST_TEST(w.documents.available());
}

BOOST_AUTO_TEST_CASE(the_answer_of_the_host_ends_it_and_no_other) {
  world w;
  (void)w.documents.failed("a");
  BOOST_TEST(!w.documents.reached("b"));
  BOOST_TEST(!w.documents.available());
  BOOST_TEST(w.documents.reached("a"));
  BOOST_TEST(w.documents.available());
  BOOST_TEST(!w.documents.reached("a"));
}

BOOST_AUTO_TEST_CASE(all_hosts_that_failed_must_answer) {
  world w;
  BOOST_TEST(w.documents.failed("a").has_value());
  BOOST_TEST(!w.documents.failed("b").has_value());  // nothing new: it goes on
  BOOST_TEST(!w.documents.reached("a"));
  BOOST_TEST(!w.documents.available());
  BOOST_TEST(w.documents.reached("b"));
}

BOOST_AUTO_TEST_CASE(a_host_that_fails_again_and_again_pauses_longer_and_longer_up_to_a_limit) {
  world w;
  for (auto const expected : {10min, 20min, 40min, 80min, 160min, 320min, 360min, 360min}) {
    (void)w.documents.failed("a");
    BOOST_TEST(w.pause() == std::chrono::seconds(expected));
  }
  w.clock.advance(document_availability::max_pause);  // by then nobody remembers
  (void)w.documents.failed("a");
  BOOST_TEST(w.pause() == document_availability::first_pause);
  (void)w.documents.failed("a");
  (void)w.documents.reached("a");
  (void)w.documents.failed("a");
  BOOST_TEST(w.pause() == document_availability::first_pause);
}

BOOST_AUTO_TEST_CASE(who_fails_at_the_end_of_a_pause_has_time_for_another_attempt) {
  world w;
  (void)w.documents.failed("a");
  w.clock.advance(document_availability::first_pause - 1s);
  (void)w.documents.failed("a");
  w.clock.advance(60s);
  BOOST_TEST(!w.documents.available());
}

BOOST_AUTO_TEST_CASE(attack_many_hosts_take_no_room_and_end_no_pause) {
  world w;
  (void)w.documents.failed("first");
  for (int i = 0; i != 1000; ++i) (void)w.documents.failed("host" + std::to_string(i));
  BOOST_TEST(!w.documents.available());
  BOOST_TEST(w.pause() == document_availability::first_pause);
  (void)w.documents.failed("host999");
  BOOST_TEST(w.pause() == 2 * document_availability::first_pause);
}

BOOST_AUTO_TEST_CASE(many_threads_may_use_it) {
  world w;
  std::atomic<int> seen{0};
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&w, &seen, i] {
      for (int k = 0; k != 1000; ++k) {
        std::string const host = "host" + std::to_string((i + k) % 100);
        (void)w.documents.failed(host);
        seen += w.documents.available() ? 1 : 0;
        (void)w.documents.reached(host);
      }
    });
  }
  for (auto& each : threads) each.join();
  BOOST_TEST(w.pause() <= document_availability::max_pause);
}

BOOST_AUTO_TEST_SUITE_END()
