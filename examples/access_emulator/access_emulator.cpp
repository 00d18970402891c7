// examples/access_emulator/access_emulator.cpp - a stand-in for Cloudflare Access, in front of an MCP server under
// development
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/test/fake_oidc_options.hpp>

#include "../shared/options.hpp"
#include "emulated_access.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

constexpr char usage[] =
    R"(usage: access_emulator [--listen ADDRESS:PORT] [--upstream ADDRESS:PORT] [--aud TAG] [--as EMAIL] [--expose]
                       [--client-id ID] [--client-secret TEXT] [--redirect URI]
                       [--linked ADDRESS:PORT] [--linked-upstream ADDRESS:PORT] [--linked-aud TAG]

Stands in for Cloudflare Access on this machine, for development and tests: whoever reaches it is whoever
they say they are. It adds a token to each request and passes it on to your server (self-hosted), or signs
people in for a server that asks it to (Access for SaaS, OpenID Connect). Both at once is fine.

  --listen ADDRESS:PORT    127.0.0.1:8787; port 0 for any that is free
  --upstream ADDRESS:PORT  the server to protect; it can be set later
  --aud TAG                the AUD tag of the application; "emulated-application"
  --as EMAIL               who you are unless a request says otherwise; alice@example.com, or `none` for nobody
  --expose                 allow an address that other machines can reach

Run your server with TEAM_DOMAIN=http://127.0.0.1:PORT (the address of the emulator) and POLICY_AUD=TAG.

Access for SaaS:
  --client-id ID           of the one OIDC application; "emulated-client"
  --client-secret TEXT     "emulated-secret"
  --redirect URI           where a sign-in may return to, several separated by commas;
                           http://127.0.0.1:8080/callback and http://localhost:8080/callback

Run your server with ACCESS_CLIENT_ID, ACCESS_CLIENT_SECRET, and the URLs that the emulator prints at its start.

A second application, linked to the first (Linked App Token):
  --linked ADDRESS:PORT    listen here, too, and let in who has a token of the first application in
                           `Cf-Access-Token`, or an access token of the OIDC application in
                           `Authorization: Bearer`; everybody else gets 403
  --linked-upstream ADDRESS:PORT  the server behind it; it can be set later
  --linked-aud TAG         its AUD tag; "emulated-linked-application"

A request chooses its caller (these fields are not passed on):
  Cf-Emulator-Email: bob@example.com                another user
  Cf-Emulator-Email: none                           nobody: Access refuses with 401
  Cf-Emulator-Subject: 5f0c                         a user without an email, as of an `end_user` application
  CF-Access-Client-Id: x  CF-Access-Client-Secret: y   a service token; any secret is taken

Paths of its own:
  GET  /cdn-cgi/access/certs           the two published keys
  GET  /cdn-cgi/access/get-identity    the whole identity that goes with the token in the cookie CF_Authorization
  /cdn-cgi/access/sso/oidc/ID/...      authorization (with a page that asks who you are), token, jwks, userinfo,
                                       .well-known/openid-configuration
  GET  /emulator                       its state, as JSON
  POST /emulator/rotate                publish a new key and sign with it
  POST /emulator/token                 a token as text, for a form or JSON with `email` or `service`; optional:
                                       `lifetime` in seconds (may be negative), `forgery` (see below) and, in
                                       JSON, `claims`: an object with claims to set, null to leave one out
  POST /emulator/certs?state=STATE     up, or how the certs endpoint fails from now on
  POST /emulator/upstream              the body is ADDRESS:PORT
  POST /emulator/linked-upstream       the same for the linked application
  POST /emulator/oidc                  a form with any of
                                       `block`, `unblock`: an email that may not sign in or refresh
                                       `fail`: none or how the token endpoint fails (`endpoint`: another one)
                                       `forge`: none or what is wrong with ID tokens from now on
                                       `lifetime`: seconds that access tokens live
                                       `redirect`: one more redirect URI
                                       `sign_in`: an email that signs in without a page; `page` asks again
                                       `end_sessions`: anything; no refresh token is good any more
A wrong name is answered with the right ones.
)";

