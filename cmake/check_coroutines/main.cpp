// cmake/check_coroutines/main.cpp - the program mcpawl-check-coroutines: print every spelling of co_await that GCC 12 miscompiles
// SPDX-License-Identifier: BSL-1.0
#include "follow.hpp"
#include "scan.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::string_view usage =
    "usage: mcpawl-check-coroutines [--stamp FILE] [--depfile FILE] [-IFOLDER]... PATH...\n"
    "\n"
    "PATH is a file of C++, or a folder with such files in it; files of other kinds are left out. What a file includes in\n"
    "quotes is checked, too, if it is beside it or below a FOLDER. Exits with 1 if there is a finding, with 2 if a file cannot\n"
    "be read or written.\n"
    "--stamp    write this file if there is no finding, and say nothing then\n"
    "--depfile  write which files the stamp depends on, in the form of make\n";

struct options {
  fs::path stamp;
  fs::path depfile;
  std::vector<fs::path> folders;
  std::vector<fs::path> paths;
};

bool read_options(int argc, char** argv, options& to) {
  for (int i = 1; i < argc; ++i) {
    std::string_view const word = argv[i];
    bool const takes_value = word == "--stamp" || word == "--depfile";
    if (takes_value && i + 1 == argc) return false;
    if (word == "--stamp")
      to.stamp = argv[++i];
    else if (word == "--depfile")
      to.depfile = argv[++i];
    else if (word.starts_with("-I"))
      to.folders.emplace_back(word.substr(2));
    else if (word.starts_with('-'))
      return false;
    else
      to.paths.emplace_back(word);
  }
  return !to.paths.empty() && (to.depfile.empty() || !to.stamp.empty());
}

std::string escaped(fs::path const& path) {
  std::string out;
  for (char c : path.generic_string()) {
    if (c == ' ' || c == '#') out += '\\';
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

bool write(fs::path const& path, std::string const& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) std::fprintf(stderr, "%s cannot be written\n", path.string().c_str());
  return static_cast<bool>(file);
}

int run(options const& wanted) {
  check_coroutines::file_list files(wanted.folders);
  for (auto const& path : wanted.paths) files.add(path);
  int errors = 0;
  std::string depends = escaped(wanted.stamp) + ":";
  for (std::size_t i = 0; i != files.size(); ++i) {  // it grows by what is included
    std::string const source = files.read(i);
    std::string const name = files[i].string();
    depends += " \\\n  " + escaped(fs::absolute(files[i]));
    for (auto const& found : check_coroutines::scanner(source).run()) {
      std::printf("%s:%d: %s; %s\n", name.c_str(), found.line, std::string(found.what).c_str(),
                  std::string(found.instead).c_str());
      ++errors;
    }
  }
  if (errors != 0) {
    std::printf(
        "g++ 12 compiles these without a warning and destroys twice, or loses, what a coroutine holds there "
        "(README of mcpawl, \"Before you write a coroutine\")\n");
    return 1;
  }
  if (!wanted.depfile.empty() && !write(wanted.depfile, depends + "\n")) return 2;
  if (!wanted.stamp.empty()) return write(wanted.stamp, "") ? 0 : 2;
  std::printf("%zu files spell no hazard\n", files.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  options wanted;
  if (!read_options(argc, argv, wanted)) {
    std::fputs(std::string(usage).c_str(), stderr);
    return 2;
  }
  try {
    return run(wanted);
  } catch (std::exception const& e) {
    std::fprintf(stderr, "mcpawl-check-coroutines: %s\n", e.what());
    return 2;
  }
}
