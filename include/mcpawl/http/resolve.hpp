// mcpawl/http/resolve.hpp - the addresses of a host, within a deadline
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/io.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::http::detail {

using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/** Find the addresses of a host name; an address in letters is taken as it is.

    The system's lookup cannot be interrupted. After the deadline this returns all the same and leaves the
    lookup to itself, which keeps `io_context::run` from returning until the system gives up on it.

    @par Errors
    `errc::resolve_failed`, `errc::fetch_timed_out`.
*/
inline task<result<endpoints>> resolve(boost::asio::any_io_executor executor, std::string host,
                                       std::uint16_t port, std::chrono::steady_clock::time_point deadline) {
  namespace ip = boost::asio::ip;
  constexpr std::size_t most = 8;
  endpoints found;
  error_code ec;
  auto const literal = ip::make_address(host, ec);
  if (!ec) {
    found.emplace_back(literal, port);
    co_return found;
  }

  struct lookup {
    lookup(boost::asio::any_io_executor const& on, std::chrono::steady_clock::time_point until)
        : resolver(on), done(on, until) {}
    ip::tcp::resolver resolver;
    boost::asio::steady_timer done;
    bool answered = false;
    endpoints found;
  };
  auto const pending = std::make_shared<lookup>(executor, deadline);
  // numeric_service: a port is never a service name, so the services database stays closed
  pending->resolver.async_resolve(
      host, std::to_string(port), ip::resolver_base::numeric_service,
      [pending](error_code failure, ip::tcp::resolver::results_type const& results) {
        pending->answered = true;
        if (!failure)
          for (auto const& entry : results)
            if (pending->found.size() < most) pending->found.push_back(entry.endpoint());
        pending->done.cancel();
      });
  co_await wait_for(pending->done, ec);
  if (!pending->answered) {
    pending->resolver.cancel();
    co_return make_error_code(errc::fetch_timed_out);
  }
  if (pending->found.empty()) co_return make_error_code(errc::resolve_failed);
  found = std::move(pending->found);
  co_return found;
}

}  // namespace mcpawl::http::detail
