// mcpawl/observe/process_metrics.hpp - what the system knows of this process, as Prometheus names it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

namespace mcpawl::detail {

/** What is known of a process; what the system does not tell is 0. */
struct process_figures {
  double cpu_seconds = 0, start_time_seconds = 0;
  double resident_bytes = 0, open_fds = 0, max_fds = 0;

  static process_figures now() {
    process_figures out;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
      out.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) out.max_fds = static_cast<double>(files.rlim_cur);
    std::uint64_t pages = 0, resident = 0;
    if (std::ifstream from("/proc/self/statm"); from >> pages >> resident)
      out.resident_bytes = static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    if (DIR* const folder = ::opendir("/proc/self/fd")) {
      while (::readdir(folder) != nullptr) ++out.open_fds;
      ::closedir(folder);
      out.open_fds -= 3;  // two entries that are no files, and the folder itself
    }
    out.start_time_seconds = start_time();
    return out;
  }

private:
  static double seconds(timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  }

  static double start_time() {
    static double const known = [] {
      std::ifstream of_process("/proc/self/stat");
      std::string text((std::istreambuf_iterator<char>(of_process)), {});
      auto const end_of_name = text.rfind(')');  // a name may have anything in it
      if (end_of_name == std::string::npos) return 0.0;
      std::istringstream rest(text.substr(end_of_name + 1));
      std::string skipped;
      for (int i = 0; i != 19; ++i) rest >> skipped;
      double ticks = 0;
      rest >> ticks;
      // not from /proc/stat, which a service with ProcSubset=pid does not see
      timespec now{}, since_boot{};
      ::clock_gettime(CLOCK_REALTIME, &now);
      ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
      auto const booted = static_cast<double>(now.tv_sec - since_boot.tv_sec);
      return booted + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }();
    return known;
  }
};

}  // namespace mcpawl::detail