namespace {

using namespace examples;

tcp::acceptor listen_on(asio::io_context& context, tcp::endpoint const& at) {
  tcp::acceptor acceptor(context);
  acceptor.open(at.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(at);
  acceptor.listen();
  return acceptor;
}

/** Read an address to listen on, and note if other machines could reach it. */
tcp::endpoint own_address(endpoint const& at, char const* option, bool exposed, mcpawl::settings& settings) {
  boost::system::error_code none;
  auto const address = asio::ip::make_address(at.address, none);
  if (!none && !address.is_loopback() && !exposed)
    settings.add_error(option,
                       "names an address that other machines can reach; if you mean it, say --expose");
  return {address, at.port};
}

mcpawl::test::fake_oidc_options oidc_options(command_line& line, mcpawl::settings& settings) {
  std::string id = line.text("--client-id", "emulated-client");
  std::string secret = line.text("--client-secret", "emulated-secret");
  std::string uris = line.text("--redirect", "http://127.0.0.1:8080/callback,http://localhost:8080/callback");
  auto const plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!std::all_of(id.begin(), id.end(), plain))
    settings.add_error("--client-id", "must be made of letters, digits, `-` and `_`");
  std::vector<std::string> redirects;
  while (!uris.empty()) {
    auto const comma = std::min(uris.find(','), uris.size());
    redirects.push_back(uris.substr(0, comma));
    uris.erase(0, comma + 1);
    if (!mcpawl::oauth::redirect_uri::parse(redirects.back()))
      settings.add_error("--redirect", '"' + redirects.back() + "\" is not a URI of https or loopback");
  }
  return {std::move(id), std::move(secret), std::move(redirects)};
}

}  // namespace

int main(int argc, char** argv) {
  try {
    mcpawl::settings settings;
    command_line line(argc, argv, usage, settings);
    endpoint const at = line.listen("--listen", "127.0.0.1:8787");
    endpoint const linked = line.listen("--linked", std::string());
    emulator_settings wanted;
    wanted.upstream = line.peer("--upstream");
    wanted.linked_upstream = line.peer("--linked-upstream");
    wanted.audience = line.text("--aud", "emulated-application");
    wanted.linked_audience = line.text("--linked-aud", "emulated-linked-application");
    wanted.as = line.text("--as", "alice@example.com");
    wanted.exposed = line.flag("--expose");
    auto oidc = oidc_options(line, settings);
    line.finish();
    if (wanted.as != "none" && wanted.as.find('@') == std::string::npos)
      settings.add_error("--as", "must be an email, or none");
    tcp::endpoint const own = own_address(at, "--listen", wanted.exposed, settings);
    tcp::endpoint second;
    if (!linked.address.empty()) second = own_address(linked, "--linked", wanted.exposed, settings);
    settings.throw_if_invalid();

    asio::io_context context(1);
    tcp::acceptor acceptor = listen_on(context, own);
    std::string const port = std::to_string(acceptor.local_endpoint().port());
    std::string const host = own.address().is_v6() ? '[' + at.address + ']' : at.address;
    wanted.team_domain = "http://" + (own.address().is_loopback() ? host : "127.0.0.1") + ':' + port;
    std::string const origin = wanted.team_domain, audience = wanted.audience;
    emulator access(context, std::move(wanted), std::move(oidc));

    std::fprintf(stderr,
                 "THIS IS NO PROTECTION: the access emulator lets everybody in, as whoever they say. For "
                 "development.\n"
                 "Run your server with TEAM_DOMAIN=%s POLICY_AUD=%s\n"
                 "or, as its own authorization server, with\n%s\n",
                 origin.c_str(), audience.c_str(), access.settings_for_saas().c_str());
    if (!linked.address.empty()) {
      tcp::acceptor also = listen_on(context, second);
      std::string const to = linked.address + ':' + std::to_string(also.local_endpoint().port());
      std::fprintf(stderr, "The linked application is at http://%s\n", to.c_str());
      asio::co_spawn(context, access.serve_linked(std::move(also)), asio::detached);
    }
    std::printf("listening on http://%s:%s/mcp\n", host.c_str(), port.c_str());
    std::fflush(stdout);

    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](auto const&, int) { context.stop(); });
    asio::co_spawn(context, access.serve(std::move(acceptor)), asio::detached);
    context.run();
    return 0;
  } catch (mcpawl::configuration_error const& errors) {
    std::fprintf(stderr, "%s\n", errors.what());
    return 2;
  } catch (boost::system::system_error const& failure) {
    std::fprintf(stderr, "cannot listen: %s\n", failure.code().message().c_str());
    return 1;
  }
}
