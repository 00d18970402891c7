// mcpawl/http/name_resolver.ipp - the bodies of name_resolver.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/name_resolver.hpp>

#include <boost/asio/ip/address.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::http {

namespace detail {

/** The lookup of the system. */
inline name_resolver::address_list look_up_by_system(std::string const& host) {
  name_resolver::address_list found;
  ::addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // each address once
  ::addrinfo* all = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &all) != 0) return found;
  std::unique_ptr<::addrinfo, void (*)(::addrinfo*)> const owner(all, ::freeaddrinfo);
  for (auto const* each = all; each != nullptr; each = each->ai_next) {
    if (found.size() == name_resolver::max_addresses) break;
    if (each->ai_family == AF_INET) {
      ::sockaddr_in in;
      std::memcpy(&in, each->ai_addr, sizeof in);
      found.emplace_back(boost::asio::ip::address_v4(ntohl(in.sin_addr.s_addr)));
    } else if (each->ai_family == AF_INET6) {
      ::sockaddr_in6 in;
      std::memcpy(&in, each->ai_addr, sizeof in);
      boost::asio::ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
      found.emplace_back(boost::asio::ip::address_v6(bytes, in.sin6_scope_id));
    }
  }
  return found;
}

/** Where the result of a lookup goes: to a coroutine, if it is still there. */
class lookup_end {
public:
  /** From any thread. */
  void finish(name_resolver::address_list const& found) {
    {
      std::lock_guard const lock(mutex_);
      found_ = found;
    }
    finished_->notify();
  }

  /** Wait for `finish`, and not after the deadline; nothing if it did not come. */
  static task<std::optional<name_resolver::address_list>> wait(
      std::shared_ptr<lookup_end> self, std::chrono::steady_clock::time_point deadline) {
    co_await self->finished_->wait_until(deadline);
    auto found = self->found();
    co_return found;
  }

private:
  std::optional<name_resolver::address_list> found() {
    std::lock_guard const lock(mutex_);
    return found_;
  }

  std::shared_ptr<mcpawl::detail::async_event> const finished_ =
      std::make_shared<mcpawl::detail::async_event>();
  std::mutex mutex_;
  std::optional<name_resolver::address_list> found_;
};

}  // namespace detail

/** What callers and lookups share. */
struct name_resolver::shared : std::enable_shared_from_this<shared> {
  using end_ptr = std::shared_ptr<detail::lookup_end>;
  using time_point = std::chrono::steady_clock::time_point;

  shared(name_resolver_limits with, lookup by) : limits(with), how(std::move(by)) {}

  /** Take part in the lookup of a host; when it began, or nothing if there are too many. */
  std::optional<time_point> join(std::string const& host, end_ptr const& end, time_point now) {
    std::lock_guard const lock(mutex);
    auto const known = jobs.find(host);
    if (known != jobs.end()) {
      known->second.ends.push_back(end);
      return known->second.began;
    }
    bool const starts = threads < limits.max_lookups;
    if (!starts && waiting.size() >= limits.max_waiting) return std::nullopt;
    jobs.emplace(host, job{now, {end}});
    waiting.push_back(host);
    if (starts && !start_thread() && threads == 0) {
      jobs.erase(host);
      waiting.pop_back();
      return std::nullopt;
    }
    return now;
  }

  /** Do not wait for the lookup of a host any more. */
  void leave(std::string const& host, end_ptr const& end) {
    std::lock_guard const lock(mutex);
    auto const known = jobs.find(host);
    if (known != jobs.end()) std::erase(known->second.ends, end);
  }

  address_list remembered_of(std::string const& host, time_point now) {
    std::lock_guard const lock(mutex);
    auto const known = remembered.find(host);
    if (known == remembered.end() || now - known->second.since > limits.keep) return {};
    return known->second.addresses;
  }

private:
  struct job {
    time_point began;
    std::vector<end_ptr> ends;
  };
  struct memory {
    address_list addresses;
    time_point since;
  };

  bool start_thread() {
    try {
      std::thread([self = shared_from_this()] { self->work(); }).detach();
      ++threads;
      return true;
    } catch (std::system_error const&) {
      return false;  // one that runs comes to it
    }
  }

  /** What a thread does: one lookup after the other, until none waits. */
  void work() {
    while (auto const host = next()) {
      address_list found;
      try {
        found = how(*host);
      } catch (...) {
        found.clear();
      }
      for (auto const& end : finish(*host, found)) end->finish(found);
    }
  }

