// tests/unit/http/name_resolver.cpp - names that hang hold up nobody but those who asked for them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/name_resolver.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_name_resolver)

using namespace mcpawl;
using namespace std::chrono_literals;
using http::http_errc;
using http::name_resolver;
using http::name_resolver_limits;

namespace {

/** Names that answer, fail, or hang until they are let go. */
class names {
public:
  ~names() { let_go(); }

  name_resolver::lookup lookup() {
    return [s = state_](std::string const& host) {
      std::unique_lock lock(s->mutex);
      ++s->calls;
      if (host.starts_with("hangs")) s->changed.wait(lock, [&s] { return s->free; });
      if (host.starts_with("throws")) throw 1;
      name_resolver::address_list found;
      if (!host.starts_with("fails") && !s->down) found.push_back(boost::asio::ip::make_address("127.0.0.1"));
      return found;
    };
  }
  void let_go() {
    std::lock_guard const lock(state_->mutex);
    state_->free = true;
    state_->changed.notify_all();
  }
  void down(bool is) {
    std::lock_guard const lock(state_->mutex);
    state_->down = is;
  }
  int calls() const {
    std::lock_guard const lock(state_->mutex);
    return state_->calls;
  }

private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    bool free = false, down = false;
    int calls = 0;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

struct outcome {
  std::optional<result<name_resolver::endpoint_list>> got;
  std::chrono::milliseconds took{0};

