// tests/hazards/main.cpp - print every spelling of co_await below the folders named that GCC 12 miscompiles
// SPDX-License-Identifier: BSL-1.0
#include "scan.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  int files = 0;
  int errors = 0;
  for (int i = 1; i < argc; ++i) {
    std::filesystem::recursive_directory_iterator entry(argv[i]);
    for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
      auto const& path = entry->path();
      if (path.filename() == "node_modules") entry.disable_recursion_pending();
      if (path.extension() != ".hpp" && path.extension() != ".ipp" && path.extension() != ".cpp") continue;
      std::ifstream file(path);
      std::string const source{std::istreambuf_iterator<char>(file), {}};
      for (auto const& found : hazards::scanner(source).run()) {
        std::printf("%s:%d: %s\n", path.c_str(), found.line, std::string(found.what).c_str());
        ++errors;
      }
      ++files;
    }
  }
  if (errors != 0) {
    std::printf("GCC 12 miscompiles these: make a named local first, then co_await f(std::move(it))\n");
    return 1;
  }
  if (files == 0) {
    std::printf("usage: hazards FOLDER... with .hpp, .ipp or .cpp files in it\n");
    return 2;
  }
  std::printf("%d files spell no hazard\n", files);
  return 0;
}
