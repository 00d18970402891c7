// mcpawl/http/descriptor_limit.hpp - how many connections the process has descriptors for
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>

namespace mcpawl::http {

/** Descriptors that connections never get: they are for the store, for fetches, and for what the program
    opens itself. An eighth of the limit, but 16 at least and so many at most. */
inline constexpr std::size_t max_descriptor_reserve = 256;
inline std::size_t descriptor_reserve(std::size_t descriptors) noexcept {
  return std::clamp<std::size_t>(descriptors / 8, 16, max_descriptor_reserve);
}

/** Raise the soft limit of open files of this process (RLIMIT_NOFILE), as far as the hard limit lets it, to
    what `connections` and the reserve need.

    The soft limit is 1 024 nearly everywhere, for the sake of programs that use `select`.
    @return how many connections the process has descriptors for, `connections` at most and 1 at least
*/
inline std::size_t make_room_for_connections(std::size_t connections) noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections;
  rlim_t const wanted = connections + max_descriptor_reserve;
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted) return connections;
  auto const there = static_cast<std::size_t>(limit.rlim_cur);
  std::size_t const reserve = descriptor_reserve(there);
  return std::clamp<std::size_t>(there > reserve ? there - reserve : 1, 1, connections);
}

}  // namespace mcpawl::http