  std::optional<std::string> next() {
    std::lock_guard const lock(mutex);
    while (!waiting.empty()) {
      std::string host = std::move(waiting.front());
      waiting.pop_front();
      if (!jobs.at(host).ends.empty()) return host;
      jobs.erase(host);  // whoever asked is gone
    }
    --threads;
    return std::nullopt;
  }

  std::vector<end_ptr> finish(std::string const& host, address_list const& found) {
    auto const now = std::chrono::steady_clock::now();
    std::lock_guard const lock(mutex);
    auto const at = jobs.find(host);
    auto ends = std::move(at->second.ends);
    jobs.erase(at);
    if (!found.empty() && limits.max_remembered != 0) {
      if (remembered.size() >= limits.max_remembered && !remembered.contains(host)) {
        auto const oldest =
            std::min_element(remembered.begin(), remembered.end(),
                             [](auto const& a, auto const& b) { return a.second.since < b.second.since; });
        remembered.erase(oldest);
      }
      remembered.insert_or_assign(host, memory{found, now});
    }
    return ends;
  }

public:
  name_resolver_limits const limits;

private:
  lookup const how;
  std::mutex mutex;  // guards what follows
  std::map<std::string, job, std::less<>> jobs;
  std::deque<std::string> waiting;  // hosts of jobs that no thread has begun
  std::size_t threads = 0;
  std::map<std::string, memory, std::less<>> remembered;

public:
  /** Leaves when a caller has its response, and also when it is destroyed while it waits. */
  class participant {
  public:
    participant(std::shared_ptr<shared> in, std::string host, end_ptr end)
        : in_(std::move(in)), host_(std::move(host)), end_(std::move(end)) {}
    participant(participant const&) = delete;
    participant& operator=(participant const&) = delete;
    ~participant() { in_->leave(host_, end_); }

  private:
    std::shared_ptr<shared> in_;
    std::string host_;
    end_ptr end_;
  };

  static task<result<endpoint_list>> resolve(std::shared_ptr<shared> in, std::string host, std::uint16_t port,
                                             time_point deadline) {
    error_code no_address;
    auto const literal = boost::asio::ip::make_address(host, no_address);
    if (!no_address) {
      endpoint_list one;
      one.emplace_back(literal, port);
      co_return one;
    }
    auto const now = std::chrono::steady_clock::now();
    address_list addresses = in->remembered_of(host, now);
    bool const knows = !addresses.empty();
    auto const end = std::make_shared<detail::lookup_end>();
    auto const began = in->join(host, end, now);
    if (!began && !knows) co_return http_errc::resolver_busy;
    if (began) {
      participant const here(in, host, end);
      auto until = deadline;
      // counted from its beginning: who comes later does not wait again for what hangs
      if (knows) until = std::min(*began + in->limits.patience, now + (deadline - now) / 2);
      auto const found = co_await detail::lookup_end::wait(end, until);
      if (!found && !knows) co_return http_errc::fetch_timed_out;
      if (found && !found->empty()) addresses = *found;
    }
    if (addresses.empty()) co_return http_errc::resolve_failed;
    endpoint_list all;
    for (auto const& each : addresses) all.emplace_back(each, port);
    co_return all;
  }
};

MCPAWL_DECL name_resolver::name_resolver(name_resolver_limits limits)
    : name_resolver(limits, detail::look_up_by_system) {}

MCPAWL_DECL name_resolver::name_resolver(name_resolver_limits limits, lookup how)
    : shared_(std::make_shared<shared>(limits, std::move(how))) {}

MCPAWL_DECL task<result<name_resolver::endpoint_list>> name_resolver::resolve(
    std::string host, std::uint16_t port, std::chrono::steady_clock::time_point deadline) const {
  return shared::resolve(shared_, std::move(host), port, deadline);
}

MCPAWL_DECL std::shared_ptr<name_resolver const> name_resolver::of_operators() {
  static auto const one = std::make_shared<name_resolver const>();
  return one;
}

MCPAWL_DECL std::shared_ptr<name_resolver const> name_resolver::of_strangers() {
  static auto const one = std::make_shared<name_resolver const>(strangers_limits(8));
  return one;
}

MCPAWL_DECL name_resolver_limits name_resolver::strangers_limits(std::size_t max_lookups) {
  name_resolver_limits limits;
  limits.max_lookups = max_lookups;
  limits.max_waiting = 0;
  limits.max_remembered = 0;
  return limits;
}

}  // namespace mcpawl::http

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
