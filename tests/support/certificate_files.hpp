// tests/support/certificate_files.hpp - certificates and keys in files of their own folder, for servers that read them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../unit/http/certificates.hpp"

#include <mcpawl/http/tls_options.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/** A folder that is removed at the end. */
class certificate_files {
public:
  certificate_files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mcpawl-tls-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
  }
  certificate_files(certificate_files const&) = delete;
  certificate_files& operator=(certificate_files const&) = delete;
  ~certificate_files() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string const& name) const { return folder_ / name; }
  std::string write(std::string const& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
    return path(name);
  }
  /** Write `tls.crt` and `tls.key`. */
  mcpawl::tls_options write_pair(http_test::certified const& of) const {
    mcpawl::tls_options options;
    options.certificate = write("tls.crt", of.pem());
    options.key = write("tls.key", of.key_pem());
    return options;
  }

private:
  std::filesystem::path folder_;
};

}  // namespace support
