// bench/instructions.hpp - instructions per operation, counted by valgrind
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

/** What is counted: callgrind collects inside of this function, and writes a file each time it returns. */
extern "C" [[gnu::noinline]] inline void counted_operations(void (*pass)(void*), void* work) { pass(work); }

namespace bench {

/** Run this program again under valgrind, with the argument `--count`, and read what each of `names`, in
    their order, cost in instructions per operation. Nothing if valgrind is not there or something else fails.

    valgrind's CPU is an older one: what depends on the CPU's newest instructions is done in another way
    there.
*/
inline std::map<std::string, double> count_instructions(std::vector<std::string> const& names,
                                                        std::size_t operations) {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "mcpawl-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return {};
  std::string const self = fs::read_symlink("/proc/self/exe").string();
  std::string const out = "--callgrind-out-file=" + folder + "/out";
  pid_t const child = fork();
  if (child == 0) {
    execlp("valgrind", "valgrind", "-q", "--tool=callgrind", "--toggle-collect=counted_operations",
           "--dump-after=counted_operations", out.c_str(), self.c_str(), "--count", nullptr);
    _exit(127);
  }
  int status = 0;
  std::map<std::string, double> counts;
  bool const ran = child > 0 && waitpid(child, &status, 0) == child && status == 0;
  if (!ran) std::fprintf(stderr, "instructions are not counted: valgrind is not there, or failed\n");
  for (std::size_t i = 0; ran && i != names.size(); ++i) {
    std::ifstream file{folder + "/out." + std::to_string(i + 1)};
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("summary: ", 0) == 0)
        counts[names[i]] = std::strtod(line.c_str() + 9, nullptr) / static_cast<double>(operations);
    }
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return counts;
}

}  // namespace bench