  bool good() const { return got && got->has_value(); }
  bool failed_with(http_errc e) const {
    return got && got->has_error() && got->error() == make_error_code(e);
  }
};

task<> ask(name_resolver const& by, std::string host, std::chrono::milliseconds patience, outcome& out) {
  auto const begin = std::chrono::steady_clock::now();
  out.got = co_await by.resolve(std::move(host), 443, begin + patience);
  out.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

/** All at once, on one thread. */
std::vector<outcome> asked_at_once(name_resolver const& by, std::vector<std::string> const& hosts,
                                   std::chrono::milliseconds patience = 5s) {
  boost::asio::io_context io(1);
  std::vector<outcome> out(hosts.size());
  for (std::size_t i = 0; i != hosts.size(); ++i)
    boost::asio::co_spawn(io, ask(by, hosts[i], patience, out[i]), boost::asio::detached);
  io.run();
  return out;
}
outcome asked(name_resolver const& by, std::string const& host, std::chrono::milliseconds patience = 5s) {
  return asked_at_once(by, std::vector<std::string>(1, host), patience).front();
}

/** What a name that was asked for costs once it is known that it hangs: far less than its deadline. */
constexpr auto at_once = 1s;

}  // namespace

BOOST_AUTO_TEST_CASE(an_address_needs_no_lookup) {
  names n;
  name_resolver const r({}, n.lookup());
  for (std::string const text : {"127.0.0.1", "::1"}) {
    auto const got = asked(r, text);
    BOOST_TEST_REQUIRE(got.good());
    BOOST_TEST(got.got->value().at(0).address().to_string() == text);
    BOOST_TEST(got.got->value().at(0).port() == 443);
  }
  BOOST_TEST(n.calls() == 0);
}

BOOST_AUTO_TEST_CASE(the_system_knows_this_machine) {
  auto const got = asked(*name_resolver::of_operators(), "localhost");
  BOOST_TEST_REQUIRE(got.good());
  for (auto const& each : got.got->value()) BOOST_TEST(each.address().is_loopback());
}

BOOST_AUTO_TEST_CASE(a_name_without_addresses_is_an_error_also_if_its_lookup_throws) {
  names n;
  name_resolver const r({}, n.lookup());
  BOOST_TEST(asked(r, "fails.example").failed_with(http_errc::resolve_failed));
  BOOST_TEST(asked(r, "throws.example").failed_with(http_errc::resolve_failed));
  BOOST_TEST(asked(r, "fine.example").good());
}

// Asio looked all names of an io_context up on one thread: three that hung held all others up.
BOOST_AUTO_TEST_CASE(who_asks_for_a_name_that_hangs_gets_an_answer_at_the_deadline_and_others_at_once) {
  names n;
  name_resolver const r({}, n.lookup());
  auto const got =
      asked_at_once(r, {"hangs1.example", "hangs2.example", "hangs3.example", "fine.example"}, 200ms);
  for (std::size_t i = 0; i != 3; ++i) {
    BOOST_TEST(got[i].failed_with(http_errc::fetch_timed_out));
    BOOST_TEST((got[i].took >= 200ms));
  }
  BOOST_TEST(got[3].good());
  BOOST_TEST((got[3].took < 200ms));
}

BOOST_AUTO_TEST_CASE(at_most_max_lookups_hang_and_the_next_is_refused_at_once) {
  names n;
  name_resolver const r(name_resolver::strangers_limits(2), n.lookup());
  auto const full = asked_at_once(r, {"hangs1.example", "hangs2.example"}, 100ms);
  BOOST_TEST(full[1].failed_with(http_errc::fetch_timed_out));
  while (n.calls() != 2) std::this_thread::sleep_for(1ms);
  auto const more = asked(r, "fine.example");
  BOOST_TEST(more.failed_with(http_errc::resolver_busy));
  BOOST_TEST((more.took < at_once));
  // whoever asks for the same name waits for the same lookup
  BOOST_TEST(asked(r, "hangs1.example", 50ms).failed_with(http_errc::fetch_timed_out));
  BOOST_TEST(n.calls() == 2);
  n.let_go();
  for (int i = 0; i != 500 && !asked(r, "fine.example").good(); ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(asked(r, "fine.example").good());
}

BOOST_AUTO_TEST_CASE(at_most_max_waiting_names_wait_for_a_thread) {
  names n;
  name_resolver_limits limits;
  limits.max_lookups = 1;
  limits.max_waiting = 1;
  name_resolver const r(limits, n.lookup());
  auto const first = asked(r, "hangs.example", 50ms);
  BOOST_TEST(first.failed_with(http_errc::fetch_timed_out));
  while (n.calls() == 0) std::this_thread::sleep_for(1ms);
  auto const got = asked_at_once(r, {"one.example", "two.example"}, 100ms);
  BOOST_TEST(got[0].failed_with(http_errc::fetch_timed_out));
  BOOST_TEST(got[1].failed_with(http_errc::resolver_busy));
  // who waits until the thread is free gets a response, and who has gone costs no lookup
  std::thread later([&n] {
    std::this_thread::sleep_for(100ms);
    n.let_go();
  });
  int const before = n.calls();
  BOOST_TEST(asked(r, "one.example").good());
  later.join();
  BOOST_TEST(n.calls() == before + 1);
}

BOOST_AUTO_TEST_CASE(known_addresses_serve_on_while_the_name_fails_or_hangs) {
  names n;
  name_resolver_limits limits;
  limits.patience = 100ms;
  name_resolver const r(limits, n.lookup());
  BOOST_TEST(asked(r, "own.example").good());
  n.down(true);
  BOOST_TEST(asked(r, "own.example").good());
  BOOST_TEST(asked(r, "other.example").failed_with(http_errc::resolve_failed));
  n.down(false);

  // the same name answers first and hangs later
  auto hung = std::make_shared<std::atomic<bool>>(false);
  auto const slow = n.lookup();
  name_resolver const turning(
      limits, [hung, slow](std::string const& host) { return slow(*hung ? "hangs." + host : host); });
  BOOST_TEST(asked(turning, "own.example").good());
  *hung = true;
  auto const late = asked(turning, "own.example");
  BOOST_TEST(late.good());
  BOOST_TEST((late.took >= 100ms && late.took < at_once));
  auto const next = asked(turning, "own.example");
  BOOST_TEST(next.good());
  BOOST_TEST((next.took < 100ms));  // it is known by now that it hangs
}

BOOST_AUTO_TEST_CASE(at_most_max_remembered_hosts_are_remembered_the_oldest_are_forgotten) {
  names n;
  name_resolver_limits limits;
  limits.max_remembered = 2;
  name_resolver const r(limits, n.lookup());
  for (char const* host : {"a.example", "b.example", "a.example", "c.example"})
    BOOST_TEST(asked(r, host).good());
  n.down(true);
  BOOST_TEST(asked(r, "a.example").good());
  BOOST_TEST(asked(r, "b.example").failed_with(http_errc::resolve_failed));
  BOOST_TEST(asked(r, "c.example").good());
  name_resolver const none(name_resolver::strangers_limits(2), n.lookup());
  n.down(false);
  BOOST_TEST(asked(none, "a.example").good());
  n.down(true);
  BOOST_TEST(asked(none, "a.example").failed_with(http_errc::resolve_failed));
}

BOOST_AUTO_TEST_CASE(a_lookup_outlives_its_resolver_and_those_who_asked) {
  names n;
  for (int i = 0; i != 20; ++i) {
    auto r = std::make_unique<name_resolver const>(name_resolver_limits{}, n.lookup());
    outcome out;
    boost::asio::io_context io(1);
    boost::asio::co_spawn(io, ask(*r, "hangs.example", 5s, out), boost::asio::detached);
    io.poll();
    r.reset();
  }
  n.let_go();
}

BOOST_AUTO_TEST_SUITE_END()
