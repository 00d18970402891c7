// tests/unit/core/work_pool.cpp - jobs run on few threads, in turn by caller, and outlive whoever asked for them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/pending_job.hpp>
#include <mcpawl/core/work_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(core_work_pool)

using namespace std::chrono_literals;
using mcpawl::detail::bound_job;
using mcpawl::detail::job;
using mcpawl::detail::work_admission;
using mcpawl::detail::work_pool;

/** A job that is a function. */
class function_job final : public job {
public:
  explicit function_job(std::function<void()> f) : f_(std::move(f)) {}
  void run() noexcept override { f_(); }

private:
  std::function<void()> f_;
};

std::shared_ptr<job> job_of(std::function<void()> f) { return std::make_shared<function_job>(std::move(f)); }

/** A pool of one thread, which a first job holds until it is let go. */
struct held_pool {
  std::optional<work_pool> pool;
  std::promise<void> begun, let_go;

  explicit held_pool(mcpawl::detail::work_bounds bounds = {1, 4, 6}) {
    pool.emplace(bounds);
    std::shared_future<void> const until(let_go.get_future());
    pool->take("holder", job_of([this, until] {
                 begun.set_value();
                 until.wait();
               }));
    begun.get_future().wait();
  }
  bool finish() {
    let_go.set_value();
    return pool->wait_until_idle(std::chrono::steady_clock::now() + 10s);
  }
};

BOOST_AUTO_TEST_CASE(threads_start_when_there_is_work_and_are_no_more_than_allowed) {
  work_pool pool({2, 100, 100});
  BOOST_TEST(pool.threads() == 0U);
  std::atomic<int> at_once = 0, most = 0, done = 0;
  for (int i = 0; i != 20; ++i) {
    auto const taken = pool.take("a", job_of([&] {
                                   int const now = ++at_once;
                                   int seen = most;
                                   while (seen < now && !most.compare_exchange_weak(seen, now)) {
                                   }
                                   std::this_thread::sleep_for(1ms);
                                   --at_once;
                                   ++done;
                                 }));
    BOOST_TEST((taken == work_admission::taken));
  }
  BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
  BOOST_TEST(done == 20);
  BOOST_TEST(most <= 2);
  BOOST_TEST(pool.threads() == 2U);
}

BOOST_AUTO_TEST_CASE(a_queue_takes_its_bound_of_a_caller_and_of_all_and_no_more) {
  held_pool held;
  auto const nothing = [] {};
  for (int i = 0; i != 4; ++i) BOOST_TEST((held.pool->take("a", job_of(nothing)) == work_admission::taken));
  BOOST_TEST((held.pool->take("a", job_of(nothing)) == work_admission::caller_is_full));
  BOOST_TEST((held.pool->take("b", job_of(nothing)) == work_admission::taken));
  BOOST_TEST((held.pool->take("b", job_of(nothing)) == work_admission::taken));
  BOOST_TEST((held.pool->take("b", job_of(nothing)) == work_admission::pool_is_full));
  BOOST_TEST(held.pool->queued() == 6U);
  BOOST_TEST(held.finish());
  BOOST_TEST((held.pool->take("b", job_of(nothing)) == work_admission::taken));
  BOOST_TEST(held.pool->wait_until_idle(std::chrono::steady_clock::now() + 10s));
}

BOOST_AUTO_TEST_CASE(callers_that_cannot_be_told_apart_have_the_bound_of_all) {
  held_pool held;
  for (int i = 0; i != 6; ++i) BOOST_TEST((held.pool->take("", job_of([] {})) == work_admission::taken));
  BOOST_TEST((held.pool->take("", job_of([] {})) == work_admission::pool_is_full));
  BOOST_TEST(held.finish());
}

BOOST_AUTO_TEST_CASE(without_threads_everything_is_refused) {
  work_pool pool({0, 4, 4});
  BOOST_TEST((pool.take("a", job_of([] {})) == work_admission::pool_is_full));
  BOOST_TEST(pool.queued() == 0U);
}

BOOST_AUTO_TEST_CASE(callers_have_their_turns) {
  held_pool held;
  std::string order;  // written by the one thread of the pool
  for (char const who : {'a', 'a', 'a', 'b', 'b', 'c'})
    held.pool->take(std::string(1, who), job_of([&order, who] { order += who; }));
  BOOST_TEST(held.finish());
  BOOST_TEST(order == "abcaba");
}

