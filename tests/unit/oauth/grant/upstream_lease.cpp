// tests/unit/oauth/grant/upstream_lease.cpp - one asks the upstream, and whoever dies meanwhile stops nobody
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/grant/process_incarnation.hpp>
#include <mcpawl/oauth/grant/upstream_lease.hpp>

#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(oauth_upstream_lease)

using namespace mcpawl;
using namespace mcpawl::oauth;
namespace od = mcpawl::oauth::detail;

namespace {

std::string name_of(long pid, std::string const& start) {
  return "random " + od::process_space() + ' ' + std::to_string(pid) + ' ' + start;
}

/** A process that waits to be killed. */
class sleeper {
public:
  sleeper() : pid_(::fork()) {
    if (pid_ == 0)
      for (;;) ::pause();
    start_ = od::start_of(pid_);
  }
  sleeper(sleeper const&) = delete;
  sleeper& operator=(sleeper const&) = delete;
  ~sleeper() {
    if (pid_ > 0) kill();
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::string name() const { return name_of(pid_, start_); }

private:
  ::pid_t pid_;
  std::string start_;
};

/** A store that writes and says that it does not know, as often as told. */
class unsure_store final : public kv_store {
public:
  explicit unsure_store(kv_store& to) : to_(to) {}
  int unsure = 0;

  task<result<std::optional<store_entry>>> get(std::string key) override { return to_.get(std::move(key)); }
  task<result<store_version>> put(store_write write) override { return to_.put(std::move(write)); }
  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    auto const done = co_await to_.compare_and_set(std::move(write), expected);
    if (unsure != 0) {
      --unsure;
      co_return store_errc::unconfirmed;
    }
    co_return done;
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability survives) override {
    return to_.take(std::move(key), survives);
  }
  task<result<std::size_t>> erase(std::string key, durability survives) override {
    return to_.erase(std::move(key), survives);
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    return to_.scan(std::move(prefix), std::move(after), limit);
  }
  task<result<std::size_t>> purge(std::size_t limit) override { return to_.purge(limit); }

private:
  kv_store& to_;
};

template <class Backend>
struct world {
  using store_type = typename Backend::store_type;
  Backend backend;
  upstream_leases one{backend.store(), backend.clock, "one"};
  upstream_leases two{backend.other(), backend.clock, "two"};

