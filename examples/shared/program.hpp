// examples/shared/program.hpp - what the examples that serve HTTP share: where they listen, and what their operators see
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/crypto/hex.hpp>
#include <mcpawl/observe/json_log.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/transport/http_options.hpp>

#include "options.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace examples {

/** What `--help` says of the options that are read here. */
constexpr char http_usage[] = R"(
For whoever operates it (examples/deploy has a kit):
  --listen unix:PATH      listen on a Unix-domain socket, mode 0660
  --listen fd:NAME        listen on a socket that systemd has opened
  --certificate FILE      speak TLS with this certificate, PEM; SIGHUP reads it and its key anew
  --key FILE              its key, PEM
  --admin ADDRESS:PORT    /livez, /readyz and /metrics there, for whoever reaches it; nowhere unless given
  --access-log FILE       a line of JSON for each request; - for standard output
  --identities            principals and emails in that log; without it callers are hashes
  --hash-key FILE         64 hexadecimal digits, so that the hashes stay the same after a restart
  --client-address NAME   the header that names the address of a client: cf-connecting-ip, x-forwarded-for, forwarded
  --proxies LIST          who may send it: addresses, networks, unix, with commas; `unix` on a Unix-domain socket
  --drain-delay MS        milliseconds in which it still serves everybody when it is told to stop, so that a balancer
                          notices; 0
)";

/** Tell whoever waits on standard output where the server is: for `http_options::on_ready`. */
inline void print_ready(std::string const& url) {
  std::printf("listening on %s\n", url.c_str());
  std::fflush(stdout);
}

/** Read who may say, and how, which address a client has: `--client-address` and `--proxies`. */
inline mcpawl::trusted_proxies read_proxies(command_line& line, bool local_socket) {
  using header = mcpawl::client_address_header;
  mcpawl::trusted_proxies proxies;
  std::string const name = lower(line.text("--client-address", "none"));
  proxies.header = name == "cf-connecting-ip"  ? header::cf_connecting_ip
                   : name == "x-forwarded-for" ? header::x_forwarded_for
                   : name == "forwarded"       ? header::forwarded
                                               : header::none;
  if (proxies.header == header::none && name != "none" && !name.empty())
    line.add_error("--client-address", "must be cf-connecting-ip, x-forwarded-for or forwarded");
  bool const some = proxies.header != header::none;
  std::string const peers = line.text("--proxies", some && local_socket ? "unix" : "");
  for (std::string_view rest = peers; !rest.empty();) {
    auto const comma = std::min(rest.find(','), rest.size());
    proxies.peers.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (some != !proxies.peers.empty())
    line.add_error(some ? "--proxies" : "--client-address", "must be given, too");
  return proxies;
}

/** Read where to listen, `--listen`, and by how many threads, `--threads`; says when the server is ready. */
inline mcpawl::http_options listening(command_line& line, std::string fallback) {
  endpoint const at = line.listener("--listen", std::move(fallback));
  mcpawl::http_options options{.address = at.address, .port = at.port};
  options.threads = line.number("--threads", 1, 1, 256);
  options.bounds.drain_delay = std::chrono::milliseconds(line.number("--drain-delay", 0, 0, 600'000));
  options.proxies = read_proxies(line, at.address.starts_with("unix:") || at.address.starts_with("fd:"));
  std::string const certificate = line.text("--certificate", std::string()),
                    key = line.text("--key", std::string());
  if (certificate.empty() != key.empty())
    line.add_error(key.empty() ? "--key" : "--certificate", "must be given, too");
  else if (!key.empty())
    options.tls = mcpawl::tls_options{.certificate = certificate, .key = key};
  options.on_ready = print_ready;
  return options;
}

/** What operators see of a server: metrics and probes by `--admin`, the access log by `--access-log`.

    @par Lifetime
    It must outlive the server that `options` are given to. */
class operation {
public:
  operation(command_line& line, mcpawl::http_options& options) {
    if (endpoint const admin = line.listen("--admin", std::string()); !admin.address.empty()) {
      options.admin = mcpawl::admin_options{.address = admin.address, .port = admin.port};
      metrics_ = std::make_unique<mcpawl::prometheus>();
      options.observers.push_back(metrics_.get());
    }
    std::string const file = line.text("--access-log", std::string());
    bool const identities = line.flag("--identities");
    std::string const key = line.text("--hash-key", std::string());
    if (file.empty() && identities) line.add_error("--identities", "is for --access-log, which is not given");
    if (!key.empty()) read_key(line, key, options.hash_key);
    if (file.empty()) return;
    mcpawl::json_log_options log{.identity_in_log = identities};
    if (file != "-") log.file = file;
    try {
      log_ = std::make_unique<mcpawl::json_log>(std::move(log));
      options.observers.push_back(log_.get());
    } catch (std::system_error const& error) {
      line.add_error("--access-log", std::string("cannot be opened: ") + error.code().message());
    }
  }

private:
  static void read_key(command_line& line, std::string const& path, mcpawl::secret& key) {
    constexpr std::size_t bytes = 32;
    std::string digits(2 * bytes + 2, '\0');  // and how the line ends
    std::size_t size = 0;
    if (std::FILE* const file = std::fopen(path.c_str(), "rb")) {
      std::setbuf(file, nullptr);  // no copy that stays
      size = std::fread(digits.data(), 1, digits.size(), file);
      std::fclose(file);
    }
    while (size != 0 && (digits[size - 1] == '\n' || digits[size - 1] == '\r')) --size;
    key = mcpawl::decode_hex(std::string_view(digits).substr(0, size), bytes).value_or(mcpawl::secret());
    mcpawl::wipe(digits.data(), digits.size());
    if (key.empty())
      line.add_error("--hash-key",
                     "must name a file of 64 hexadecimal digits, as `openssl rand -hex 32` makes them");
  }

  std::unique_ptr<mcpawl::prometheus> metrics_;
  std::unique_ptr<mcpawl::json_log> log_;
};

/** Read the public names of the server, `ALLOWED_HOSTS`, and the web pages that may call it, `ALLOWED_ORIGINS`. */
inline void read_allowed(mcpawl::settings& settings, mcpawl::http_options& options) {
  options.allowed_hosts = list(settings, "ALLOWED_HOSTS");
  options.allowed_origins = list(settings, "ALLOWED_ORIGINS");
}

}  // namespace examples