/** Jobs that note who began and wait until they are let go. */
struct waiting_jobs {
  std::mutex mutex;
  std::string begun;
  std::promise<void> go;
  std::shared_future<void> const until{go.get_future()};

  std::shared_ptr<job> of(char who) {
    return job_of([this, who] {
      {
        std::lock_guard const lock(mutex);
        begun += who;
      }
      until.wait();
    });
  }
  std::ptrdiff_t count(char who) {
    std::lock_guard const lock(mutex);
    return std::count(begun.begin(), begun.end(), who);
  }
  bool reaches(char who, std::ptrdiff_t wanted) {
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (count(who) != wanted && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    return count(who) == wanted;
  }
};

BOOST_AUTO_TEST_CASE(a_caller_has_so_many_threads_and_the_others_are_for_others) {
  waiting_jobs jobs;
  work_pool pool({4, 100, 100, 3});
  for (int i = 0; i != 20; ++i) pool.take("eve", jobs.of('e'));
  BOOST_TEST(jobs.reaches('e', 3));
  std::this_thread::sleep_for(20ms);
  BOOST_TEST(jobs.count('e') == 3);
  pool.take("alice", jobs.of('a'));
  BOOST_TEST(jobs.reaches('a', 1));
  BOOST_TEST(pool.busy() == 4U);
  jobs.go.set_value();
  BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
  BOOST_TEST(jobs.count('e') == 20);
}

BOOST_AUTO_TEST_CASE(callers_that_cannot_be_told_apart_may_have_all_threads) {
  waiting_jobs jobs;
  work_pool pool({4, 100, 100, 1});
  for (int i = 0; i != 6; ++i) pool.take("", jobs.of('n'));
  BOOST_TEST(jobs.reaches('n', 4));
  jobs.go.set_value();
  BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
}

BOOST_AUTO_TEST_CASE(jobs_that_wait_for_their_callers_share_can_be_withdrawn_and_dropped) {
  waiting_jobs jobs;
  std::vector<std::shared_ptr<job>> kept;
  {
    work_pool pool({2, 100, 100, 0});  // at least one all the same
    pool.take("eve", jobs.of('e'));
    BOOST_TEST(jobs.reaches('e', 1));
    for (int i = 0; i != 3; ++i) {
      kept.push_back(jobs.of('e'));
      pool.take("eve", kept.back());
    }
    BOOST_TEST(pool.withdraw(*kept[1]));
    BOOST_TEST(!pool.withdraw(*kept[1]));
    BOOST_TEST(pool.queued() == 2U);
    pool.close();
    BOOST_TEST(pool.queued() == 0U);
    for (auto const& each : kept) BOOST_TEST(each.use_count() == 1);
    jobs.go.set_value();
    BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
  }
  BOOST_TEST(jobs.count('e') == 1);
}

BOOST_AUTO_TEST_CASE(a_job_that_has_not_begun_can_be_withdrawn_and_is_destroyed_at_once) {
  held_pool held;
  bool ran = false;
  auto const kept = std::make_shared<int>(1);
  auto work = job_of([&ran, kept] { ran = true; });
  held.pool->take("a", work);
  BOOST_TEST(held.pool->withdraw(*work));
  BOOST_TEST(!held.pool->withdraw(*work));
  work.reset();
  BOOST_TEST(kept.use_count() == 1);
  BOOST_TEST(held.pool->queued() == 0U);
  BOOST_TEST(held.finish());
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(a_job_that_runs_cannot_be_withdrawn) {
  work_pool pool({1, 4, 4});
  std::promise<void> begun, let_go;
  auto work = job_of([&] {
    begun.set_value();
    let_go.get_future().wait();
  });
  pool.take("a", work);
  begun.get_future().wait();
  BOOST_TEST(!pool.withdraw(*work));
  BOOST_TEST(pool.busy() == 1U);
  BOOST_TEST(!pool.wait_until_idle(std::chrono::steady_clock::now() + 10ms));
  let_go.set_value();
  BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
}

BOOST_AUTO_TEST_CASE(a_job_that_nobody_waits_for_counts_as_abandoned_until_it_is_done) {
  work_pool pool({1, 4, 4});
  std::promise<void> begun, let_go;
  auto work = job_of([&] {
    begun.set_value();
    let_go.get_future().wait();
  });
  pool.take("a", work);
  begun.get_future().wait();
  BOOST_TEST(pool.abandoned() == 0U);
  BOOST_TEST(!pool.withdraw(*work));
  BOOST_TEST(!pool.withdraw(*work));
  BOOST_TEST(pool.abandoned() == 1U);
  let_go.set_value();
  BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
  BOOST_TEST(pool.abandoned() == 0U);
  BOOST_TEST(!pool.withdraw(*work));
  BOOST_TEST(pool.abandoned() == 0U);
}

BOOST_AUTO_TEST_CASE(each_job_that_begins_is_told_with_its_wait_and_none_after_close) {
  std::atomic<int> told = 0;
  std::atomic<bool> waited = false;
  {
    work_pool pool({1, 8, 8});
    pool.tell_waits([&](std::chrono::nanoseconds wait) {
      ++told;
      if (wait >= 20ms) waited = true;
      throw 1;  // which harms nobody
    });
    std::promise<void> begun, let_go;
    pool.take("a", job_of([&] {
                begun.set_value();
                let_go.get_future().wait();
              }));
    begun.get_future().wait();
    pool.take("a", job_of([] {}));
    std::this_thread::sleep_for(25ms);
    let_go.set_value();
    BOOST_TEST(pool.wait_until_idle(std::chrono::steady_clock::now() + 10s));
    BOOST_TEST(told == 2);
    BOOST_TEST(waited.load());
    pool.close();
    pool.take("a", job_of([] {}));
  }
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(a_job_may_outlive_its_pool_and_what_has_not_begun_is_dropped) {
  auto const kept = std::make_shared<int>(1);
  std::promise<void> over;
  std::shared_future<void> go;
  std::promise<void> let_go;
  go = let_go.get_future();
  bool dropped_ran = false;
  {
    std::promise<void> begun;
    work_pool pool({1, 4, 4});
    pool.take("a", job_of([&begun, &over, go] {
                begun.set_value();
                go.wait();
                over.set_value();
              }));
    pool.take("a", job_of([&dropped_ran, kept] { dropped_ran = true; }));
    begun.get_future().wait();
  }
  BOOST_TEST(kept.use_count() == 1);
  let_go.set_value();
  over.get_future().wait();
  BOOST_TEST(!dropped_ran);
}

BOOST_AUTO_TEST_CASE(a_closed_pool_takes_nothing) {
  work_pool pool({1, 4, 4});
  pool.close();
  BOOST_TEST((pool.take("a", job_of([] {})) == work_admission::pool_is_full));
}

BOOST_AUTO_TEST_CASE(signals_are_not_delivered_to_its_threads) {
  work_pool pool({1, 4, 4});
  std::promise<int> blocked;
  pool.take("a", job_of([&blocked] {
              sigset_t now;
              ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
              blocked.set_value(::sigismember(&now, SIGTERM) + ::sigismember(&now, SIGSEGV) * 10);
            }));
  BOOST_TEST(blocked.get_future().get() == 1);
  sigset_t here;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &here);
  BOOST_TEST(::sigismember(&here, SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(a_bound_job_owns_its_arguments_until_it_has_run_and_gives_up_what_it_held) {
  auto const argument = std::make_shared<int>(20);
  auto const held = std::make_shared<int>(0);
  auto f = [](std::shared_ptr<int> const& number, int more) { return *number + more; };
  bound_job<int, decltype(f), std::shared_ptr<int>, int> work(f, argument, 3);
  work.hold(held);
  BOOST_TEST(argument.use_count() == 2);
  BOOST_TEST(!work.ended());
  work.run();
  BOOST_TEST(work.ended());
  BOOST_TEST(argument.use_count() == 1);
  BOOST_TEST(held.use_count() == 1);
  BOOST_TEST(work.take() == 23);
}

BOOST_AUTO_TEST_CASE(what_a_bound_job_throws_is_thrown_to_who_takes_its_result) {
  auto f = [] { throw std::runtime_error("no"); };
  bound_job<void, decltype(f)> work(f);
  work.run();
  BOOST_CHECK_THROW(work.take(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
