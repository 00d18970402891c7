// tests/unit/core/log.cpp - levels, fields, and values that try to be more than values
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/log_limiter.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(core_log)

namespace {

struct kept {
  std::vector<std::string> lines;
  mcpawl::logger at(mcpawl::log_level least) {
    return {least, [this](mcpawl::log_level level, std::string_view line) {
              lines.push_back(std::string(mcpawl::to_string(level)) + " " + std::string(line));
            }};
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(records_below_the_level_are_dropped) {
  kept k;
  auto const log = k.at(mcpawl::log_level::warning);
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d");
  BOOST_TEST(k.lines == (std::vector<std::string>{"warning c", "error d"}), boost::test_tools::per_element());
  BOOST_TEST(!mcpawl::logger::none().enabled(mcpawl::log_level::error));
}

BOOST_AUTO_TEST_CASE(fields_are_written_behind_the_event) {
  kept k;
  k.at(mcpawl::log_level::info)
      .info("denied", {{"code", "missing_token"}, {"why", "two words"}, {"none", ""}});
  BOOST_TEST(k.lines.at(0) == R"(info denied code=missing_token why="two words" none="")");
}

BOOST_AUTO_TEST_CASE(a_value_can_neither_end_the_line_nor_forge_a_field) {
  kept k;
  k.at(mcpawl::log_level::info)
      .info("e", {{"k", "a\nerror forged code=\"x\""}, {"z", std::string_view("\0\x1b[2J\xff", 6)}});
  BOOST_TEST(k.lines.at(0) == R"(info e k="a\x0aerror forged code=\"x\"" z=\x00\x1b[2J\xff)");
}

BOOST_AUTO_TEST_CASE(a_long_value_is_cut) {
  kept k;
  k.at(mcpawl::log_level::info).info("e", {{"k", std::string(100'000, 'x')}});
  BOOST_TEST(k.lines.at(0).size() < 300U);
  BOOST_TEST(k.lines.at(0).ends_with("..."));
}

BOOST_AUTO_TEST_CASE(what_strangers_cause_without_end_is_summarised) {
  kept k;
  auto const log = k.at(mcpawl::log_level::info);
  for (int i = 0; i != 1000; ++i)
    log.write_limited(mcpawl::log_level::info, "caller_denied", {{"code", "x"}});
  BOOST_TEST(k.lines.size() == mcpawl::log_limits{}.max_lines);
  // other events, and the same at another level, have lines of their own
  log.write_limited(mcpawl::log_level::info, "client_refused");
  log.write_limited(mcpawl::log_level::warning, "caller_denied");
  BOOST_TEST(k.lines.size() == mcpawl::log_limits{}.max_lines + 2);
}

BOOST_AUTO_TEST_CASE(what_was_left_out_is_told_after_the_window) {
  using limiter = mcpawl::detail::log_limiter;
  mcpawl::log_limits const limits;
  limiter limit;
  limiter::time_point now{};
  std::vector<std::string> told;
  auto const tell = [&told](std::string_view event, std::uint64_t count) {
    told.push_back(std::string(event) + " " + std::to_string(count));
  };
  for (std::uint64_t i = 0; i != limits.max_lines; ++i)
    BOOST_TEST_REQUIRE(limit.admit("info", "denied", now, tell));
  for (int i = 0; i != 7; ++i) BOOST_TEST(!limit.admit("info", "denied", now, tell));
  BOOST_TEST(told.empty());
  now += limits.window - std::chrono::milliseconds(1);
  BOOST_TEST(limit.admit("info", "another", now, tell));
  BOOST_TEST(told.empty());
  now += std::chrono::milliseconds(1);
  BOOST_TEST(limit.admit("info", "other", now, tell));
  BOOST_TEST(told == std::vector<std::string>{"denied 7"}, boost::test_tools::per_element());
  BOOST_TEST(limit.admit("info", "denied", now, tell));
  BOOST_TEST(told.size() == 1);
}

BOOST_AUTO_TEST_CASE(how_much_strangers_may_write_can_be_set) {
  kept k;
  auto const keep = [&k](mcpawl::log_level, std::string_view line) { k.lines.emplace_back(line); };
  mcpawl::log_limits limits;
  limits.max_lines = 2;
  limits.max_events = 1;
  mcpawl::logger const log(mcpawl::log_level::info, keep, limits);
  for (int i = 0; i != 3; ++i) log.write_limited(mcpawl::log_level::info, "first");
  BOOST_TEST(k.lines.size() == 2u);
  // there is no place to count one more
  for (int i = 0; i != 3; ++i) log.write_limited(mcpawl::log_level::info, "second");
  BOOST_TEST(k.lines.size() == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
