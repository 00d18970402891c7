// tests/fuzz/program/replay.cpp - give the fuzz target named every file below the folders named, without libFuzzer
// SPDX-License-Identifier: BSL-1.0
#include "targets.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

namespace {

void replay(fuzz::target target, std::string const& bytes) {
  // a heap block of exactly this size, without the null of a string: a sanitizer sees a read of one byte too
  // many
  std::vector<std::uint8_t> const exact(bytes.begin(), bytes.end());
  target(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  fuzz::target const target = argc > 1 ? fuzz::find_target(argv[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: fuzz_replay TARGET FOLDER...\n");
    return 2;
  }
  int inputs = 0;
  for (int i = 2; i < argc; ++i) {
    std::error_code error;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(argv[i], error)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      replay(target, {std::istreambuf_iterator<char>(file), {}});
      ++inputs;
    }
    if (error) {
      std::fprintf(stderr, "%s: %s\n", argv[i], error.message().c_str());
      return 1;
    }
  }
  replay(target, {});
  std::printf("%d inputs replayed\n", inputs);
  if (inputs == 0) std::fprintf(stderr, "there is no input to replay\n");
  return inputs == 0 ? 1 : 0;
}
