// tests/support/certificate_files.hpp - certificates and keys in files of their own folder, for servers that read them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../unit/http/certificates.hpp"
#include "temporary_folder.hpp"

#include <mcpawl/http/tls_options.hpp>

#include <fstream>
#include <string>
#include <string_view>

namespace support {

/** Files in a folder that is removed at the end. */
class certificate_files {
public:
  std::string path(std::string const& name) const { return folder_.file(name); }
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
  temporary_folder folder_;
};

}  // namespace support
