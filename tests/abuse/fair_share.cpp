// tests/abuse/fair_share.cpp - how long a caller waits while another one keeps the server busy
// SPDX-License-Identifier: BSL-1.0
//
// What is exact is checked, in requests: how many of another caller's are served before one's own. The times
// are printed only, since machines of tests are shared. Costs 2 s.
#include "../support/posted.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/serve.hpp>
#include <mcpawl/server.hpp>

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_fair_share)

using namespace std::chrono_literals;
using support::loopback_client;
using site = mcpawl::server<support::user_header>;

/** A call as bytes. */
std::string call(std::uint16_t port, std::string const& user, std::string const& tool = "hello") {
  std::string const params = R"(,"name":")" + tool + R"(","arguments":{})";
  std::string const text = support::stateless_request("tools/call", params);
  std::string bytes = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  for (auto const& [name, value] : support::posting_stateless(user, "tools/call", tool))
    bytes.append(name).append(": ").append(value).append("\r\n");
  return bytes.append("Content-Length: ").append(std::to_string(text.size())).append("\r\n\r\n").append(text);
}

bool answered(loopback_client& client, int status = 200) { return client.read_reply().status == status; }

/** A server of one thread that can be held up while requests arrive; it keeps the order of what it served. */
class held_up {
public:
  explicit held_up(mcpawl::http_options const& options = {}) {
    srv_.tool("hello", "Answer at once.", [this](support::user const& who) {
      std::lock_guard const lock{mutex_};
      served_ += who->name.front();
      return "hello";
    });
    srv_.tool("hold", "Keep the thread until it is let go.", [this] {
      holding_.set_value();
      let_go_.get_future().wait();
      return "done";
    });
    running_.emplace(srv_, options);
  }

  /** Connect so many times, and make sure by a call of `known` that the server listens to all of them. */
  void connect(std::string const& user, std::size_t count, std::string const& known) {
    for (std::size_t i = 0; i != count; ++i) {
      clients_.emplace_back(user, std::make_unique<loopback_client>(port()));
      // the end of a message must not wait for the server to have acknowledged what came before it
      int const on = 1;
      ::setsockopt(clients_.back().second->native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      clients_.back().second->write(call(port(), known));
      BOOST_REQUIRE(answered(*clients_.back().second));
    }
  }

  /** Send one request on each connection, in their order, while `holder` keeps the thread; then let it go.
      Returns the first letters of the callers in the order in which they were served.

      @param tail  so many bytes at the end of each request are sent then, the others before. */
  std::string serve_all(std::string const& holder, std::size_t tail = std::string::npos) {
    loopback_client keeps(port());
    for (auto const& [user, client] : clients_) {
      std::string const bytes = call(port(), user);
      client->write(bytes.substr(0, bytes.size() - std::min(tail, bytes.size())));
    }
    if (tail != std::string::npos) {
      // what was sent before this was read before it
      keeps.write(call(port(), holder));
      BOOST_REQUIRE(answered(keeps));
    }
    keeps.write(call(port(), holder, "hold"));
    holding_.get_future().wait();
    {
      std::lock_guard const lock{mutex_};
      served_.clear();
    }
    for (auto const& [user, client] : clients_) {
      std::string const bytes = call(port(), user);
      client->write(bytes.substr(bytes.size() - std::min(tail, bytes.size())));
    }
    let_go_.set_value();
    for (auto const& [user, client] : clients_)
      BOOST_REQUIRE(answered(*client, user == "mallory" ? 403 : 200));
    BOOST_REQUIRE(answered(keeps));
    std::lock_guard const lock{mutex_};
    return served_;
  }

private:
  std::uint16_t port() const { return running_->port(); }

  std::mutex mutex_;
  std::string served_;
  std::promise<void> holding_, let_go_;
  site srv_{{"fair", "1"}};
  std::optional<support::running<site>> running_;
  std::vector<std::pair<std::string, std::unique_ptr<loopback_client>>> clients_;
};

/** How many requests of eve were served before the request number `which`, counted from 1, of alice. */
std::size_t eves_before(std::string const& served, std::size_t which) {
  std::size_t eves = 0;
  for (char const who : served) {
    if (who == 'e') ++eves;
    if (who == 'a' && --which == 0) return eves;
  }
  return served.size();
}

BOOST_AUTO_TEST_CASE(callers_are_served_in_turn_however_many_requests_each_has_sent) {
  held_up server;
  server.connect("eve", 100, "eve");
  server.connect("alice", 4, "alice");
  std::string const served = server.serve_all("bob");
  BOOST_TEST(served.size() == 104u);
  // one of eve's for each of alice's, and one that may have been under way
  for (std::size_t i = 1; i != 5; ++i) BOOST_TEST(eves_before(served, i) <= i + 1);
}

BOOST_AUTO_TEST_CASE(who_sends_the_ends_of_many_messages_at_once_has_one_turn_too) {
  held_up server;
  server.connect("eve", 100, "eve");
  server.connect("alice", 4, "alice");
  std::string const served = server.serve_all("bob", 1);
  BOOST_TEST(served.size() == 104u);
  for (std::size_t i = 1; i != 5; ++i) BOOST_TEST(eves_before(served, i) <= i + 1);
}

BOOST_AUTO_TEST_CASE(who_calls_first_while_another_saturates_waits_for_one_round_at_most) {
  constexpr std::size_t most = 64;
  mcpawl::http_options options;
  options.bounds.max_requests_per_round = most;
  held_up server(options);
  server.connect("eve", 200, "eve");
  // alice has not called yet, so that eve counts as alone
  server.connect("alice", 1, "eve");
  std::string const served = server.serve_all("eve");
  BOOST_TEST(served.size() == 201u);
  BOOST_TEST(eves_before(served, 1) <= most);
}

/** Keeps the order in which requests have ended: `h` of the tool that holds the thread, `c` of a call, `d` of who was not let in. */
class ended_in_order final : public mcpawl::observer {
public:
  void on_request(mcpawl::request_record const& r) override {
    std::lock_guard const lock{mutex_};
    order_ += r.status == 403 ? 'd' : r.operation.tool == "hold" ? 'h' : 'c';
  }
  /** What has ended since the thread was let go, once it is so many requests. */
  std::string after_hold(std::size_t count) const {
    std::string found;
    for (int i = 0; i != 1000 && found.size() < count; ++i) {
      std::this_thread::sleep_for(10ms);
      std::lock_guard const lock{mutex_};
      found = order_.substr(order_.rfind('h') + 1);
    }
    return found;
  }

private:
  mutable std::mutex mutex_;
  std::string order_;
};

BOOST_AUTO_TEST_CASE(all_who_are_not_let_in_have_one_turn_together) {
  ended_in_order order;
  mcpawl::http_options options;
  options.observers = {&order};
  held_up server(options);
  server.connect("mallory", 100, "eve");
  for (auto const* user : {"alice", "bob", "carol", "dave"}) server.connect(user, 1, user);
  server.serve_all("eve");
  std::string const ended = order.after_hold(104);
  BOOST_TEST(ended.size() == 104U);
  // one in the round that was under way, one in the next
  std::string const until_all_called = ended.substr(0, ended.rfind('c'));
  BOOST_TEST(std::count(until_all_called.begin(), until_all_called.end(), 'd') <= 2, ended);
}

struct waits {
  std::size_t calls = 0;
  std::chrono::microseconds half{0}, p99{0};
};

/** Call one after the other for a while. */
waits measure(std::uint16_t port, std::chrono::milliseconds time) {
  using steady = std::chrono::steady_clock;
  constexpr std::size_t most = 20'000;
  loopback_client client(port);
  auto const bytes = call(port, "alice");
  std::vector<std::chrono::microseconds> all;
  for (auto const start = steady::now(); all.size() != most && steady::now() - start < time;) {
    auto const asked = steady::now();
    client.write(bytes);
    BOOST_REQUIRE(answered(client));
    all.push_back(std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - asked));
  }
  std::sort(all.begin(), all.end());
  return {all.size(), all[all.size() / 2], all[all.size() * 99 / 100]};
}

