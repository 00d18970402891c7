// mcpawl/http/name_resolver.hpp - the addresses of hosts, looked up by a few threads of their own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mcpawl::http {

/** How many names are looked up, and what is remembered of them. */
struct name_resolver_limits {
  /** At once. Each has a thread, which the system may keep for half a minute over a name that hangs. */
  std::size_t max_lookups = 4;
  std::size_t max_waiting = 64;     ///< Names that wait for one of these threads; further ones are refused.
  std::size_t max_remembered = 64;  ///< Hosts whose addresses serve on while they cannot be looked up.
  std::chrono::hours keep{24};      ///< How old remembered addresses may be.
  /** After so long without a response remembered addresses are taken, or after half of the caller's time. */
  std::chrono::milliseconds patience{1000};
};

/** Finds the addresses of hosts by the system's lookup, which blocks and cannot be interrupted, so it happens
    on threads of this resolver. A caller gets its response at its deadline at the latest; the lookup goes on
    by
    itself. There is one lookup of a host at a time, whoever asks for it.

    Names that strangers choose belong to another resolver than those that the operator chose: they may all
    hang.

    @par Lifetime
    Neither callers nor lookups need the object: what they share lives as long as any of them. Lookups that
    hang keep neither an `io_context` nor the process from ending.
    @par Thread safety
    All functions may be called from any thread at once.
*/
class name_resolver {
public:
  using address_list = std::vector<boost::asio::ip::address>;
  using endpoint_list = std::vector<boost::asio::ip::tcp::endpoint>;
  /** Finds the addresses of a host, none if it has none; may block, and is called by several threads. */
  using lookup = std::function<address_list(std::string const& host)>;

  static constexpr std::size_t max_addresses = 8;  ///< Of one host; further ones are not tried.

  explicit name_resolver(name_resolver_limits limits = {});
  name_resolver(name_resolver_limits limits, lookup how);

  /** Find where to connect to; an address in letters is taken as it is.

      @par Errors
      `http_errc::resolve_failed`, `http_errc::resolver_busy`, `http_errc::fetch_timed_out`.
  */
  task<result<endpoint_list>> resolve(std::string host, std::uint16_t port,
                                      std::chrono::steady_clock::time_point deadline) const;

  /** The resolver of a process for hosts that its operator chose. It remembers their addresses. */
  static std::shared_ptr<name_resolver const> of_operators();
  /** The resolver of a process for hosts that strangers chose. It remembers nothing and lets nobody wait. */
  static std::shared_ptr<name_resolver const> of_strangers();
  /** What bounds those. */
  static name_resolver_limits strangers_limits(std::size_t max_lookups);

private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace mcpawl::http

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/http/name_resolver.ipp>
#endif
