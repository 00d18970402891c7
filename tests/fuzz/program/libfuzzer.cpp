// tests/fuzz/program/libfuzzer.cpp - fuzz the target named by the first argument; the rest is for libFuzzer
// SPDX-License-Identifier: BSL-1.0
#include "targets.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace {

fuzz::target chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc > 1) chosen = fuzz::find_target((*argv)[1]);
  if (chosen == nullptr) {
    std::fprintf(stderr, "usage: fuzz_targets TARGET [OPTION OF LIBFUZZER...] [FOLDER...]\n");
    std::exit(2);
  }
  // the null behind the last argument moves, too
  std::copy(*argv + 2, *argv + *argc + 1, *argv + 1);
  --*argc;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return chosen(data, size);
}
