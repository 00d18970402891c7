// mcpawl/test/fake_access_server.hpp - a fake Access with its certs endpoint, in a thread of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/test/certs_endpoint.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/loopback_listener.hpp>

#include <string>
#include <utility>

namespace mcpawl::test {

/** A whole stand-in for Cloudflare Access, ready when it is made, gone when it is destroyed.

    @code
    mcpawl::test::fake_access_server access("aud-tag");
    mcpawl::access_jwt policy(
        mcpawl::access_options{.team_domain = access.team_domain(), .audiences = {"aud-tag"}});
    auto token = access->sign(access->user("alice@example.com"));
    access.fault(mcpawl::test::certs_fault::hang);
    @endcode

    @par Errors
    The constructor throws `boost::system::system_error` if no port can be had.
    @par Thread safety
    All functions may be called from several threads; making and destroying it is for one.
*/
class fake_access_server {
public:
  explicit fake_access_server(std::string audience, clock const& time = clock::system())
      : endpoint_(background_.executor()), access_(endpoint_.team_domain(), std::move(audience), time) {
    endpoint_.serve(access_);
    background_.start();
  }
  fake_access_server(fake_access_server const&) = delete;
  fake_access_server& operator=(fake_access_server const&) = delete;
  ~fake_access_server() { background_.stop(); }

  std::string team_domain() const { return endpoint_.team_domain(); }
  fake_access* operator->() noexcept { return &access_; }
  fake_access& operator*() noexcept { return access_; }

  void fault(certs_fault now) noexcept { endpoint_.fault(now); }
  int fetches() const noexcept { return endpoint_.fetches(); }
  int strays() const noexcept { return endpoint_.strays(); }

private:
  detail::background_context background_;
  certs_endpoint endpoint_;
  fake_access access_;
};

}  // namespace mcpawl::test
