// tests/fuzz/replay/main.cpp - give the fuzz target named every file below the folders named, without libFuzzer
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" {
#define FUZZ_TARGET(name) int fuzz_##name(std::uint8_t const* data, std::size_t size);
#include "targets.inc"
#undef FUZZ_TARGET
}

namespace {

using fuzz_target = int (*)(std::uint8_t const*, std::size_t);

fuzz_target find(std::string_view wanted) {
#define FUZZ_TARGET(name) \
  if (wanted == #name) return &fuzz_##name;
#include "targets.inc"
#undef FUZZ_TARGET
  return nullptr;
}

void replay(fuzz_target target, std::string const& bytes) {
  // a heap block of exactly this size, without the null of a string: a sanitizer sees a read of one byte too
  // many
  std::vector<std::uint8_t> const exact(bytes.begin(), bytes.end());
  target(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  fuzz_target const target = argc > 1 ? find(argv[1]) : nullptr;
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
