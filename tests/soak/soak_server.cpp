// tests/soak/soak_server.cpp - the server that the soak test loads, stops and replaces
// SPDX-License-Identifier: BSL-1.0
//
// It listens on the sockets `plain` and `tls` that were passed to it, and prints `ready PORT` with the port of its admin listener.
// Environment: TEAM_DOMAIN, POLICY_AUD, TLS_CERTIFICATE, TLS_KEY (files), SESSION_KEYS (64 hexadecimal digits), LEDGER (a file that
// `record` appends to), ACCESS_LOG (the number of a descriptor).
#include <mcpawl/mcpawl.hpp>

#include <mcpawl/observe/json_log.hpp>
#include <mcpawl/observe/prometheus.hpp>

#include "../../examples/shared/session_keys.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;

int ledger = -1;

mcpawl::task<> pause(int milliseconds) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

struct add_args {
  int a, b;
};
struct sum {
  int total;
};
sum add(add_args in) { return {in.a + in.b}; }

struct record_args {
  int entry;
};
struct recorded {
  int entry;
};
/** What it has answered is in the file. */
recorded record(record_args in) {
  std::string const line = std::to_string(in.entry) + '\n';
  if (::write(ledger, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("the ledger takes no entry");
  return {in.entry};
}
mcpawl::task<recorded> record_later(record_args in) {
  co_await pause(20 + in.entry % 200);
  co_return record(in);
}
recorded record_blocking(record_args in) {
  std::this_thread::sleep_for(5ms);
  return record(in);
}

struct count_args {
  int steps, pause_ms;
};
struct counted {
  int steps;
};
mcpawl::task<counted> count(count_args in, mcpawl::context& ctx) {
  for (int i = 1; i <= in.steps; ++i) {
    co_await ctx.progress(i, in.steps);
    co_await pause(in.pause_ms);
  }
  co_return counted{in.steps};
}

struct letters_args {
  int size, first;
};
struct text {
  std::string text;
};
/** Letters in the order of the alphabet, over and over. */
text letters(letters_args in) {
  text out;
  if (in.size < 0 || in.size > 4'000'000) throw std::runtime_error("that many letters are not to be had");
  for (int i = 0; i != in.size; ++i) out.text += static_cast<char>('a' + (in.first + i) % 26);
  return out;
}
/** A number that depends on every letter and on their order. */
sum weigh(text in) {
  unsigned weight = 0;
  for (char const c : in.text) weight = (weight * 31 + static_cast<unsigned char>(c)) % 1'000'003;
  return {static_cast<int>(weight)};
}

}  // namespace

int main() {
  return mcpawl::run([] {
    mcpawl::settings settings;
    auto access = mcpawl::access_options::from(settings);
    mcpawl::server_options protocol;
    protocol.keys = examples::session_keys(settings);
    // soon as many as there may be, and as many that are remembered because they were ended: then memory does not grow by them
    protocol.max_sessions = 128;
    protocol.session_lifetime = 30s;
    std::string const certificate = settings.required("TLS_CERTIFICATE"), key = settings.required("TLS_KEY");
    ledger = ::open(settings.required("LEDGER").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    int const log_descriptor = std::atoi(settings.required("ACCESS_LOG").c_str());
    settings.throw_if_invalid();
    // keys change every few seconds here
    access.timing.refresh = 1s;
    access.timing.cool_down = 500ms;
    // the memory of the cache is touched as it is used: let that be soon
    access.remember.entries = 64;

    mcpawl::server srv{{"soak", "1"}, mcpawl::access_jwt(std::move(access)), std::move(protocol)};
    srv.tool("add", "Add two numbers.", add);
    srv.tool("record", "Append an entry to the ledger.", record);
    srv.tool("record_later", "The same after a while.", record_later);
    srv.tool("record_blocking", "The same on a thread of its own.", record_blocking).blocking();
    srv.tool("count", "Count, and tell how far.", count);
    srv.tool("letters", "Letters in the order of the alphabet.", letters);
    srv.tool("weigh", "A number that depends on every letter.", weigh);

    mcpawl::prometheus metrics;
    mcpawl::json_log requests({.descriptor = log_descriptor, .queue_bytes = 64 * 1024});
    mcpawl::http_options options;
    options.threads = 2;
    options.listeners = {
        {.address = "fd:plain"},
        {.address = "fd:tls", .tls = mcpawl::tls_options{.certificate = certificate, .key = key}}};
    options.bounds.drain_delay = 2s;
    options.observers = {&metrics, &requests};
    options.admin = mcpawl::admin_options{.port = 0};
    mcpawl::http_server http{srv, std::move(options)};
    http.stop_on_signals();
    std::printf("ready %u\n", static_cast<unsigned>(http.admin_port()));
    std::fflush(stdout);
    http.run();
    return http.finished() ? 0 : 3;
  });
}
