// examples/2_access/access_self_hosted.cpp - an MCP server behind Cloudflare Access: two tools for everybody, one for
// a few
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcpawl.hpp>

#include "../shared/demo_tools.hpp"
#include "../shared/options.hpp"
#include "../shared/program.hpp"
#include "../shared/stores.hpp"

#include <utility>

constexpr char usage[] =
    R"(usage: access_self_hosted [--listen ADDRESS:PORT] [--threads N]

An MCP server at /mcp behind a self-hosted application of Cloudflare Access.

  --listen ADDRESS:PORT   where to listen; 127.0.0.1:8080, port 0 for any that is free
  --threads N             threads that serve; 1

Environment:
  TEAM_DOMAIN             https://TEAM.cloudflareaccess.com
  POLICY_AUD              the AUD tag of the application; several with commas
  ALLOWED_EMAILS          who may use the tool `draw`, with commas; nobody if it is not set
  ALLOWED_HOSTS           the public names of this server, such as mcp.example.com, with commas
  ALLOWED_ORIGINS         web pages that may call from a browser, such as https://app.example.com, with commas
  ALLOW_SERVICE_TOKENS    true to let service tokens in as well
  SESSION_KEYS            keys of 64 hexadecimal digits, with commas, the newest first: sessions go on after a restart,
                          and at other instances with the same keys
  SHARED_STORE            where instances that serve the same clients have what they must know of each other:
                          postgresql://... or redis://..., if it is built with their libraries

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options or environment, 1 if it cannot listen.
)";

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings, examples::http_usage);
    auto options = examples::listening(line, "127.0.0.1:8080");
    examples::operation operation(line, options);
    line.finish();

    auto artists = examples::read_artists(settings);
    examples::read_allowed(settings, options);
    auto access = mcpawl::access_options::from(settings);
    mcpawl::server_options const protocol = examples::shared_by_instances(settings);
    settings.throw_if_invalid();  // everything that is wrong, at once

    mcpawl::server srv{{"Access Self-Hosted MCP Demo", "1.0.0"}, mcpawl::access_jwt(access), protocol};
    examples::add_demo_tools(srv, std::move(artists));

    mcpawl::serve_http(srv, options);
  });
}
