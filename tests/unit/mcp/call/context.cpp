// tests/unit/mcp/call/context.cpp - texts that a tool gives to its context, in the spellings that come naturally
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/call/context.hpp>

#include <mcpawl/mcp/protocol/response.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_context)

// The scan of cmake/check_coroutines knows no types, so it would refuse these here as well; it does not look into macros.
#define CHOOSE(condition, one, other) ((condition) ? (one) : (other))
#define BRACES(...) {__VA_ARGS__}

// no unnamed namespace: g++ 14 fails with an internal error at a coroutine over types of this one
struct recorder final : mcp_tests::noted_call {
  mcpawl::task<> send(std::string message) override {
    co_await boost::asio::post(boost::asio::use_awaitable);  // a peer that is not at once ready
    sent.push_back(std::move(message));
  }
};

std::string const prefix = "a beginning of more than fifteen letters, ";
std::string const text = "an end of more than fifteen letters";

template <class Tool>
std::string sent_by(Tool tool) {
  auto const channel = std::make_shared<recorder>();
  mcpawl::context ctx(mcpawl::revision::v2025_11_25, "1", channel);
  mcpawl::detail::call_details details;
  details.least_level = mcpawl::message_level::debug;
  ctx.describe(std::move(details));
  boost::asio::io_context io;
  boost::asio::co_spawn(io, tool(ctx), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
  std::string all;
  for (auto const& message : channel->sent) all += message;
  return all;
}

bool holds(std::string const& all, std::string_view part) { return all.find(part) != all.npos; }

mcpawl::task<> chooses(mcpawl::context& ctx) {
  for (int i = 1; i <= 3; ++i) {
    co_await ctx.progress(i, 3, CHOOSE(i == 1, "begun and with many letters", "working"));
  }
  co_await ctx.progress(4, 4,
                        CHOOSE(ctx.uri().empty(), std::string_view("ended and with many letters"), text));
  co_await ctx.progress(5, 5, CHOOSE(ctx.uri().empty(), text, prefix));
  co_await ctx.log(mcpawl::message_level::info,
                   CHOOSE(ctx.uri().empty(), "logged, and with many letters", "not"),
                   CHOOSE(ctx.uri().empty(), std::string_view("source"), text));
}

BOOST_AUTO_TEST_CASE(a_text_may_be_chosen_among_literals_views_and_names) {
  std::string const all = sent_by(chooses);
  for (std::string_view part : {"\"begun and with many letters\"", "\"working\"",
                                "\"ended and with many letters\"", "\"an end of more than fifteen letters\"",
                                "\"logged, and with many letters\"", "\"logger\":\"source\""}) {
    BOOST_TEST(holds(all, part), part);
  }
}

mcpawl::task<> adds(mcpawl::context& ctx) {
  co_await ctx.progress(1, 2, prefix + text);
  co_await ctx.progress(2, 2, std::string_view(text).substr(3, 3));
  co_await ctx.log(mcpawl::message_level::info, prefix + text, text + "!");
}

BOOST_AUTO_TEST_CASE(a_text_may_be_made_on_the_spot) {
  std::string const all = sent_by(adds);
  BOOST_TEST(holds(all, "\"message\":\"" + prefix + text + '"'));
  BOOST_TEST(holds(all, R"("message":"end")"));
  BOOST_TEST(holds(all, "\"logger\":\"" + text + R"(!","data":")" + prefix + text + '"'));
}

struct step {
  std::string_view name;
  int number;
};
mcpawl::task<> report(mcpawl::context& ctx, step s) { return ctx.progress(s.number, 3, s.name); }
mcpawl::task<> braces(mcpawl::context& ctx) {
  co_await report(ctx, BRACES(text, 1));
  co_await report(ctx, BRACES(prefix + text, 2));
}

BOOST_AUTO_TEST_CASE(braces_of_views_and_numbers_are_safe) {
  std::string const all = sent_by(braces);
  BOOST_TEST(holds(all, "\"message\":\"" + text + '"'));
  BOOST_TEST(holds(all, "\"message\":\"" + prefix + text + '"'));
}

mcpawl::task<> awaits_later(mcpawl::context& ctx) {
  std::string it = prefix + text;
  auto progress = ctx.progress(1, 2, it);
  auto log = ctx.log(mcpawl::message_level::info, it, it);
  it.assign(it.size(), 'x');
  co_await std::move(progress);
  co_await std::move(log);
}

BOOST_AUTO_TEST_CASE(texts_are_copied_before_the_function_returns) {
  std::string const all = sent_by(awaits_later);
  BOOST_TEST(holds(all, "\"message\":\"" + prefix + text + '"'));
  BOOST_TEST(holds(all, "\"logger\":\"" + prefix + text + "\",\"data\":\"" + prefix + text + '"'));
  BOOST_TEST(!holds(all, "xxx"));
}

mcpawl::task<> speaks_below_the_level(mcpawl::context& ctx) {
  mcpawl::detail::call_details details;
  details.least_level = mcpawl::message_level::error;
  ctx.describe(std::move(details));
  boost::json::object data;
  data["a"] = 1;
  co_await ctx.log(mcpawl::message_level::info, text);
  co_await ctx.log(mcpawl::message_level::info, data);
  co_await ctx.log(mcpawl::message_level::error, std::move(data));
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_not_sent) {
  std::string const all = sent_by(speaks_below_the_level);
  BOOST_TEST(holds(all, R"("level":"error","data":{"a":1})"));
  BOOST_TEST(!holds(all, "info"));
}

#undef CHOOSE
#undef BRACES

BOOST_AUTO_TEST_SUITE_END()
