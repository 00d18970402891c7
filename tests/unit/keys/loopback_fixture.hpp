// tests/unit/keys/loopback_fixture.hpp - a fake Access on loopback and an io_context to wait in
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/keys/key_timing.hpp>
#include <mcpawl/test/fake_access_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loopback_fixture {

inline constexpr char const* aud = "aud-of-the-tests";

/** Made once: its keys take a quarter of a second. A test leaves it without a fault. */
inline mcpawl::test::fake_access_server& server() {
  static mcpawl::test::fake_access_server one(aud);
  return one;
}

/** Fetches seen since this was made; no fault before and after. */
class watched_server {
public:
  watched_server() : before_(server().fetches()), strays_(server().strays()) {
    server().fault(mcpawl::test::certs_fault::none);
  }
  ~watched_server() { server().fault(mcpawl::test::certs_fault::none); }
  mcpawl::test::fake_access* operator->() const { return &*server(); }
  std::string team_domain() const { return server().team_domain(); }
  void fault(mcpawl::test::certs_fault now) const { server().fault(now); }
  int fetches() const { return server().fetches() - before_; }
  int strays() const { return server().strays() - strays_; }

private:
  int before_;
  int strays_;
};

/** Keeps what was logged. */
class journal {
public:
  mcpawl::logger logger() {
    return {mcpawl::log_level::debug, [this](mcpawl::log_level, std::string_view line) {
              std::lock_guard const lock(mutex_);
              text_.append(line).append(1, '\n');
            }};
  }
  bool has(std::string_view part) const {
    std::lock_guard const lock(mutex_);
    return text_.find(part) != std::string::npos;
  }

private:
  mutable std::mutex mutex_;
  std::string text_;
};

template <class T>
mcpawl::task<> keep(mcpawl::task<T> work, std::optional<T>& into) {
  T value = co_await std::move(work);
  into.emplace(std::move(value));
}

/** Begin a task; its value appears in the optional, which must stay where it is. */
template <class T>
void start(boost::asio::io_context& context, mcpawl::task<T> work, std::optional<T>& into) {
  auto ended = [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  };
  boost::asio::co_spawn(context, keep(std::move(work), into), ended);
}

/** Run a context until something is true; fails the test after half a minute. */
template <class Condition>
void run_until(boost::asio::io_context& context, Condition done) {
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  context.restart();
  while (!done()) {
    BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, "nothing happened in half a minute");
    if (context.run_one_for(std::chrono::milliseconds(5)) == 0) context.restart();
  }
}

/** Run a task to its end. */
template <class T>
T run(boost::asio::io_context& context, mcpawl::task<T> work) {
  std::optional<T> value;
  start(context, std::move(work), value);
  run_until(context, [&] { return value.has_value(); });
  return *std::move(value);
}

/** Intervals in which nothing happens by itself. */
inline mcpawl::key_timing quiet() {
  mcpawl::key_timing timing;
  timing.jitter_percent = 0;
  return timing;
}

/** The same, and a fetch gives up soon: for tests that wait for it to. */
inline mcpawl::key_timing hasty() {
  mcpawl::key_timing timing = quiet();
  timing.fetch_timeout = std::chrono::milliseconds(500);
  return timing;
}

}  // namespace loopback_fixture