/** Calls without a pause on some connections, several requests ahead on each, with little work. */
class saturating {
public:
  static constexpr std::size_t connections = 16, ahead = 8;

  explicit saturating(std::uint16_t port) {
    std::string const request = call(port, "eve");
    for (std::size_t i = 0; i != ahead; ++i) burst_ += request;
    for (std::size_t i = 0; i != connections; ++i)
      clients_.push_back(std::make_unique<loopback_client>(port));
    clients_.front()->write(request);
    reply_ = clients_.front()->read_some().size();
    thread_ = std::thread([this] { run(); });
    while (answered_ == 0) std::this_thread::sleep_for(1ms);
  }
  ~saturating() {
    over_ = true;
    thread_.join();
  }
  std::size_t answered() const { return answered_; }

private:
  void run() {
    for (auto const& client : clients_) client->write(burst_);
    while (!over_)
      for (auto const& client : clients_) {
        for (std::size_t got = 0; got != ahead * reply_;) got += client->read_some().size();
        answered_ += ahead;
        client->write(burst_);
      }
  }

  std::string burst_;
  std::size_t reply_ = 0;
  std::vector<std::unique_ptr<loopback_client>> clients_;
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> answered_{0};
  std::thread thread_;
};

/** Print how long alice waits alone, and beside eve, for a tool that computes for some time. */
void compare(std::chrono::microseconds work) {
  site srv{{"fair", "1"}};
  srv.tool("hello", "Compute a little.", [work] {
    auto const end = std::chrono::steady_clock::now() + work;
    while (std::chrono::steady_clock::now() < end) continue;
    return "hello";
  });
  support::running<site> running(srv);
  measure(running.port(), 50ms);
  waits const alone = measure(running.port(), 400ms);
  std::size_t others = 0;
  waits beside;
  {
    saturating const eve(running.port());
    std::size_t const before = eve.answered();
    beside = measure(running.port(), 400ms);
    others = eve.answered() - before;
  }
  BOOST_TEST(others > 0u);
  BOOST_TEST_MESSAGE("a tool of " << work.count() << " us, alone: " << alone.calls << " calls, median "
                                  << alone.half.count() << " us, p99 " << alone.p99.count() << " us; beside "
                                  << others << " calls of another: " << beside.calls << " calls, median "
                                  << beside.half.count() << " us, p99 " << beside.p99.count()
                                  << " us; ratio of p99 "
                                  << static_cast<double>(beside.p99.count()) /
                                         static_cast<double>(std::max<long>(1, alone.p99.count())));
}

BOOST_AUTO_TEST_CASE(times_beside_a_caller_who_saturates_the_server) {
  compare(0us);
  compare(500us);
}

BOOST_AUTO_TEST_SUITE_END()
