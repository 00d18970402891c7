// tests/stores/redis_tls.hpp - what a Redis server needs to speak TLS: certificates in files, and the words that name them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/temporary_folder.hpp"
#include "../unit/http/certificates.hpp"

#include <fstream>
#include <string>
#include <vector>

namespace redis_test {

/** An authority that the tests trust and one that they do not, in files, and what the first has certified. */
class certificates {
public:
  /** The query of a URL that trusts the authority. */
  std::string trusted() const { return "?authorities=" + authority(); }
  std::string distrusted() const {
    return "?authorities=" + write("stranger.pem", http_test::make_authority("stranger").pem());
  }
  /** The words of the command line of a server with a certificate of its own. */
  std::vector<std::string> words(std::string const& name,
                                 http_test::certificate_plan const& plan = {}) const {
    auto const of = http_test::make_certificate(name, plan, &authority_);
    return {"--tls-cert-file",    write(name + ".crt", of.pem()),
            "--tls-key-file",     write(name + ".key", of.key_pem()),
            "--tls-auth-clients", "no"};
  }
  std::string authority() const { return write("ca.pem", authority_.pem()); }

private:
  std::string write(std::string const& name, std::string const& text) const {
    std::ofstream(files_.file(name)) << text;
    return files_.file(name);
  }

  temporary_folder files_;
  http_test::certified authority_ = http_test::make_authority("test");
};

}  // namespace redis_test
