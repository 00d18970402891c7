// examples/4_linked_app/linked_app.cpp - an MCP server that calls another protected application in its caller's name
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/downstream.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include "../shared/options.hpp"
#include "../shared/program.hpp"
#include "../shared/saas_settings.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

constexpr char usage[] =
    R"(usage: linked_app [--listen ADDRESS:PORT] [--threads N]

An MCP server at /mcp that is an application of Cloudflare Access. Its tool `read_page` reads pages of another,
self-hosted application, as whoever calls the tool: that application needs a policy with the action Service Auth
and the rule Linked App Token, which names this one.

  --listen ADDRESS:PORT   where to listen; 127.0.0.1:8080, port 0 for any that is free
  --threads N             threads that serve; 1

Environment:
  DOWNSTREAM_URL          the origin of the other application, such as https://wiki.example.com
  ALLOWED_HOSTS           the public names of this server, such as mcp.example.com, with commas
  ALLOWED_ORIGINS         web pages that may call from a browser, such as https://app.example.com, with commas

Behind a self-hosted application of Access:
  TEAM_DOMAIN             https://TEAM.cloudflareaccess.com
  POLICY_AUD              the AUD tag of the application of this server; several with commas
  ALLOW_SERVICE_TOKENS    true to let service tokens in as well

Or as an application of Access for SaaS, to which MCP clients log in by themselves:
  ACCESS_CLIENT_ID, ACCESS_CLIENT_SECRET, and ACCESS_CONFIG_URL or ACCESS_AUTHORIZATION_URL, ACCESS_TOKEN_URL
                          and ACCESS_JWKS_URL; PUBLIC_URL, COOKIE_ENCRYPTION_KEY, OAUTH_KV; optionally
                          ACCESS_SCOPES, REDIRECT_SCHEMES, OPERATOR_NAME, OPERATOR_URL, REFRESH_UNCHECKED: see
                          access_saas --help

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options or environment, 1 if it cannot listen.
)";

// --- the tools: the same behind every policy that keeps the caller's token

struct page_args {
  std::string path = "/";
};
template <>
inline constexpr auto mcpawl::docs<page_args> = mcpawl::fields(
    mcpawl::field<&page_args::path>("Where the page is in the application: a path, perhaps with a query.")
        .pattern("^/[!-~]*$")
        .max_length(2000));

struct page {
  int status;  ///< 200 where all is well; 403 where the application does not let the caller in.
  std::string content_type;
  std::string text;
};

/** Reads pages of one application. What is called is fixed here; the model chooses a path on it, no more. */
struct page_reader {
  mcpawl::downstream apps;
  std::string origin;

  mcpawl::task<page> operator()(page_args const& in, mcpawl::linked_token const& token,
                                mcpawl::context& ctx) const {
    auto const url = mcpawl::http::origin_url::parse(origin + in.path);
    if (!url) throw mcpawl::tool_error("that is no path");
    mcpawl::http::fetch_request request(*url);
    request.field("Accept", "text/*, application/json;q=0.9");
    auto answer = co_await apps.ask(token, std::move(request), ctx.trace());
    if (!answer) {
      if (answer.error() == mcpawl::oauth::oauth_errc::upstream_denied)
        throw mcpawl::tool_error("the login has ended: sign in again");
      throw mcpawl::tool_error("the application cannot be asked: " + answer.error().message());
    }
    page out;
    out.status = answer->status;
    out.content_type = std::move(answer->content_type);
    out.text = std::move(answer->body);
    co_return out;
  }
};

std::string whoami(mcpawl::access_identity const& who) {
  return who->kind == mcpawl::access_kind::service ? "the service " + who->common_name : who->label();
}

template <class Server>
void add_tools(Server& srv, page_reader read_page) {
  srv.tool("whoami", "Tell who is calling, as Cloudflare Access knows them.", whoami)
      .title("Who am I?")
      .read_only();
  srv.tool("read_page", "Read a page of the protected application, as far as the caller may.",
           std::move(read_page))
      .title("Read a page")
      .read_only();
}

// --- the server, behind a policy

bool is_set(char const* name) {
  char const* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

template <class Policy>
void serve(Policy policy, page_reader read_page, mcpawl::server_options const& protocol,
           mcpawl::http_options options) {
  mcpawl::server srv{{"Linked App Demo", "1.0.0"}, mcpawl::linked_app{std::move(policy)}, protocol};
  add_tools(srv, std::move(read_page));
  mcpawl::serve_http(srv, std::move(options));
}

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings, examples::http_usage);
    auto options = examples::listening(line, "127.0.0.1:8080");
    examples::operation operation(line, options);
    line.finish();

    examples::read_allowed(settings, options);
    auto const trust = mcpawl::http::tls_trust::system();
    if (!trust) throw mcpawl::configuration_error("the certificate authorities of the system cannot be read");
    auto apps = mcpawl::downstream::from(settings, "DOWNSTREAM_URL", *trust);
    if (apps.origins().size() > 1) settings.add_error("DOWNSTREAM_URL", "must be one origin");
    std::optional<mcpawl::access_options> self_hosted;
    std::optional<examples::saas_settings> saas;
    bool const behind = is_set("TEAM_DOMAIN");
    bool const logs_in = is_set("ACCESS_CLIENT_ID") || is_set("ACCESS_CONFIG_URL");
    if (behind == logs_in)
      settings.add_error("TEAM_DOMAIN",
                         behind ? "is set, and ACCESS_CLIENT_ID or ACCESS_CONFIG_URL too: one application"
                                  " of Access is self-hosted or for SaaS, not both"
                                : "is not set, nor is ACCESS_CLIENT_ID: see --help for both ways");
    else if (behind)
      self_hosted = mcpawl::access_options::from(settings);
    else
      saas.emplace(settings, "Linked App Demo");
    mcpawl::server_options const protocol = examples::shared_by_instances(settings);
    settings.throw_if_invalid();  // everything that is wrong, at once

    std::string const origin = apps.origins().front();
    page_reader reader{std::move(apps), origin};
    if (saas) {
      saas->serve_at(options);
      serve(std::move(*saas).policy(), std::move(reader), protocol, std::move(options));
    } else {
      serve(mcpawl::access_jwt(*self_hosted), std::move(reader), protocol, std::move(options));
    }
  });
}