  bool takes(upstream_leases& who) { return await(who.take("upstream/x")).value().held(); }
  void pass(unix_seconds seconds) { backend.clock.jump(backend.clock.wall() + seconds); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_process_knows_itself_and_others_of_its_system) {
  BOOST_TEST(!od::has_ended(od::process_incarnation()));
  BOOST_TEST(!od::process_space().empty());
  sleeper other;
  std::string const name = other.name();
  BOOST_TEST(!od::has_ended(name));
  // another process has that number now
  BOOST_TEST(od::has_ended(name + '1'));
  other.kill();
  BOOST_TEST(od::has_ended(name));
}

BOOST_AUTO_TEST_CASE(one_that_was_killed_and_not_waited_for_has_ended) {
  ::pid_t const pid = ::fork();
  if (pid == 0)
    for (;;) ::pause();
  std::string const name = name_of(pid, od::start_of(pid));
  ::kill(pid, SIGKILL);
  ::siginfo_t info;
  ::waitid(P_PID, static_cast<::id_t>(pid), &info, WEXITED | WNOWAIT);
  BOOST_TEST(od::has_ended(name));
  ::waitpid(pid, nullptr, 0);
}

BOOST_AUTO_TEST_CASE(of_a_process_elsewhere_nothing_is_known) {
  for (std::string const name :
       {"", "x", "x y", "x boot/pid:[1] 1", "x boot/pid:[1] 999999999 1", "x boot/pid:[1] -1 1"})
    BOOST_TEST(!od::has_ended(name), name);
  std::string const here = od::process_space();
  for (std::string const rest : {"", " ", " 0 1", " -1 1", " 1x 1", " 99999999999999999999 1", " 999999999"})
    BOOST_TEST(!od::has_ended("x " + here + rest), rest);
}

BOOST_AUTO_TEST_CASE(the_fields_behind_the_name_of_a_program_are_found) {
  std::string const stat = "12 (a) b (c) S 1 2 3\n";
  BOOST_TEST(od::stat_field(stat, 0) == "S");
  BOOST_TEST(od::stat_field(stat, 3) == "3");
  BOOST_TEST(od::stat_field(stat, 4) == "");
  BOOST_TEST(od::stat_field("", 0) == "");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_that_nobody_renews_ends_by_itself, Backend, backends) {
  world<Backend> w;
  BOOST_TEST(w.takes(w.one));
  BOOST_TEST(!w.takes(w.two));
  BOOST_TEST(!w.takes(w.one));
  w.pass(w.one.lifetime - 1);
  BOOST_TEST(!w.takes(w.two));
  w.pass(1);
  BOOST_TEST(w.takes(w.two));
  BOOST_TEST(await(w.two.give_back("upstream/x")).value() == 1u);
  BOOST_TEST(w.takes(w.one));
}

// The claim named nobody and held for 30 seconds: after a kill the next refresh hung for as long.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_lease_of_who_was_killed_is_taken_over_at_once, Backend, backends) {
  world<Backend> w;
  sleeper killed;
  upstream_leases dead(w.backend.store(), w.backend.clock, killed.name());
  BOOST_TEST(w.takes(dead));
  BOOST_TEST(!w.takes(w.two));
  killed.kill();
  BOOST_TEST(w.takes(w.two));
  BOOST_TEST(!w.takes(w.one));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_is_renewed_for_as_long_as_it_is_needed, Backend, backends) {
  world<Backend> w;
  auto work = [](world<Backend>& in) -> task<int> {
    auto const pause = [](boost::asio::any_io_executor on) -> task<> {
      boost::asio::steady_timer timer(on, 3 * upstream_leases::renewal_interval / 2);
      co_await timer.async_wait(boost::asio::use_awaitable);
    };
    auto const executor = co_await boost::asio::this_coro::executor;
    auto lease = co_await in.one.take("upstream/x");
    BOOST_TEST_REQUIRE(lease.value().held());
    {
      upstream_leases::renewal const renewing(in.one, std::move(*lease), executor);
      for (int i = 0; i != 2; ++i) {
        in.pass(upstream_leases::lifetime - 1);
        co_await pause(executor);
      }
      auto const other = co_await in.two.take("upstream/x");
      BOOST_TEST(!other.value().held());
      BOOST_TEST(!renewing.lost());
      in.pass(upstream_leases::lifetime);  // as if it had been asleep
      auto const later = co_await in.two.take("upstream/x");
      BOOST_TEST(later.value().held());
      co_await pause(executor);
      BOOST_TEST(renewing.lost());
    }
    co_return 0;
  };
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(await(work(w)) == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(a_renewal_that_was_done_and_not_confirmed_loses_no_lease) {
  memory_backend backend;
  unsure_store store(backend.store());
  auto work = [](unsure_store& in, mcpawl::clock const& time) -> task<int> {
    upstream_leases leases(in, time, "one");
    auto const executor = co_await boost::asio::this_coro::executor;
    auto lease = co_await leases.take("upstream/x");
    BOOST_TEST_REQUIRE(lease.value().held());
    in.unsure = 1;
    upstream_leases::renewal const renewing(leases, std::move(*lease), executor);
    boost::asio::steady_timer timer(executor, 7 * upstream_leases::renewal_interval / 2);
    co_await timer.async_wait(boost::asio::use_awaitable);
    BOOST_TEST(in.unsure == 0);
    BOOST_TEST(!renewing.lost());
    co_return 0;
  };
  BOOST_TEST(await(work(store, backend.clock)) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
