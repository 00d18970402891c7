// tests/abuse/names.cpp - host names that strangers choose hang, and nobody else waits for them
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"

#include <mcpawl/http/name_resolver.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_names)

using namespace std::chrono_literals;
using mcpawl::http::name_resolver;
using support::saas;

namespace {

constexpr std::size_t max_lookups = 3;
constexpr auto deadline = 3s;

/** A name server that takes questions and answers none until the test is over. */
struct silence {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  std::size_t asked = 0;

  static std::shared_ptr<silence> current(std::shared_ptr<silence> next = nullptr) {
    static std::shared_ptr<silence> now;
    if (next) now = std::move(next);
    return now;
  }
  std::size_t count() {
    std::lock_guard const lock(mutex);
    return asked;
  }
};

void with_names_that_hang(mcpawl::access_oauth_options& options) {
  auto lookup = [s = silence::current()](std::string const&) {
    std::unique_lock lock(s->mutex);
    ++s->asked;
    s->changed.wait(lock, [&s] { return s->over; });
    return name_resolver::address_list();
  };
  options.client_fetch_timeout = deadline;
  options.max_client_lookups = max_lookups;
  options.client_names =
      std::make_shared<name_resolver const>(name_resolver::strangers_limits(max_lookups), std::move(lookup));
}

struct hung_names {
  hung_names() { silence::current(std::make_shared<silence>()); }
  ~hung_names() {
    auto const s = silence::current();
    std::lock_guard const lock(s->mutex);
    s->over = true;
    s->changed.notify_all();
  }
};

std::string path_of(std::string const& url) { return url.substr(std::string(saas::origin).size()); }

/** What a client whose document nobody can fetch is told. */
std::string page_of(std::size_t stranger) {
  return path_of(saas::authorize_url("https://slow" + std::to_string(stranger) + ".example/client"));
}

}  // namespace

// Three such requests held a refresh for 10 seconds and a login for 4.7: all names were looked up on one
// thread, and nothing could end a lookup. Costs the 3 seconds after which strangers are told to come back.
BOOST_AUTO_TEST_CASE(names_that_strangers_choose_hold_up_no_login_and_no_refresh) {
  hung_names const names;
  saas server(with_names_that_hang);
  auto const client = server.registered();
  auto const before = server.logged_in(client);

  std::atomic<std::size_t> answered{0};
  std::vector<std::thread> strangers;
  std::vector<int> statuses(max_lookups);
  std::vector<std::chrono::steady_clock::duration> took(max_lookups);
  for (std::size_t i = 0; i != max_lookups; ++i) {
    strangers.emplace_back([&, i] {
      auto const begin = std::chrono::steady_clock::now();
      statuses[i] = server.ask("GET", page_of(i)).status;
      took[i] = std::chrono::steady_clock::now() - begin;
      ++answered;
    });
  }
  while (silence::current()->count() != max_lookups && answered == 0) std::this_thread::sleep_for(1ms);
  auto const begin = std::chrono::steady_clock::now();

  BOOST_TEST(server.refresh(client, before.refresh).status == 200);
  BOOST_TEST(server.whoami(server.logged_in(client).access) == "alice@example.com through a client");
  auto const one_more = server.ask("GET", page_of(max_lookups));
  BOOST_TEST(one_more.status == 503);
  BOOST_TEST(silence::current()->count() == max_lookups);
  boost::asio::io_context io(1);
  auto own = boost::asio::co_spawn(
      io,
      name_resolver::of_operators()->resolve("localhost", 443, std::chrono::steady_clock::now() + deadline),
      boost::asio::use_future);
  io.run();
  BOOST_TEST(own.get().has_value());

  auto const cost =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  BOOST_TEST(answered == 0u, "a refresh, a login and two look-ups took " << cost.count() << " ms");
  for (auto& each : strangers) each.join();
  for (std::size_t i = 0; i != max_lookups; ++i) {
    BOOST_TEST(statuses[i] == 503);
    BOOST_TEST((took[i] >= deadline - 100ms));
    BOOST_TEST((took[i] < deadline + 2s));
  }
  BOOST_TEST_MESSAGE("beside " << max_lookups << " names that hang, a refresh, a login and a refusal took "
                               << cost.count() << " ms");
  BOOST_TEST(server.post_form("/revoke", {{"token", before.refresh}, {"client_id", client}}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
