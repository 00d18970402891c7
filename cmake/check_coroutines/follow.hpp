// cmake/check_coroutines/follow.hpp - which files to check: those named, and what they include in quotes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace check_coroutines {

inline bool is_cpp(std::filesystem::path const& path) {
  static std::set<std::string> const extensions{".cpp", ".cc",  ".cxx", ".c++", ".C",   ".cppm",
                                                ".ixx", ".hpp", ".hh",  ".hxx", ".h++", ".h",
                                                ".H",   ".ipp", ".tpp", ".inl", ".inc"};
  return extensions.contains(path.extension().string());
}

/** The files to check, each once; it grows while they are read. */
class file_list {
public:
  /** @param folders  where to look for what is included and is not beside the file that includes it. */
  explicit file_list(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

  /** Add a file, or the files below a folder. Files that are no C++ are left out.

      @par Errors
      Throws for a path that does not exist and for a folder without C++. */
  void add(std::filesystem::path const& path) {
    if (!std::filesystem::is_directory(path)) {
      if (!std::filesystem::exists(path)) throw std::runtime_error("there is no " + path.string());
      if (is_cpp(path)) add_file(path);
      return;
    }
    std::size_t const before = files_.size();
    std::filesystem::recursive_directory_iterator entry(path);
    for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
      if (entry->path().filename() == "node_modules") entry.disable_recursion_pending();
      if (entry->is_regular_file() && is_cpp(entry->path())) add_file(entry->path());
    }
    if (files_.size() == before) throw std::runtime_error("there is no C++ in " + path.string());
  }

  std::size_t size() const noexcept { return files_.size(); }
  std::filesystem::path const& operator[](std::size_t i) const { return files_[i]; }

  /** The text of a file; adds what it includes. */
  std::string read(std::size_t i) {
    std::ifstream file(files_[i], std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::runtime_error(files_[i].string() + " cannot be read");
    std::filesystem::path const folder = files_[i].parent_path();
    for (std::string_view rest = text; !rest.empty();) {
      std::size_t const end = rest.find('\n');
      include(folder, included(rest.substr(0, end)));
      rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    }
    return text;
  }

private:
  // What the line includes in quotes, or nothing.
  static std::string_view included(std::string_view line) {
    for (std::string_view word : {"#", "include", "\""}) {
      std::size_t const begin = line.find_first_not_of(" \t");
      if (begin == line.npos || !line.substr(begin).starts_with(word)) return {};
      line.remove_prefix(begin + word.size());
    }
    std::size_t const end = line.find('"');
    return end == line.npos ? std::string_view() : line.substr(0, end);
  }

  void include(std::filesystem::path const& folder, std::string_view name) {
    if (name.empty()) return;
    if (add_included(folder / name)) return;
    for (auto const& other : folders_) {
      if (add_included(other / name)) return;
    }
  }

  bool add_included(std::filesystem::path const& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return false;
    add_file(path.lexically_normal());
    return true;
  }

  void add_file(std::filesystem::path const& path) {
    if (seen_.insert(std::filesystem::weakly_canonical(path)).second) files_.push_back(path);
  }

  std::vector<std::filesystem::path> folders_;
  std::vector<std::filesystem::path> files_;
  std::set<std::filesystem::path> seen_;
};

}  // namespace check_coroutines
