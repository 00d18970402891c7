// tests/unit/oauth/client/client_host.hpp - the host of a client's documents: https on this machine, and what it
// answers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/tls.hpp>
#include <mcpawl/oauth/client/client_fetcher.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "../../http/scripted_peer.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace oauth_test {

/** Certificates are made once: they cost more than the tests. */
struct client_trust {
  http_test::certified root = http_test::make_authority("Client Root");
  http_test::certified server = http_test::make_certificate("client", {}, &root);
  mcpawl::http::tls_trust trust = mcpawl::http::tls_trust::from_pem(root.pem()).value();

  static client_trust const& instance() {
    static client_trust const made;
    return made;
  }
};

inline std::string answer_with(std::string const& body, std::string const& fields = {}, int status = 200,
                               std::string const& type = "application/json") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type + "\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/** Answers each request with what `answer` makes of its path. */
class client_host {
public:
  explicit client_host(std::function<std::string(std::string const& path)> answer)
      : answer_(std::move(answer)),
        peer_([this](http_test::guest& who) { serve(who); }, &client_trust::instance().server) {}

  std::string url(std::string const& path = "/client") const { return peer_.url(path); }
  int visits() const noexcept { return peer_.visits(); }

  /** The document of a client that lives here. */
  std::string document(std::string const& more = {}, std::string const& path = "/client") const {
    return R"({"client_id":")" + url(path) +
           R"(","client_name":"A client","redirect_uris":["https://client.example/cb"])" + more + "}";
  }

  void answer(std::function<std::string(std::string const& path)> with) {
    std::lock_guard const lock(mutex_);
    answer_ = std::move(with);
  }

private:
  void serve(http_test::guest& who) {
    std::string const request = who.read_until("\r\n\r\n");
    std::string const path = request.substr(4, request.find(" HTTP/") - 4);
    std::function<std::string(std::string const&)> answer;
    {
      std::lock_guard const lock(mutex_);
      answer = answer_;
    }
    who.send(answer(path));
    who.close_notify();
  }

  std::mutex mutex_;
  std::function<std::string(std::string const&)> answer_;
  http_test::scripted_peer peer_;
};

/** Settings that trust that host, on a clock of the test. */
inline mcpawl::oauth::client_fetch_settings settings_for(mcpawl::clock const& time) {
  mcpawl::oauth::client_fetch_settings out(client_trust::instance().trust, time);
  out.allow(mcpawl::unsafe::loopback_is_public{});
  out.log = mcpawl::logger::none();
  out.limits.host_burst = 100;
  return out;
}

}  // namespace oauth_test
