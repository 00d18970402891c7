// examples/3_saas/access_saas.cpp - an MCP server that is its own authorization server, with logins at Cloudflare
// Access
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcpawl.hpp>

#include "../shared/demo_tools.hpp"
#include "../shared/options.hpp"
#include "../shared/program.hpp"
#include "../shared/saas_settings.hpp"

#include <string>
#include <utility>

struct note_args {
  std::string text;
};
std::string note(note_args const& in, mcpawl::access_identity const& who) {
  return who->email + ": " + in.text;
}

constexpr char usage[] =
    R"(usage: access_saas [--listen ADDRESS:PORT] [--threads N] [--token-lifetime SECONDS] [--scopes]

An MCP server at /mcp that MCP clients log in to by themselves (OAuth 2.1). People see a consent page and sign
in at Cloudflare Access, where this server is a SaaS application (OIDC) with the callback PUBLIC_URL/callback.

  --listen ADDRESS:PORT     where to listen; 127.0.0.1:8788, port 0 for any that is free
  --threads N               threads that serve; 1
  --token-lifetime SECONDS  after which clients must refresh their token; 3600
  --scopes                  clients get tokens for `demo:read` alone, and ask their user again for `demo:write` when they
                            call the tool `note`, which is there then

Environment:
  PUBLIC_URL                the origin clients reach it by, such as https://mcp.example.com
  ACCESS_CLIENT_ID          of the SaaS application
  ACCESS_CLIENT_SECRET
  ACCESS_AUTHORIZATION_URL  its three endpoints, or instead of them:
  ACCESS_TOKEN_URL
  ACCESS_JWKS_URL
  ACCESS_CONFIG_URL         its OpenID configuration, which names them
  COOKIE_ENCRYPTION_KEY     64 hexadecimal digits: openssl rand -hex 32; several with commas to change it
  OAUTH_KV                  where clients and grants are kept: the path of a SQLite file, or memory:; also
                            postgresql://... and redis://... if it is built with their libraries
  SESSION_KEYS              keys of 64 hexadecimal digits, with commas, the newest first: sessions go on after a
                            restart, and at other instances with the same keys
  SHARED_STORE              where instances that serve the same clients have what they must know of each other:
                            postgresql://... or redis://...
  ACCESS_SCOPES             what Access is asked for; openid email profile groups offline_access
  REDIRECT_SCHEMES          private-use schemes that clients may be reached by, with commas: cursor,vscode
  ALLOWED_EMAILS            who may use the tool `draw`, with commas; nobody if it is not set
  ALLOWED_HOSTS             further public names of this server, with commas
  ALLOWED_ORIGINS           web pages that may call from a browser, with commas
  CLIENT_DOCUMENTS          whether clients may be known by the URL of a document, which is fetched: on, off, or
                            auto, which advertises it only while documents can be fetched; auto
  CLIENT_DOCUMENTS_FILE     a JSON array of such documents, which are then not fetched
  OPERATOR_NAME             who runs this server, for the consent page
  OPERATOR_URL
  REFRESH_UNCHECKED         true to let clients refresh for 30 days although Access gives no refresh token

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options or environment, 1 if it cannot listen.
)";

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings, examples::http_usage);
    auto options = examples::listening(line, "127.0.0.1:8788");
    examples::operation operation(line, options);
    mcpawl::oauth::token_lifetimes lifetimes;
    lifetimes.access = line.number("--token-lifetime", 3600, 1, 86'400);
    bool const scopes = line.flag("--scopes");
    line.finish();

    auto artists = examples::read_artists(settings);
    examples::read_allowed(settings, options);
    examples::saas_settings saas(settings, "Access MCP Demo");
    saas.lifetimes(lifetimes);
    mcpawl::server_options const protocol = examples::shared_by_instances(settings);
    if (scopes)
      saas.scopes({{.name = "demo:read", .words = "Use the tools that change nothing", .required = true},
                   {.name = "demo:write", .words = "Leave notes in your name"}});
    settings.throw_if_invalid();  // everything that is wrong, at once
    saas.serve_at(options);

    mcpawl::server srv{{"Access MCP Demo", "1.0.0"}, std::move(saas).policy(), protocol};
    examples::add_demo_tools(srv, std::move(artists));
    if (scopes) srv.tool("note", "Leave a note.", note).title("Note").requires_scope("demo:write");

    mcpawl::serve_http(srv, options);
  });
}
