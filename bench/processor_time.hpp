// bench/processor_time.hpp - what a process has spent of the processors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/resource.h>

namespace bench {

/** Microseconds of this process, of all its threads. */
inline double cpu_us() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto const us = [](timeval const& t) {
    return 1e6 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec);
  };
  return us(used.ru_utime) + us(used.ru_stime);
}

}  // namespace bench
