// tests/unit/mcp/call/offload.cpp - a coroutine waits for blocking work, is told what it says, and can leave it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/protocol/response.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_call_offload)

using namespace std::chrono_literals;
using mcpawl::context;
using mcpawl::reporter;
using mcpawl::detail::held_call;
using mcpawl::detail::work_pool;

namespace {

/** Notes, too, whether anybody holds the call's charge. */
struct charged_call final : mcp_tests::noted_call {
  held_call hold() override { return {charge, "alice"}; }

  std::shared_ptr<int> charge = std::make_shared<int>(0);
};

struct scene {
  std::shared_ptr<work_pool> pool = std::make_shared<work_pool>(mcpawl::detail::work_bounds{1, 2, 3});
  std::shared_ptr<charged_call> channel = std::make_shared<charged_call>();
  boost::asio::cancellation_signal leave;
  std::optional<context> ctx;
  std::exception_ptr failure;
  bool over = false;
  boost::asio::io_context io{1};  // coroutines die before what they refer to

  scene() {
    ctx.emplace(mcpawl::revision::v2026_07_28, "7", channel);
    mcpawl::detail::call_details details;
    details.pool = pool;
    details.least_level = mcpawl::message_level::info;
    ctx->describe(std::move(details));
  }

  void spawn(mcpawl::task<> work) {
    auto ended = [this](std::exception_ptr e) {
      failure = e;
      over = true;
    };
    boost::asio::co_spawn(io, std::move(work), boost::asio::bind_cancellation_slot(leave.slot(), ended));
  }
  void run(mcpawl::task<> work) {
    spawn(std::move(work));
    io.run();
    BOOST_TEST(over);
    if (failure) std::rethrow_exception(failure);
  }
  bool idle() { return pool->wait_until_idle(std::chrono::steady_clock::now() + 10s); }
};

int twice(int n) { return 2 * n; }
std::thread::id where() { return std::this_thread::get_id(); }
void fail(std::string const& text) { throw std::invalid_argument(text); }
std::string moved(std::unique_ptr<std::string> text) { return *text; }
void say(reporter const& to, int most) {
  for (int i = 1; i <= most; ++i) to.progress(i);
  to.progress(1);  // has not grown
  to.log(mcpawl::message_level::debug, "below the level");
  to.log(mcpawl::message_level::error, boost::json::object{{"code", 1}}, "disk");
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(results_come_back_on_the_thread_of_the_call, scene) {
  auto const here = std::this_thread::get_id();
  auto const body = [](context& c, std::thread::id home) -> mcpawl::task<> {
    int const four = co_await c.offload(twice, 2);
    BOOST_TEST(four == 4);
    auto const there = co_await c.offload(where);
    BOOST_TEST((there != home));
    BOOST_TEST((std::this_thread::get_id() == home));
    std::string const prefix(100, 'x');
    auto const work = [prefix](std::string const& more) { return prefix + more; };
    std::string const text = co_await c.offload(work, "y");
    BOOST_TEST(text == prefix + "y");
    auto owned = std::make_unique<std::string>("moved");
    std::string const same = co_await c.offload(moved, std::move(owned));
    BOOST_TEST(same == "moved");
  };
  run(body(*ctx, here));
}

BOOST_FIXTURE_TEST_CASE(exceptions_come_back_too, scene) {
  auto const body = [](context& c) -> mcpawl::task<> {
    std::string const text = "no";
    co_await c.offload(fail, text);
  };
  BOOST_CHECK_EXCEPTION(run(body(*ctx)), std::invalid_argument,
                        [](std::invalid_argument const& e) { return std::string(e.what()) == "no"; });
}

BOOST_FIXTURE_TEST_CASE(what_it_says_is_sent_before_its_result_in_its_order, scene) {
  auto const body = [](context& c) -> mcpawl::task<> {
    co_await c.progress(0.5);
    co_await c.offload(say, 3);
    co_await c.progress(2);  // less than the work has reported
    co_await c.progress(4);
  };
  run(body(*ctx));
  BOOST_TEST_REQUIRE(channel->sent.size() == 6U);
  BOOST_TEST(
      channel->sent[1] ==
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})");
  BOOST_TEST(
      channel->sent[4] ==
      R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","logger":"disk","data":{"code":1}}})");
  BOOST_TEST(channel->sent[5].find(R"("progress":4})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_what_is_not_sent_in_time_the_oldest_goes) {
  constexpr auto most = static_cast<int>(mcpawl::detail::call_reports::max_waiting);
  for (int const said : {most, most + 1}) {
    mcpawl::detail::call_reports reports(mcpawl::revision::v2026_07_28, "7", {});
    auto const event = std::make_shared<mcpawl::detail::async_event>();
    reports.listen(event);
    for (int i = 1; i <= said; ++i) reports.progress(i, {}, {});
    auto const first = reports.next();
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST(first->find(said == most ? R"("progress":1})" : R"("progress":2})") != std::string::npos);
    int left = 0;
    while (reports.next()) ++left;
    BOOST_TEST(left == most - 1);
    reports.ignore(event);
    reports.progress(1000, {}, {});  // nobody waits, so nothing is kept
    BOOST_TEST(!reports.next().has_value());
  }
}

BOOST_FIXTURE_TEST_CASE(cancellation_ends_the_wait_at_once_and_the_charge_is_held_until_the_work_ends,
                        scene) {
  std::promise<void> begun, let_go;
  std::shared_future<void> const go(let_go.get_future());
  auto const saw = std::make_shared<std::atomic<bool>>(false);
  auto const work = [&begun, go, saw](reporter const& to) {
    begun.set_value();
    go.wait();
    *saw = to.cancelled();
    to.progress(1);
  };
  auto const body = [](context& c, auto const& f) -> mcpawl::task<> { co_await c.offload(f); };
  spawn(body(*ctx, work));
  io.poll();
  begun.get_future().wait();
  leave.emit(boost::asio::cancellation_type::terminal);
  io.run();
  BOOST_TEST_REQUIRE(over);
  BOOST_CHECK_EXCEPTION(std::rethrow_exception(failure), boost::system::system_error,
                        [](auto const& e) { return e.code() == boost::asio::error::operation_aborted; });
  ctx.reset();
  BOOST_TEST(channel->charge.use_count() == 2);
  let_go.set_value();
  BOOST_TEST(idle());
  BOOST_TEST(channel->charge.use_count() == 1);
  BOOST_TEST(saw->load());
  BOOST_TEST(channel->sent.empty());
}

BOOST_FIXTURE_TEST_CASE(beyond_the_bound_of_a_caller_the_call_ends_with_its_name, scene) {
  std::promise<void> let_go;
  std::shared_future<void> const go(let_go.get_future());
  auto const wait = [go] { go.wait(); };
  auto const body = [](context& c, auto const& f) -> mcpawl::task<> { co_await c.offload(f); };
  spawn(body(*ctx, wait));
  io.poll();
  while (pool->busy() == 0) std::this_thread::sleep_for(1ms);
  for (int i = 0; i != 2; ++i) boost::asio::co_spawn(io, body(*ctx, wait), [](std::exception_ptr) {});
  io.poll();
  BOOST_TEST(pool->queued() == 2U);
  std::string bound;
  auto const refused = [](context& c, auto const& f, std::string& to) -> mcpawl::task<> {
    try {
      co_await c.offload(f);
    } catch (mcpawl::detail::work_refused const& e) {
      to = e.bound;
    }
  };
  boost::asio::co_spawn(io, refused(*ctx, wait, bound), [](std::exception_ptr) {});
  io.poll();
  BOOST_TEST(bound == "max_queued_work");
  let_go.set_value();
  io.run();
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_CASE(a_coroutine_may_be_destroyed_while_its_work_runs) {
  std::promise<void> begun, let_go;
  std::shared_future<void> const go(let_go.get_future());
  auto const pool = std::make_shared<work_pool>(mcpawl::detail::work_bounds{1, 2, 3});
  {
    scene gone;
    gone.pool = pool;
    mcpawl::detail::call_details details;
    details.pool = pool;
    gone.ctx->describe(std::move(details));
    auto const work = [&begun, go](std::string const& text) {
      begun.set_value();
      go.wait();
      return text + text;
    };
    std::string const text(100, 'x');
    auto const body = [](context& c, auto const& f, std::string own) -> mcpawl::task<> {
      std::string const never = co_await c.offload(f, own);
      BOOST_ERROR(never);
    };
    gone.spawn(body(*gone.ctx, work, text));
    gone.io.poll();
    begun.get_future().wait();
  }
  let_go.set_value();
  BOOST_TEST(pool->wait_until_idle(std::chrono::steady_clock::now() + 10s));
}

BOOST_AUTO_TEST_SUITE_END()
