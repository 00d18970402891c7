// tests/support/temporary_folder.hpp - a folder for the files of a test
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

/** A folder that goes away. */
class temporary_folder {
public:
  temporary_folder() {
    std::string made = (std::filesystem::temp_directory_path() / "mcpawl-test-XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = made;
  }
  temporary_folder(temporary_folder const&) = delete;
  temporary_folder& operator=(temporary_folder const&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(std::string const& name) const { return path_ + '/' + name; }

private:
  std::string path_;
};
