// tests/support/running.hpp - a server that runs on a free port while a test talks to it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/serve.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/test/loopback_client.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace support {

using fields = mcpawl::test::loopback_client::fields;
using mcpawl::test::http_reply;
using mcpawl::test::loopback_client;

/** How many descriptors this process has, one for the look at them included. */
inline std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

/** Keeps what a server logs. */
class kept_log {
public:
  mcpawl::logger logger() {
    return {mcpawl::log_level::debug, [this](mcpawl::log_level, std::string_view line) {
              std::lock_guard const lock{mutex_};
              text_.append(line).append("\n");
            }};
  }
  std::string text() const {
    std::lock_guard const lock{mutex_};
    return text_;
  }

private:
  mutable std::mutex mutex_;
  std::string text_;
};

template <class Server>
class running {
public:
  explicit running(Server const& srv, mcpawl::http_options options = {})
      : service_(srv, quiet(std::move(options), log)) {
    thread_ = std::thread([this] { service_.run(); });
  }
  ~running() {
    service_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return service_.port(); }
  mcpawl::http_server<Server>& service() noexcept { return service_; }

  kept_log log;

private:
  static mcpawl::http_options quiet(mcpawl::http_options options, kept_log& log) {
    options.port = 0;
    options.log = log.logger();
    return options;
  }

  mcpawl::http_server<Server> service_;
  std::thread thread_;
};

inline boost::json::value json_of(http_reply const& reply) { return boost::json::parse(reply.body); }

/** The JSON of the events of a response that came as an event stream. */
inline std::vector<boost::json::value> events_of(http_reply const& reply) {
  std::vector<boost::json::value> events;
  std::string_view rest = reply.body;
  while (!rest.empty()) {
    auto const end = rest.find('\n');
    std::string_view const line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    // an event without data only has an id to come back with
    if (line.starts_with("data: ") && line.size() > 6)
      events.push_back(boost::json::parse(std::string(line.substr(6))));
  }
  return events;
}

}  // namespace support
